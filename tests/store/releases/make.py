"""Writes what a store of the version at hand looks like, as SQL: run once, when a version is out.

    PYTHONPATH=. .venv/bin/python -m tests.store.releases.make 0001

makes `0001.sqlite.sql.gz` and `0001.postgresql.sql.gz` beside this file out of conversations of the
help desk that are played for it, a ticket with something in each field, and work not done yet.
The files never change afterwards: `test_upgrade.py` upgrades them to whatever is newest.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from store import brakes, holds, inbox, outbox, settings, tickets
from store.schema import metadata
from tests.scenarios import script
from tests.scenarios.incoming import Misplayed
from tests.scenarios.player import Player
from tests.scenarios.stage import Stage
from tests.servers.postgres import Postgres, _binaries, new_cluster, remove_cluster
from tests.store.examples import arrival, full_ticket, queued

HERE = Path(__file__).parent
HELPDESK = HERE.parents[1] / "scenarios" / "helpdesk"
PLAYED = ("attachments-and-html", "quote-approved", "tasks")
HAPPENS = ("in", "after", "at", "act", "refuse")


def play(home: Path, url: str) -> None:
    """One installation on which all of it happened."""
    home.mkdir()
    for name in script.HOMES:
        shutil.copy(HELPDESK / name, home / name)
    stage = Stage(home, url)
    for name in PLAYED:
        player = Player(HELPDESK / name, stage, write=False)
        for step in script.steps(HELPDESK / name):
            with suppress(Misplayed):
                if step.kind in HAPPENS:
                    player.play(step)
    _rest(stage)
    stage.close()


def _rest(stage: Stage) -> None:
    """What no conversation leaves behind, and what `serve` is to go on with."""
    now = stage.clock.now
    with stage.house.database.transaction() as tx:
        last = inbox.everything(tx, 1)[0]
        number = tickets.new_number(tx)
        whole = replace(full_ticket(number), closed_at=None, status="open")
        tickets.save(tx, None, whole)
        brakes.tell_once(tx, "warned/secret", now)
        settings.put(tx, "blocked/helpdesk@accel.example/spam@evil.example", {"by": "ops"})
        holds.add(
            tx,
            ticket=number,
            inbox=last.id,
            address="jan@acme.example",
            commands="#approve",
            shows={"quote": 2, "amount": "450.00"},
            created_at=now,
            expires_at=now + timedelta(days=7),
        )
        outbox.add(tx, [queued(tx, "left-to-do", due_at=now, created_at=now)])
        body = b"From: jan@acme.example\r\nSubject: Nog te doen\r\n\r\nHallo"
        inbox.arrive(tx, [arrival("still-to-do", body=body, received_at=now)])
    with stage.house.database.read() as tx:
        for table in metadata.tables.values():
            assert tx.row(select(table).limit(1)) is not None, f"{table.name} has no row"


def main(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "sqlite"
        play(home, "")
        with closing(sqlite3.connect(home / "gateway.db")) as connection:
            text = "\n".join(connection.iterdump())
        _write(f"{name}.sqlite.sql.gz", text)
        cluster = new_cluster()
        try:
            _on_server(cluster, Path(folder) / "server", name)
        finally:
            remove_cluster(cluster)


def _on_server(cluster: Postgres, home: Path, name: str) -> None:
    database = cluster.create_database()
    play(home, cluster.url(database))
    where = f"postgresql://postgres@127.0.0.1:{cluster.port}/{database}"
    dumped = subprocess.run(
        [_binaries() / "pg_dump", "--inserts", "--no-owner", "--no-privileges", where],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = [line for line in dumped.splitlines() if not line.startswith(("\\", "--"))]
    _write(f"{name}.postgresql.sql.gz", "\n".join(lines))


def _write(file: str, text: str) -> None:
    (HERE / file).write_bytes(gzip.compress(text.encode() + b"\n", mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
