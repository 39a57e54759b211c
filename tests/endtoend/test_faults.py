"""What goes wrong around a running gateway, and that it comes to rest by itself."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.servers.gateway import HELPDESK, PEOPLE, PROGRAM, Gateway, StartGateway
from tests.servers.postgres import StartPostgres
from tests.servers.running import ENVIRONMENT, eventually
from tests.servers.swaks import swaks

pytestmark = pytest.mark.real

JAN = "jan@acme.example"


def send(gateway: Gateway, subject: str) -> str:
    """The dialog of one mail."""
    return swaks(gateway.port, sender=JAN, recipients=[HELPDESK], subject=subject, body="Help").text


def test_a_database_that_is_gone_means_451_and_comes_back(
    start_gateway: StartGateway, start_postgres: StartPostgres
) -> None:
    """PostgreSQL is killed under `serve`: new mail is put off, nothing that was acknowledged is
    lost, and all goes on by itself when it is back."""
    postgres = start_postgres()
    gateway = start_gateway(store=postgres.url(postgres.create_database()))
    assert "250 2.0.0" in send(gateway, "one")
    eventually(lambda: gateway.show(1).get("status") == "new", "the first ticket", 40)
    postgres.kill()
    assert "451 4.3.0" in send(gateway, "two")
    postgres.start()
    eventually(lambda: "250 2.0.0" in send(gateway, "three"), "accepted again", 60)
    counts = eventually(lambda: _rested(gateway), "all handled", 60)
    assert counts["received"] == counts["on_tickets"] == counts["tickets"] == 2


def _rested(gateway: Gateway) -> dict[str, int] | None:
    counts = gateway.status()
    return None if counts["inbox"] or counts["outbox"] else counts


def test_serve_says_what_is_wrong_and_starts_nothing(start_gateway: StartGateway) -> None:
    """A home with mistakes: each by file, line and column; exit code 1, and no port is open."""
    gateway = start_gateway()
    gateway.stop()
    people = PEOPLE.replace("roles: [engineer]", "roles: [enginer]")
    (gateway.home / "people.yaml").write_text(people)
    done = gateway.run("serve")
    assert done.returncode == 1
    assert "people.yaml:2:" in done.stderr.decode()
    assert "engineer" in done.stderr.decode()
    assert gateway.run("check").returncode == 1


def test_a_change_with_mistakes_is_not_taken_up(start_gateway: StartGateway) -> None:
    """A running gateway reads its files again when they change and pass, and says why where not."""
    gateway = start_gateway()
    people = gateway.home / "people.yaml"
    people.write_text(PEOPLE.replace("[engineer]", "[enginer]"))
    eventually(lambda: "changed files are not taken up" in gateway.log, "refused", 30)
    people.write_text(PEOPLE.replace("Jan Maes", "Jan De Maesschalck"))
    eventually(lambda: "changed files taken up" in gateway.log, "taken up", 30)


def test_sigterm_ends_it_cleanly(start_gateway: StartGateway) -> None:
    """Exit code 0, and what waits is there at the next start."""
    gateway = start_gateway()
    gateway.stop()
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), "--home", str(gateway.home), "serve"],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if b"Stop with Ctrl-C" in line:
            break
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    process.stdout.close()
