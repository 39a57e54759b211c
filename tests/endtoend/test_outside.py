"""A gateway whose mails are kept outside of its database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.servers.gateway import HELPDESK, Gateway, StartGateway
from tests.servers.running import eventually
from tests.servers.s3 import S3Bucket
from tests.servers.swaks import swaks

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long]

JAN = "jan@acme.example"


def send(gateway: Gateway, subject: str) -> str:
    """The dialog of one mail."""
    return swaks(gateway.port, sender=JAN, recipients=[HELPDESK], subject=subject, body="Help").text


def test_a_folder_that_is_away_means_451_and_comes_back(
    start_gateway: StartGateway, tmp_path: Path
) -> None:
    """New mail is put off, nothing that was acknowledged is lost, and all goes on by itself. In the
    end no bytes are left in the database."""
    mails, away = tmp_path / "mails", tmp_path / "away"
    gateway = start_gateway(evidence=f"file://{mails}")
    assert "250 2.0.0" in send(gateway, "one")
    gateway.settled()
    mails.rename(away)
    mails.write_text("not a folder")
    assert "451 4.3.0" in send(gateway, "two")
    mails.unlink()
    away.rename(mails)
    eventually(lambda: "250 2.0.0" in send(gateway, "three"), "accepted again", 30)
    counts = gateway.settled()
    assert counts["received"] == counts["on_tickets"] == counts["tickets"] == 2
    eventually(lambda: not _inside(gateway), "everything moved out", 30)
    shown = gateway.run("queue", "show", "in1", "--raw")
    assert b"Subject: one" in shown.stdout


def _inside(gateway: Gateway) -> int:
    with closing(sqlite3.connect(gateway.home / "gateway.db")) as connection:
        query = "SELECT count(*) FROM evidence WHERE body IS NOT NULL"
        [(number,)] = connection.execute(query).fetchall()
    return int(number)


@pytest.mark.long
def test_two_gateways_share_a_database_and_a_bucket(
    start_gateway: StartGateway, fresh_database: str, bucket: S3Bucket
) -> None:
    """Each reads what the other took in, and one goes on when the other is killed."""
    first, second = (
        start_gateway(bucket.environment, store=fresh_database, evidence=bucket.url) for _ in "ab"
    )
    for number in range(6):
        assert "250 2.0.0" in send((first, second)[number % 2], f"mail {number}")
    first.settled()
    first.kill()
    assert "250 2.0.0" in send(second, "the last")
    counts = second.settled()
    assert counts["received"] == counts["on_tickets"] == counts["tickets"] == 7
    delivered = len(first.mails_to(JAN)) + len(second.mails_to(JAN))
    assert delivered >= 7
    raw = second.run("queue", "show", "in1", "--raw")
    assert b"Subject: mail 0" in raw.stdout
