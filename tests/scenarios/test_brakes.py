"""Machines that write to the gateway without saying what they are, and gateways that write to each
other: every exchange comes to rest by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from pathlib import Path

import pytest

from gateway.routing import desk_of
from gateway.values import Channel, Envelope, RawMail
from tests.scenarios.incoming import raw_mail
from tests.scenarios.outgoing import Left
from tests.scenarios.stage import Dice, Stage

HERE = Path(__file__).parent
DESK, OTHER_DESK = "helpdesk@accel.example", "telefonie@accel.example"
ELSEWHERE = "support@acme.example"
JAN, STRANGER, LIST = "jan@acme.example", "kim@nowhere.example", "all@lists.example"
BUSY = "vaker dan een mens"
"""What staff read, in Dutch, of who writes like a machine."""
MOST = 400
"""Mails handed over by a test, after which it does not come to rest."""

Answers = Callable[[Left], Iterator[str]]
"""What a machine writes when it gets a mail, as a file of a scenario."""


@contextmanager
def staged(home: Path, desk: str = DESK, again: int = 0) -> Iterator[Stage]:
    """The installation of the helpdesk scenarios, its first desk under that address."""
    if not home.exists():
        home.mkdir()
        for name in ("gateway.toml", "people.yaml"):
            text = (HERE / "helpdesk" / name).read_text()
            if desk != DESK:
                text = text.replace(DESK, desk).partition("organisations:")[0]
            (home / name).write_text(text)
    stage = Stage(home, "")
    stage.house = replace(stage.house, random=Dice(again))
    try:
        yield stage
    finally:
        stage.close()


@dataclass
class Network:
    """Hands what a stage sends to whoever it is for, until nobody writes any more."""

    stages: dict[str, Stage]
    """By the domain of their desks."""
    machines: dict[str, Answers] = field(default_factory=dict)
    deaf: bool = False
    """On the way every sign is lost that a machine wrote it."""
    handed: int = 0
    _seen: dict[str, int] = field(default_factory=dict)

    def write(self, text: str) -> None:
        """A mail of somebody, which its border has verified."""
        self.handed += 1
        assert self.handed < MOST, "it never comes to rest"
        to = re.findall(r"^(?:To|Cc|X-Original-To): .*?([\w.+-]+@[\w.-]+)", text, re.MULTILINE)
        stage = next(self.stages[a.rpartition("@")[2]] for a in to if self._at_home(a))
        name = f"n{self.handed}"
        stage.arrive(raw_mail(text, name, stage.clock.now, stage.house.desks))

    def settle(self) -> None:
        """Until nobody has anything to say."""
        while mails := [m for stage in self.stages.values() for m in self._new(stage)]:
            for left in mails:
                self._deliver(left)

    def _new(self, stage: Stage) -> list[Left]:
        desk = next(iter(stage.house.desks))
        before = self._seen.get(desk, 0)
        self._seen[desk] = len(stage.left)
        return stage.left[before:]

    def _deliver(self, left: Left) -> None:
        if left.recipient in self.machines:
            for text in self.machines[left.recipient](left):
                self.write(text)
        elif self._at_home(left.recipient):
            self._hand_over(left)

    def _at_home(self, address: str) -> bool:
        return any(desk_of(address, stage.house.desks) for stage in self.stages.values())

    def _hand_over(self, left: Left) -> None:
        """From one gateway to another, stamped by its border."""
        self.handed += 1
        assert self.handed < MOST, "it never comes to rest"
        stage = self.stages[left.recipient.rpartition("@")[2]]
        sender = parseaddr(left.header("From"))[1]
        envelope_from, body = left.sender, left.body
        if self.deaf:
            envelope_from = envelope_from or sender
            body = re.sub(rb"(?im)^(?:Auto-Submitted|X-Auto-Response-Suppress): .*\r?\n", b"", body)
        domain = sender.rpartition("@")[2]
        stamp = f"Authentication-Results: mx.accel.example; dmarc=pass header.from={domain}\r\n"
        received = f"Received: from {domain} by mx.accel.example; x\r\n"
        envelope = Envelope(
            Channel.SMTP, envelope_from, (left.recipient,), stage.clock.now, "127.0.0.1", domain
        )
        stage.arrive(RawMail(envelope, (stamp + received).encode() + body))


def counted(stage: Stage, recipient: str) -> int:
    return len(stage.received(recipient))


# --- two gateways ------------------------------------------------------------------------------


@pytest.mark.parametrize("deaf", [False, True], ids=["as they are", "every sign lost"])
def test_two_gateways_writing_to_each_other(tmp_path: Path, deaf: bool) -> None:
    """A desk is another desk's customer: it acknowledges, and that is all, since neither answers
    the other's automatic mail, nor a comment; also where what is in between loses their headers."""
    with staged(tmp_path / "a") as here, staged(tmp_path / "b", ELSEWHERE) as there:
        network = Network({"accel.example": here, "acme.example": there}, deaf=deaf)
        network.write(f"From: Desk <{ELSEWHERE}>\nTo: {DESK}\nSubject: printer\n\nIt is broken.\n")
        network.settle()
        assert network.handed <= 3
        # Marie answers; the other desk takes it for its customer's mail.
        to = here.received("marie@accel.example")[-1].header("Reply-To")
        network.write(f"From: marie@accel.example\nTo: {to}\nSubject: Re\n\nWhich printer?\n")
        network.settle()
        assert network.handed <= 5
        assert counted(here, "marie@accel.example") + counted(there, "marie@accel.example") <= 4
        assert here.faults() == there.faults() == []


# --- an autoresponder that ignores every header ------------------------------------------------


def answering(sender: str, *, threaded: bool) -> Answers:
    """Answers every mail at once like a person, as a reply or as a mail of its own."""

    def answer(left: Left) -> Iterator[str]:
        head = f"From: {sender}\nTo: {left.header('Reply-To') if threaded else DESK}\n"
        thread = f"In-Reply-To: {left.header('Message-ID')}\n" if threaded else ""
        yield f"{head}{thread}Subject: I got it\n\nThank you for {left.header('Message-ID')}\n"

    return answer


@pytest.mark.parametrize("threaded", [True, False], ids=["replies", "new mails"])
@pytest.mark.parametrize("sender", [JAN, STRANGER])
def test_an_autoresponder_that_ignores_every_header(
    tmp_path: Path, sender: str, threaded: bool
) -> None:
    """It gets at most twelve answers a day, and on one ticket none to what is no command."""
    with staged(tmp_path / "home") as stage:
        machines = {sender: answering(sender, threaded=threaded)}
        network = Network({"accel.example": stage}, machines)
        network.write(f"From: {sender}\nTo: {DESK}\nSubject: printer\n\nIt is broken.\n")
        network.settle()
        assert counted(stage, sender) == (1 if threaded else 12)
        assert network.handed == stage.status()["received"] == (2 if threaded else 13)
        assert counted(stage, "marie@accel.example") == network.handed
        assert stage.faults() == []


def test_staff_and_customer_both_away_with_deaf_machines(tmp_path: Path) -> None:
    """What a member of staff "answers" goes to the customer, whose machine answers that, and so
    on: above thirty mails in ten minutes they count as automatic and go to nobody; colleagues are
    told so once."""
    with staged(tmp_path / "home") as stage:
        marie = "marie@accel.example"
        machines = {who: answering(who, threaded=True) for who in (JAN, marie)}
        network = Network({"accel.example": stage}, machines)
        network.write(f"From: {JAN}\nTo: {DESK}\nSubject: printer\n\nIt is broken.\n")
        network.settle()
        assert network.handed <= 2 * 30 + 6
        told = [left for left in stage.received("tom@accel.example") if BUSY in left.text]
        assert len(told) == 2, "once of each of the two"
        assert stage.faults() == []


@pytest.mark.parametrize("says_so", [True, False], ids=["auto-replied", "without a sign"])
def test_two_of_staff_whose_machines_answer_each_other(tmp_path: Path, says_so: bool) -> None:
    """Each is told once that the other is away; without a sign of it their notes, each of which
    brings a notice and an answer, go on until they count as a machine's."""

    def away(who: str) -> Answers:
        said = "Auto-Submitted: auto-replied\n" if says_so else ""

        def answer(left: Left) -> Iterator[str]:
            yield (
                f"From: {who}\nTo: {left.header('Reply-To')}\n{said}Subject: Re\n"
                f"In-Reply-To: {left.header('Message-ID')}\n\n#note\nI am out of office.\n"
            )

        return answer

    with staged(tmp_path / "home") as stage:
        staff = ("marie@accel.example", "tom@accel.example")
        network = Network({"accel.example": stage}, {who: away(who) for who in staff})
        network.write(f"From: {JAN}\nTo: {DESK}\nSubject: printer\n\nIt is broken.\n")
        network.settle()
        assert network.handed <= (5 if says_so else 4 * 30 + 6), network.handed
        assert stage.faults() == []


def test_the_brake_holds_over_a_restart(tmp_path: Path) -> None:
    """What was counted is in the database: a new process answers no more than the old one would."""
    machines = {JAN: answering(JAN, threaded=False)}
    first = f"From: {JAN}\nTo: {DESK}\nSubject: printer\n\nIt is broken.\n"
    with staged(tmp_path / "home") as stage:
        network = Network({"accel.example": stage}, machines)
        network.write(first)
        network.settle()
        answered = counted(stage, JAN)
        handed = network.handed
    with staged(tmp_path / "home", again=1_000_000) as stage:
        network = Network({"accel.example": stage}, machines, handed=handed)
        network.write(first.replace("printer", "still the printer"))
        network.settle()
        assert answered == 12
        assert counted(stage, JAN) == 0
        assert network.handed == handed + 1


def test_a_mail_to_two_desks_of_somebody_who_answers_everything(tmp_path: Path) -> None:
    """Each desk acknowledges, each answer goes to both desks: the brake is of the address, so that
    two desks answer no more than one."""

    def both(left: Left) -> Iterator[str]:
        yield (
            f"From: {JAN}\nTo: {DESK}, {OTHER_DESK}\nX-Original-To: {DESK}\n"
            f"X-Original-To: {OTHER_DESK}\nSubject: I got it\n\n{left.header('Message-ID')}\n"
        )

    with staged(tmp_path / "home") as stage:
        network = Network({"accel.example": stage}, {JAN: both})
        network.write(f"From: {JAN}\nTo: {DESK}, {OTHER_DESK}\nSubject: printer\n\nBroken.\n")
        network.settle()
        assert counted(stage, JAN) == 12
        assert stage.status()["tickets"] <= 26
        assert stage.faults() == []


# --- a mailing list that contains the desk -------------------------------------------------------


def listing(*, says_so: bool) -> Answers:
    """Hands everything on to its members, of whom the desk is one, in its own name."""

    def hand_on(left: Left) -> Iterator[str]:
        said = "List-Id: <all.lists.example>\nReturn-Path: <all-bounces@lists.example>\n"
        text = re.sub(r"^", "| ", left.text, flags=re.MULTILINE)
        yield (
            f"From: Accel via all <{LIST}>\nTo: {LIST}\nX-Original-To: {DESK}\n"
            f"{said if says_so else ''}Subject: {left.header('Subject')}\n\n{text}\n"
        )

    return hand_on


@pytest.mark.parametrize("says_so", [True, False], ids=["List-Id", "without a sign"])
def test_a_mailing_list_that_has_the_desk_as_a_member(tmp_path: Path, says_so: bool) -> None:
    """Its mails are answered by no acknowledgement where it says what it is, and else few times."""
    with staged(tmp_path / "home") as stage:
        network = Network({"accel.example": stage}, {LIST: listing(says_so=says_so)})
        network.write(
            f"From: Kim via all <{LIST}>\nTo: {LIST}\nX-Original-To: {DESK}\n"
            f"{'List-Id: <all.lists.example>' if says_so else 'X-Other: 1'}\n"
            "Subject: printers\n\nDoes anybody have one?\n"
        )
        network.settle()
        assert counted(stage, LIST) <= (0 if says_so else 12)
        assert network.handed <= 2
        assert stage.faults() == []
