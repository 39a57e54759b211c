"""The loops: nothing ends them, and one mail's fault holds up no other."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from gateway import child, workers
from gateway.app import App, open_home
from gateway.configuration.starting import write_home
from gateway.handle.arrival import handle_mail
from gateway.handle.read_mail import ReadMail
from gateway.values import Channel, Envelope, RawMail
from gateway.workers import Loop, Processing
from store import claims, inbox, outbox, quarantine, schema, status
from store.errors import StoreUnavailable

DESK = "helpdesk@accel.example"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    write_home(tmp_path, "run")
    opened = open_home(tmp_path, create=True)
    yield opened
    opened.close()


def arrive(app: App, number: int) -> None:
    body = (
        f"From: Jan <jan{number}@acme.example>\r\nTo: {DESK}\r\nSubject: {number}\r\n"
        f"Message-ID: <{number}@acme.example>\r\n\r\nHelp {number}\r\n"
    ).encode()
    sender = f"jan{number}@acme.example"
    app.accept([RawMail(Envelope(Channel.SMTP, sender, (DESK,), workers.utc_now()), body)])


def counts(app: App) -> dict[str, int]:
    with app.house.database.read() as tx:
        return dict(status.status(tx, workers.utc_now()))


def test_a_loop_outlives_whatever_its_work_raises() -> None:
    """It says so in the log and goes on."""
    tried: list[int] = []
    enough = threading.Event()

    def work() -> bool:
        tried.append(1)
        if len(tried) == 1:
            raise StoreUnavailable("away")
        if len(tried) == 2:
            raise ValueError("odd")
        enough.set()
        return False

    loop = Loop("test", work, pause=0.001)
    loop.start()
    assert enough.wait(20)
    loop.stop()


def test_every_mail_is_handled_whatever_another_does(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours puts that one mail off; the others are on tickets."""
    for number in range(3):
        arrive(app, number)

    def faulty(tx: object, house: object, owner: str, mail: ReadMail) -> object:
        if mail.item.id == 2:
            raise RuntimeError("a fault of ours")
        return handle_mail(tx, house, owner, mail)  # type: ignore[arg-type]

    monkeypatch.setattr(workers, "handle_mail", faulty)
    processing = Processing(lambda: app.house, "w", lambda: None)
    while processing.work():
        pass
    found = counts(app)
    assert (found["on_tickets"], found["inbox"]) == (2, 1)
    with app.house.database.read() as tx:
        (waiting,) = inbox.unfinished(tx, 10)
    assert waiting.last_error == "RuntimeError: a fault of ours"


def test_a_mail_that_fails_again_and_again_is_quarantined_and_told(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some tries it waits for a person, whole, and the operators hear of it."""
    arrive(app, 1)
    monkeypatch.setattr(workers, "TRIES", 0)
    processing = Processing(lambda: app.house, "w", lambda: None)
    while processing.work():
        pass
    with app.house.database.read() as tx:
        (kept,) = quarantine.quarantined(tx, 10)
        (notice,) = outbox.undelivered(tx, 10)
    assert kept.reason == "could not be handled"
    assert notice.recipient == "ops@accel.example"


def ended_over(app: App, times: int) -> Processing:
    """The first mail was in so many hands when they ended; who works next."""
    with app.house.database.transaction() as tx:
        tx.execute(update(schema.inbox).values(interruptions=times, attempts=times))
    return Processing(lambda: app.house, "w", lambda: None, app.home)


def test_however_often_processes_ended_over_a_mail_it_is_handled(app: App) -> None:
    """It may have been in hand by chance each time: it is handled in a child, and is no worse."""
    arrive(app, 1)
    assert ended_over(app, 100).work()
    assert (counts(app)["on_tickets"], counts(app)["quarantined"]) == (1, 0)


def test_a_mail_that_ends_its_child_again_and_again_is_quarantined(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is put off each time and blamed in the end; whoever handles mails outlives it."""
    arrive(app, 1)
    processing = ended_over(app, claims.SUSPECT)
    monkeypatch.setattr(child, "run", lambda *_: -11)
    for _ in range(workers.TRIES):
        processing.work()
        with app.house.database.transaction() as tx:
            (waiting,) = inbox.unfinished(tx, 9)
            tx.execute(update(schema.inbox).values(next_try_at=app.house.clock()))
        assert waiting.last_error == "the process that handled it ended with -11"
    processing.work()
    assert counts(app)["quarantined"] == 1


def test_a_child_that_cannot_reach_the_store_blames_no_mail(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail is handed back, as where the gateway itself cannot."""
    arrive(app, 1)
    processing = ended_over(app, claims.SUSPECT)
    monkeypatch.setattr(child, "run", lambda *_: os.EX_TEMPFAIL)
    with pytest.raises(StoreUnavailable):
        processing.work()
    monkeypatch.undo()
    assert processing.work()
    assert counts(app)["on_tickets"] == 1


def test_a_desk_that_is_gone_loses_nothing(app: App) -> None:
    """Its mail waits in quarantine until the desk is back, or somebody decides."""
    arrive(app, 1)
    app.house.configuration.desks.pop(DESK)  # type: ignore[attr-defined]
    Processing(lambda: app.house, "w", lambda: None).work()
    assert counts(app)["quarantined"] == 1
