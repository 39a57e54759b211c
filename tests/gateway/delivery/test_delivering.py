"""From the outbox to the next server: at least once, in order, and nothing is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from gateway.delivery.delivering import Delivering, deliverers, sender_of
from gateway.delivery.maildir import MaildirSender
from gateway.delivery.submission import SmtpSender
from gateway.delivery.values import Failed, Parcel, Sent, Unreachable
from store import evidence, messages, outbox, schema
from store.errors import Conflict, StoreUnavailable
from tests.gateway.delivery.outgoing import Door, Office, run
from tests.gateway.delivery.sink import Sink, running
from tests.store.examples import DESK, JAN, MARIE

LATER = Failed(False, "4.2.0", "450 4.2.0 later")
NEVER = Failed(True, "5.1.1", "550 5.1.1 no such user")


def test_what_is_due_is_sent(office: Office) -> None:
    """As it stands in the evidence, and it is kept that it was."""
    row = office.put("Hello")
    door = Door()
    assert office.delivering(door).work() is True
    assert door.given == [Parcel(DESK, JAN, b"Hello", message_id="<Hello@accel.example>")]
    item = office.item(row)
    assert (item.state, item.done_at, item.last_status) == ("sent", office.now, "2.0.0")
    assert office.delivering(door).work() is False


def test_nothing_is_sent_before_its_time(office: Office) -> None:
    office.later(hours=1)
    office.put("Hello")
    office.later(hours=-1)
    door = Door()
    assert office.delivering(door).work() is False
    assert door.given == []


def test_one_ticket_and_recipient_in_order(office: Office) -> None:
    """Also with several threads; a mail that has to wait holds up its followers and nobody else."""
    ticket = office.ticket()
    rows = [office.put(key, ticket=ticket) for key in ("one", "two", "three")]
    other = office.put("other", MARIE, ticket)
    door = Door()
    door.answers[JAN] = [LATER]
    threads = [office.delivering(door, owner) for owner in ("a", "b", "c")]
    run(*threads)
    assert office.states([*rows, other]) == ["queued", "queued", "queued", "sent"]
    office.later(minutes=1)
    run(*threads)
    to_jan = [parcel.body for parcel in door.given if parcel.recipient == JAN]
    assert to_jan == [b"one", b"one", b"two", b"three"]


def test_many_at_once(office: Office) -> None:
    """More are claimed together while there are many; each is sent once."""
    for number in range(60):
        office.put(f"{number}", f"p{number}@acme.example")
    door = Door()
    run(office.delivering(door))
    assert sorted(int(parcel.body) for parcel in door.given) == list(range(60))
    assert office.waiting() == []


def test_threads_side_by_side(office: Office) -> None:
    """Claims do not overlap, whoever is first."""
    for number in range(40):
        office.put(f"{number}", f"p{number}@acme.example")
    door = Door()
    threads = [
        threading.Thread(target=run, args=(office.delivering(door, f"t{n}"),)) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(parcel.body) for parcel in door.given) == list(range(40))


def test_a_temporary_failure_is_tried_again(office: Office) -> None:
    """After half a minute, then twice as long each time; what was said is kept."""
    row = office.put("Hello")
    door = Door()
    door.answers[JAN] = [LATER, LATER]
    thread = office.delivering(door)
    run(thread)
    item = office.item(row)
    assert (item.state, item.attempts, item.last_status) == ("queued", 1, "4.2.0")
    assert item.last_error == "450 4.2.0 later"
    assert timedelta(seconds=29) < item.due_at - office.now < timedelta(seconds=31)
    office.later(seconds=31)
    run(thread)
    assert timedelta(seconds=59) < office.item(row).due_at - office.now < timedelta(seconds=61)
    office.later(seconds=61)
    run(thread)
    assert office.item(row).state == "sent"
    assert [parcel.again for parcel in door.given] == [False, True, True]
    assert {parcel.body for parcel in door.given} == {b"Hello"}


def test_after_five_days_it_is_given_up(office: Office) -> None:
    """The last try is at the very end; then operators are told, since it is on no ticket."""
    row = office.put("Hello")
    door = Door()
    door.answers[JAN] = [LATER] * 100
    thread = office.delivering(door)
    tries = 0
    while office.item(row).state == "queued":
        office.now = office.item(row).due_at
        run(thread)
        tries += 1
    assert office.now == office.item(row).give_up_at
    assert 60 < tries < 90
    assert office.item(row).last_error == "450 4.2.0 later"
    assert [item.recipient for item in office.waiting()] + [
        parcel.recipient for parcel in door.given if parcel.recipient != JAN
    ] == ["ops@accel.example"]


def test_a_permanent_failure_is_told_to_staff(office: Office) -> None:
    """At once, about the ticket that it is on; the message shows it."""
    ticket = office.ticket()
    row = office.put("Hello", ticket=ticket)
    door = Door()
    door.answers[JAN] = [NEVER]
    run(office.delivering(door))
    item = office.item(row)
    assert (item.state, item.attempts, item.last_status) == ("failed", 1, "5.1.1")
    assert item.message is not None
    with office.database.read() as tx:
        message = messages.get(tx, item.message)
    assert message is not None
    assert message.delivery == "failed"
    [notice] = [parcel for parcel in door.given if parcel.recipient == MARIE]
    assert b"550 5.1.1 no such user" in notice.body


def test_telling_is_tried_again_where_another_change_was_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def busy(*_: object) -> None:
        told.append("")
        if len(told) < 3:
            raise Conflict("somebody else has the ticket")

    monkeypatch.setattr("gateway.delivery.delivering.tell_undelivered", busy)
    row = office.put("Hello")
    door = Door()
    door.answers[JAN] = [NEVER]
    run(office.delivering(door))
    assert (office.item(row).state, len(told)) == ("failed", 3)


def test_a_mail_is_given_up_though_nobody_can_be_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of our own in the telling does not send the mail for ever."""

    def broken(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("gateway.delivery.delivering.tell_undelivered", broken)
    row = office.put("Hello")
    door = Door()
    door.answers[JAN] = [NEVER]
    with capture_logs() as logged:
        run(office.delivering(door))
    assert office.item(row).state == "failed"
    assert "nobody could be told what became of a mail" in [entry["event"] for entry in logged]


def test_an_unsettled_mail_goes_again(office: Office) -> None:
    """The same bytes, since they may not have arrived."""
    row = office.put("Hello")
    door = Door()
    door.answers[JAN] = [Failed(False, "4.4.2", "lost after the mail", unsettled=True)]
    thread = office.delivering(door)
    run(thread)
    office.later(minutes=1)
    run(thread)
    assert office.item(row).state == "sent"
    assert [(p.body, p.again) for p in door.given] == [(b"Hello", False), (b"Hello", True)]


def test_a_fault_of_ours_holds_up_one_mail_alone(office: Office) -> None:
    rows = [office.put("bad", "bad@acme.example"), office.put("good", "good@acme.example")]
    door = Door()
    door.answers["bad@acme.example"] = [RuntimeError("a fault")]
    with capture_logs() as logged:
        run(office.delivering(door))
    assert "a mail could not be sent" in [entry["event"] for entry in logged]
    assert office.states(rows) == ["queued", "sent"]
    assert office.item(rows[0]).last_error == "RuntimeError: a fault"


def test_bytes_that_were_altered_are_never_sent(office: Office) -> None:
    """The mail is given up, and the operators hear of it; the next goes out."""
    rows = [office.put("Hello"), office.put("other", MARIE)]
    with office.database.transaction() as tx:
        where = schema.evidence.c.sha256 == evidence.digest(b"Hello")
        tx.execute(update(schema.evidence).where(where).values(body=b"Hallo"))
    door = Door()
    run(office.delivering(door))
    assert office.states(rows) == ["failed", "sent"]
    assert JAN not in [parcel.recipient for parcel in door.given]
    assert "ops@accel.example" in [parcel.recipient for parcel in door.given]


# --- a way out that is closed ------------------------------------------------------------------

SILENT = Unreachable("nobody listens")


def test_a_closed_way_out_costs_no_attempt(office: Office) -> None:
    """Of no mail; nothing is tried until the pause is over, and then everything goes."""
    rows = [office.put(f"{n}", f"p{n}@acme.example") for n in range(9)]
    door = Door()
    thread = office.delivering(door)
    assert thread.work() is True  # one is sent, and more are claimed the next time
    door.answers["*"] = [SILENT, SILENT]
    assert thread.work() is False
    assert thread.work() is False
    assert len(door.given) == 2
    assert [(i.state, i.attempts, i.lease_owner) for i in office.waiting()] == [
        ("queued", 0, None)
    ] * 8
    office.ticks.now += 0.6
    assert thread.work() is False
    assert len(door.given) == 3
    office.ticks.now += 1.1
    run(thread)
    assert office.states(rows) == ["sent"] * 9
    assert {item.attempts for item in map(office.item, rows)} == {1}


def test_the_threads_learn_together_that_it_is_closed(office: Office) -> None:
    for number in range(4):
        office.put(f"{number}", f"p{number}@acme.example")
    door = Door()
    door.answers["*"] = [SILENT]
    one, two = office.delivering(door, "one"), office.delivering(door, "two")
    assert one.work() is False
    assert two.work() is False
    assert len(door.given) == 1


def test_what_was_sent_before_it_closed_is_kept(office: Office) -> None:
    rows = [office.put(f"{n}", f"p{n}@acme.example") for n in range(3)]
    door = Door()
    thread = office.delivering(door)
    thread.work()
    door.answers["p2@acme.example"] = [SILENT]
    assert thread.work() is True
    assert office.states(rows) == ["sent", "sent", "queued"]
    assert office.item(rows[2]).attempts == 0


def test_mails_are_given_up_though_the_way_out_stays_closed(office: Office) -> None:
    """After their five days."""
    row = office.put("Hello")
    office.later(days=5, seconds=1)
    door = Door()
    door.answers["*"] = [SILENT] * 9
    assert office.delivering(door).work() is False
    item = office.item(row)
    assert (item.state, item.last_status) == ("failed", "4.4.1")


# --- leases ------------------------------------------------------------------------------------


def test_a_mail_of_a_process_that_died_goes_again(office: Office) -> None:
    """After its lease; it may have left already."""
    row = office.put("Hello")
    with office.database.transaction() as tx:
        outbox.claim(tx, "dead", office.now, timedelta(seconds=15), 1)
    door = Door()
    run(office.delivering(door))
    assert door.given == []
    office.later(seconds=16)
    run(office.delivering(door))
    assert [parcel.again for parcel in door.given] == [True]
    assert (office.item(row).state, office.item(row).interruptions) == ("sent", 1)


def test_a_lease_that_was_lost_is_not_fought_for(office: Office) -> None:
    """Another one took it over meanwhile: its word counts, and nothing breaks."""
    row, other = office.put("Hello"), office.put("other", MARIE)

    def stolen(parcel: Parcel) -> None:
        if parcel.recipient == JAN:
            office.later(minutes=1)
            with office.database.transaction() as tx:
                outbox.claim(tx, "thief", office.now, timedelta(minutes=1), 1)

    door = Door(meanwhile=stolen)
    run(office.delivering(door))
    assert office.item(row).lease_owner == "thief"
    assert office.item(other).state == "sent"


def test_leases_are_renewed_while_a_server_takes_its_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread beside the sending one does it."""
    monkeypatch.setattr("gateway.delivery.leases.RENEWED", 0.01)
    row = office.put("Hello")
    until = office.now + timedelta(minutes=10)
    renewed = threading.Event()

    def slow(_parcel: Parcel) -> None:
        office.now = until
        while not renewed.wait(0.01):
            lease = office.item(row).lease_until
            if lease is not None and lease > until:
                renewed.set()

    run(office.delivering(Door(meanwhile=slow)))
    assert renewed.is_set()
    assert office.item(row).state == "sent"


# --- a store that is away ----------------------------------------------------------------------


def test_what_came_of_mails_is_kept_when_the_store_is_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything else is sent; so that no mail leaves twice for it."""
    rows = [office.put("one", "p1@acme.example"), office.put("two", "p2@acme.example")]
    door = Door()
    thread = office.delivering(door)
    away = [True]
    keep = Delivering._keep

    def unavailable(*arguments: object) -> None:
        if away.pop():
            raise StoreUnavailable("gone")
        away.append(False)
        keep(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Delivering, "_keep", unavailable)
    with pytest.raises(StoreUnavailable):
        thread.work()
    assert office.item(rows[0]).state == "working"
    away[:] = [False]
    run(thread)
    assert office.states(rows) == ["sent", "sent"]
    assert len(door.given) == 2


# --- the end -----------------------------------------------------------------------------------


def test_the_end_leaves_the_rest_to_others(office: Office) -> None:
    """What is on its way is finished and kept; what was claimed and not begun is handed back."""
    rows = [office.put(f"{n}", f"p{n}@acme.example") for n in range(4)]
    door = Door()
    thread = office.delivering(door)
    thread.work()
    ending: list[threading.Thread] = []

    def end(_parcel: Parcel) -> None:
        if not ending:
            ending.append(threading.Thread(target=thread.end, args=(60,)))
            ending[0].start()
            assert thread._stopping.wait(10)

    door.meanwhile = end
    thread.work()
    ending[0].join()
    assert office.states(rows) == ["sent", "sent", "queued", "queued"]
    assert [(i.attempts, i.lease_owner) for i in office.waiting()] == [(0, None), (0, None)]
    assert thread.work() is False


class Stuck(Door):
    """A server that says nothing until the sending is aborted."""

    def __init__(self, begun: Callable[[], None]) -> None:
        super().__init__()
        self.begun = begun
        self.aborted = threading.Event()

    def send(self, parcel: Parcel) -> Failed:
        self.begun()
        assert self.aborted.wait(10)
        return Failed(False, "4.4.2", "lost", unsettled=True)

    def abort(self) -> None:
        self.aborted.set()


def test_a_server_that_says_nothing_does_not_hold_up_the_end(office: Office) -> None:
    row = office.put("Hello")
    begun = threading.Event()
    thread = office.delivering(Stuck(begun.set))
    working = threading.Thread(target=thread.work)
    working.start()
    assert begun.wait(10)
    thread.end(0.01)
    working.join(10)
    assert office.item(row).last_error == "lost"


def test_threads_by_the_configuration(office: Office) -> None:
    """Each of its own name and with a sender of its own."""
    made = deliverers(lambda: office.house, "host-1", 3, office.tokens)
    assert [thread._owner for thread in made] == ["host-1-1", "host-1-2", "host-1-3"]
    assert isinstance(sender_of(office.house, office.tokens), MaildirSender)
    assert Sent() == Sent("2.0.0")


def test_a_relay_that_comes_back(office: Office) -> None:
    """Nobody listens, then somebody does: everything leaves over one connection, tried once."""
    rows = [office.put(f"{n}\r\n", f"p{n}@acme.example") for n in range(5)]
    sink = Sink()
    sender = SmtpSender(sink.relay())
    thread = office.delivering(sender)
    run(thread)
    assert office.states(rows) == ["queued"] * 5
    with running(sink):
        office.ticks.now += 0.6
        run(thread)
        thread.end(10)
    assert office.states(rows) == ["sent"] * 5
    assert {office.item(row).attempts for row in rows} == {1}
    assert sorted(taken.body for taken in sink.mails) == [b"%d\r\n" % n for n in range(5)]
    assert sink.connections == 1
