"""A `serve` whose mail comes out of a mailbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests.gateway.mailboxes.conftest import mail
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.gateway import HELPDESK, Gateway, StartGateway
from tests.servers.running import eventually
from tests.servers.wire import StartWire

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long]


def mailbox(port: int, user: str, folder: Path) -> str:
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    return f"""
[[mailbox]]
url = "imap://{user.replace("@", "%40")}@127.0.0.1:{port}/INBOX"
password_file = "{secret}"
desk = "{HELPDESK}"
"""


def received(gateway: Gateway, many: int, seconds: float = 20) -> None:
    eventually(lambda: gateway.status()["received"] == many, f"{many} mails received", seconds)


def test_killed_between_durable_and_seen(
    dovecot: Dovecot, start_gateway: StartGateway, start_wire: StartWire, tmp_path: Path
) -> None:
    """The mail was on its way to a ticket and the server had not been told: afterwards there is
    one ticket, one answer, and the mail is seen."""
    user = "killed@accel.example"
    wire = start_wire(dovecot.imap_port, lambda sent: b"STORE" not in sent)
    dovecot.deliver(user, mail(1), "jan@acme.example")
    gateway = start_gateway(more=mailbox(wire.port, user, tmp_path))
    eventually(lambda: wire.held, "the server is about to be told")
    gateway.kill()
    with IMAPClient("127.0.0.1", dovecot.imap_port, ssl=False, timeout=10) as client:
        client.login(user, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        assert client.search("UNSEEN") == [1]
        wire.mend()
        gateway.start()
        eventually(lambda: client.noop() and client.search("SEEN") == [1], "the server is told")
    counts = gateway.settled()
    assert (counts["received"], counts["on_tickets"], counts["tickets"]) == (1, 1, 1)
    assert len(gateway.mails_to("jan@acme.example")) == 1


@pytest.mark.long
def test_another_serve_takes_over_within_thirty_seconds(
    dovecot: Dovecot, start_gateway: StartGateway, fresh_database: str, tmp_path: Path
) -> None:
    """Two on one PostgreSQL: the one that reads the mailbox is killed."""
    user = "taken.over@accel.example"
    box = mailbox(dovecot.imap_port, user, tmp_path)
    first = start_gateway(store=fresh_database, more=box)
    dovecot.deliver(user, mail(1), "jan@acme.example")
    received(first, 1)
    second = start_gateway(store=fresh_database, more=box)
    first.kill()
    dovecot.deliver(user, mail(2), "jan@acme.example")
    received(second, 2, 30)
    counts = second.settled()
    assert (counts["received"], counts["duplicates"], counts["tickets"]) == (2, 0, 2)
