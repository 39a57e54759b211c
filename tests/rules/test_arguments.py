"""The arguments of command lines, as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.arguments import Fault, read_arguments
from rules.kinds import Frame, read_address, read_amount, read_phone
from rules.process import Command
from rules.said import Why
from rules.usage import usage
from tests.rules.processes import shipped

FRAME = Frame(datetime(2026, 11, 20, 10, 0, tzinfo=UTC), ZoneInfo("Europe/Brussels"), "nl", "en")
AT_TWO = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def read(line: str, command: Command | None = None, below: str = "") -> dict[str, object] | Fault:
    """The arguments of a line such as `time 1h30 text`, by default of a helpdesk's command."""
    name, _, rest = line.partition(" ")
    return read_arguments(name, command or shipped("helpdesk").commands[name], rest, below, FRAME)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("time 1h30 Fixed it", {"duration": 90, "text": "Fixed it"}),
        (
            "time 1,5 h yesterday not-billable Fixed it",
            {"duration": 90, "on": date(2026, 11, 19), "not_billable": True, "text": "Fixed it"},
        ),
        ("time 45 min Not billable", {"duration": 45, "not_billable": True}),
        (
            "time 1 h 15 op maandag Printer",
            {"duration": 75, "on": date(2026, 11, 16), "text": "Printer"},
        ),
        ("time 2u hier was de printer stuk", {"duration": 120, "text": "hier was de printer stuk"}),
        ("time 30m tomorrow never knows", {"duration": 30, "text": "tomorrow never knows"}),
        ("assign Marie Peeters", {"who": "Marie Peeters"}),
        ("assign @marie task 2", {"who": "marie", "task": 2}),
        ("assign marie@accel.example taak #3", {"who": "marie@accel.example", "task": 3}),
        ("task Call Jan", {"text": "Call Jan"}),
        (
            "task Call Jan @piet due friday about it",
            {"text": "Call Jan about it", "who": "piet", "due": date(2026, 11, 27)},
        ),
        ("task Pay what is due to lateness", {"text": "Pay what is due to lateness"}),
        (
            "task Note the due date due 24/11",
            {"text": "Note the due date", "due": date(2026, 11, 24)},
        ),
        ("task Mail @ noon", {"text": "Mail @ noon"}),
        ("done", {}),
        ("done 3", {"task": 3}),
        ("done the printer", {"task": "the printer"}),
        ("priority Hoog", {"value": "high"}),
        ("priority vysoká", {"value": "high"}),
        ("type incident", {"kind": "incident"}),
        ("remind 24/11 14:00", {"when": AT_TWO}),
        ("callback 03 460 35 35", {"phone": "034603535"}),
        ("callback +32 (0)3/460.35.35 24/11 14:00", {"phone": "+3234603535", "when": AT_TWO}),
        ("callback 034603535 24.11. 14u", {"phone": "034603535", "when": AT_TWO}),
        (
            "cc +A@acme.example -b@acme.example",
            {"addresses": (("+", "a@acme.example"), ("-", "b@acme.example"))},
        ),
        (
            "cc a@acme.example, +b@acme.example",
            {"addresses": (("+", "a@acme.example"), ("+", "b@acme.example"))},
        ),
        ("phone Jan Maes <jan@acme.example>", {"address": "jan@acme.example"}),
        ("merge #88", {"ticket": 88}),
        ("link [#88]", {"ticket": 88}),
        ("quote 450 Work", {"amount": (Decimal("450.00"), None), "text": "Work"}),
        ("quote 1 250,50 € Travaux", {"amount": (Decimal("1250.50"), "EUR"), "text": "Travaux"}),
        ("quote 1\u00a0250 Work", {"amount": (Decimal("1250.00"), None), "text": "Work"}),
        ("quote £450 Work", {"amount": (Decimal("450.00"), "GBP"), "text": "Work"}),
        ("quote EUR 1.250,5 Work", {"amount": (Decimal("1250.50"), "EUR"), "text": "Work"}),
        ("quote 450,- Kč Práce", {"amount": (Decimal("450.00"), "CZK"), "text": "Práce"}),
        ("rate 5 Top!", {"score": 5, "text": "Top!"}),
        ("rate 4/5", {"score": 4}),
        ("impact Geblokkeerd iedereen", {"state": "blocked", "reach": "all"}),
        ("impact blocked quelques-uns", {"state": "blocked", "reach": "some"}),
        ("onsite 24/11 14:00 2h", {"when": AT_TWO, "duration": 120}),
        ("contract", {}),
        ("contract Magic Plus", {"name": "Magic Plus"}),
        ("raised 2026-117", {"number": "2026-117"}),
        ("find printer 2nd floor", {"words": "printer 2nd floor"}),
    ],
)
def test_arguments(line: str, values: dict[str, object]) -> None:
    """Flags anywhere, `@who`, keywords, then by place; a text takes what is left."""
    assert read(line) == values


@pytest.mark.parametrize(
    ("line", "why", "argument", "given"),
    [
        ("time", Why.MISSING_ARGUMENT, "1h30", None),
        ("time fixed it", Why.BAD_ARGUMENT, "1h30", "fixed it"),
        ("time 90 fixed it", Why.BAD_ARGUMENT, "1h30", "90 fixed it"),
        ("assign", Why.MISSING_ARGUMENT, "WHO", None),
        ("assign marie task two", Why.BAD_ARGUMENT, "N", "task two"),
        ("priority soon", Why.BAD_ARGUMENT, "low|normal|high|urgent", "soon"),
        ("remind soon", Why.BAD_ARGUMENT, "WHEN", "soon"),
        ("callback 5 people", Why.BAD_ARGUMENT, "NUMBER", "5 people"),
        ("callback 034603535 someday", Why.BAD_ARGUMENT, "WHEN", "someday"),
        ("cc bob", Why.BAD_ARGUMENT, "+ADDRESS -ADDRESS", "bob"),
        ("cc +a@acme.example and bob", Why.TOO_MUCH, None, "and bob"),
        ("phone jan", Why.BAD_ARGUMENT, "ADDRESS", "jan"),
        ("merge that one", Why.BAD_ARGUMENT, "N", "that one"),
        ("quote", Why.MISSING_ARGUMENT, "AMOUNT", None),
        ("quote 450 100 licences", Why.BAD_ARGUMENT, "AMOUNT", "450 100 licences"),
        ("quote 450", Why.MISSING_ARGUMENT, "TEXT", None),
        ("quote 0 Work", Why.BAD_ARGUMENT, "AMOUNT", "0 Work"),
        ("rate 6", Why.BAD_ARGUMENT, "1-5", "6"),
        ("impact blocked", Why.MISSING_ARGUMENT, "all|some|one", None),
        ("cancel", Why.MISSING_ARGUMENT, "REASON", None),
        ("take this", Why.TOO_MUCH, None, "this"),
    ],
)
def test_faults(line: str, why: Why, argument: str | None, given: str | None) -> None:
    """What is missing, cannot be read, or is too much, with how the command is written."""
    fault = read(line)
    assert isinstance(fault, Fault)
    assert (fault.why, fault.details.get("argument"), fault.details.get("given")) == (
        why,
        argument,
        given,
    )
    name = line.split()[0]
    assert fault.details["usage"] == usage(name, shipped("helpdesk").commands[name])


def test_a_text_that_may_stand_below() -> None:
    """Where the line has none, the mail's text is the text of a quote, the reason of a decline."""
    quote = {"amount": (Decimal("450.00"), None), "text": "Two days of work"}
    assert read("quote 450", below="Two days of work") == quote
    assert read("decline", below="Too dear") == {"reason": "Too dear"}
    assert read("decline Too late", below="Too dear") == {"reason": "Too late"}
    assert isinstance(read("cancel", below="A long story"), Fault)


def test_an_optional_person_without_an_at() -> None:
    """Where no text could mean the word, it is the person."""
    start = Command.model_validate({"takes": {"who": "person"}})
    assert read("start Marie Peeters", start) == {"who": "Marie Peeters"}
    assert read("start @marie", start) == {"who": "marie"}
    assert read("start", start) == {}


def test_a_choice_and_what_follows() -> None:
    """`#resolved no answer details`: the words of a choice may be several."""
    methods = {"confirmed": ["bevestigd"], "no-answer": ["geen antwoord"]}
    resolved = Command.model_validate(
        {"needs": {"how": {"type": "choice", "choices": methods}}, "takes": "details"}
    )
    assert read("resolved no answer", resolved) == {"how": "no-answer"}
    assert read("resolved Geen antwoord gekregen", resolved) == {
        "how": "no-answer",
        "details": "gekregen",
    }


@pytest.mark.parametrize(
    ("url", "good"),
    [("https://roadmap.example/1", True), ("<http://x.example/a?b>", True)]
    + [(url, False) for url in ("ftp://x.example", "javascript:alert(1)", "roadmap", "https://")],
)
def test_urls(url: str, good: bool) -> None:
    """Pages alone, by http or https."""
    idea = Command.model_validate({"needs": {"url": "url"}})
    assert (read(f"idea {url}", idea) == {"url": url.strip("<>")}) is good


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Jan@Acme.Example", "jan@acme.example"),
        ("<jan@acme.example>", "jan@acme.example"),
        ("jan@acme.example.", "jan@acme.example"),
        ("mailto:jan@acme.example", "jan@acme.example"),
        ("jan@acme.example<mailto:jan@acme.example>", "jan@acme.example"),
        ("jan@acme.example<mailto:eve@evil.example>", None),
        ("jan@acme", None),
        ("jan..m@acme.example", None),
        (".jan@acme.example", None),
        ("jan@acme.example@evil.example", None),
        ("jan@-acme.example", None),
        ("jan m@acme.example", None),
        ("a" * 65 + "@acme.example", None),
        ("jan@acme.example\n", "jan@acme.example"),
        ("jän@acme.example", None),
    ],
)
def test_addresses(text: str, address: str | None) -> None:
    """Lower-case and bare; where text and link differ, neither is believed."""
    assert read_address(text) == address


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("03 460 35 35", "034603535"),
        ("+32 (0)3 460 35 35", "+3234603535"),
        ("(020) 7946-0958", "02079460958"),
        ("1234", None),
        ("1234567890123456", None),
        ("+32+3 460 35 35", None),
    ],
)
def test_phone_numbers(text: str, number: str | None) -> None:
    """Five to fifteen digits (E.164)."""
    assert read_phone(text) == number


@pytest.mark.parametrize(
    "text",
    ["0", "-5", "1.250.50", "1,250,50", "0,450", "450,123,1", "€ 5 £", "10000000000", "1e5", "NaN"],
)
def test_what_is_no_amount(text: str) -> None:
    """Nothing doubtful becomes money."""
    assert read_amount(text) is None


@given(
    st.sampled_from(sorted(shipped("helpdesk").commands)),
    st.text(max_size=60),
    st.text(max_size=10),
)
def test_nothing_makes_reading_fail(name: str, rest: str, below: str) -> None:
    """Any text after any command gives values of known names, or a fault."""
    command = shipped("helpdesk").commands[name]
    values = read_arguments(name, command, rest, below, FRAME)
    assert isinstance(values, Fault) or values.keys() <= command.needs.keys() | command.takes.keys()


_PARTS = (
    "1h30 yesterday @marie due friday task 2 not-billable 450 € 250,50 +a@b.example 03 460 35 35 "
    "88 #9 blocked all x"
)


@given(
    st.sampled_from(sorted(shipped("helpdesk").commands)),
    st.lists(st.sampled_from(_PARTS.split()), max_size=8),
)
def test_every_word_is_used_or_told(name: str, parts: list[str]) -> None:
    """What is needed is there whenever no fault is told."""
    command = shipped("helpdesk").commands[name]
    values = read_arguments(name, command, " ".join(parts), "", FRAME)
    assert isinstance(values, Fault) or command.needs.keys() <= values.keys()


@pytest.mark.parametrize(
    ("name", "language", "written"),
    [
        ("time", "en", "#time 1h30 [yesterday] [not-billable] [TEXT]"),
        ("task", "en", "#task [@who] [due DATE] TEXT"),
        ("assign", "en", "#assign WHO [task N]"),
        ("quote", "fr", "#devis MONTANT TEXTE"),
        ("callback", "nl", "#terugbellen NUMMER [WANNEER]"),
        ("cc", "en", "#cc +ADDRESS -ADDRESS"),
        ("impact", "en", "#impact blocked|working all|some|one"),
        ("cancel", "cs", "#zrušit DŮVOD"),
        ("decline", "de", "#ablehnen [GRUND]"),
        ("take", "it", "#take"),
    ],
)
def test_usage(name: str, language: str, written: str) -> None:
    """As one would write it, in the language of who asked."""
    assert usage(name, shipped("helpdesk").commands[name], language) == written
