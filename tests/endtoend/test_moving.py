"""An installation is saved while it runs, moves to another database, and refuses a newer one."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.servers.gateway import HELPDESK, Gateway, StartGateway
from tests.servers.swaks import swaks

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long]

JAN = "jan@acme.example"


def send(gateway: Gateway, subject: str) -> None:
    done = swaks(gateway.port, sender=JAN, recipients=[HELPDESK], subject=subject, body="Help")
    assert "250 2.0.0" in done.text


@pytest.mark.timeout(300)  # a dozen calls of the program
@pytest.mark.long
def test_from_sqlite_to_postgresql_by_backup_and_restore(
    start_gateway: StartGateway, fresh_database: str, tmp_path: Path
) -> None:
    """As docs/running.md says it: every row is there, and `serve` goes on with the next ticket."""
    gateway = start_gateway()
    send(gateway, "one")
    send(gateway, "two")
    before = gateway.settled()
    shown = gateway.show(1)
    file = tmp_path / "backup"
    made = gateway.run("backup", str(file), "--json")
    assert made.returncode == 0, made.stderr.decode()
    assert json.loads(made.stdout)["rows"]["tickets"] == 2
    gateway.stop()
    named = gateway.home / "gateway.toml"
    named.write_text(named.read_text().replace("sqlite:///gateway.db", fresh_database))
    done = gateway.run("restore", str(file))
    assert done.returncode == 0, done.stderr.decode()
    assert "2 mails received, 2 tickets" in done.stdout.decode()
    again = gateway.run("restore", str(file))
    assert again.returncode == 1
    assert "not empty" in again.stderr.decode()
    gateway.start()
    assert (gateway.settled(), gateway.show(1)) == (before, shown)
    send(gateway, "three")
    gateway.settled()
    assert gateway.show(3)["subject"] == "three"


def test_serve_refuses_a_store_of_a_newer_version(start_gateway: StartGateway) -> None:
    """One line that says so, exit code 1, and nothing is changed."""
    gateway = start_gateway()
    gateway.stop()
    file = gateway.home / "gateway.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    done = gateway.run("serve")
    assert done.returncode == 1
    last = done.stderr.decode().splitlines()[-1]
    assert last == "deskpost: the database is of a newer version of Deskpost (revision 9999)"
