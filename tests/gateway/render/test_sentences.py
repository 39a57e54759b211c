"""Each machine word of rules/said.py has its sentence, in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from gateway.render import Renderer, render
from rules.said import Headline, What, Why
from tests.gateway.render.samples import LANGUAGES, page

AT = "2026-11-25T13:00:00+00:00"
MONEY = {"number": 2, "amount": "450.00", "currency": "EUR"}
TASK = {"number": 3, "title": "Call Jan"}

LINES: Mapping[What, Mapping[str, object]] = {
    What.OPENED: {"number": 88},
    What.MOVED: {"from_label": "New", "to_label": "Open"},
    What.ASSIGNED: {"name": "Marie"},
    What.PRIORITY: {"priority": "urgent"},
    What.TYPE: {"label": "Incident"},
    What.LEVEL: {"label": "Level 2"},
    What.FIELD: {"label": "PBI", "value": "1234"},
    What.CONTRACT: {"name": "Magic"},
    What.RESOLUTION: {"value": "confirmed"},
    What.TASK_ADDED: {**TASK, "name": "Marie", "due": "2026-11-25"},
    What.TASK_ASSIGNED: {**TASK, "name": "Marie"},
    What.TASK_DONE: TASK,
    What.TIME_ADDED: {"minutes": 90, "on": "2026-11-25", "billable": True, "total_minutes": 120},
    What.NOBODY: {"role": "finance"},
    What.REMINDER_SET: {"at": AT},
    What.REQUESTER: {"address": "jan@acme.example"},
    What.PARTICIPANT_ADDED: {"address": "jan@acme.example"},
    What.PARTICIPANT_REMOVED: {"address": "jan@acme.example"},
    What.SENT_TO: {"address": "jan@acme.example"},
    What.LINKED: {"number": 90, "kind": "related"},
    What.LINKED_OUT: {"kind": "idea", "to": "https://ideas.example/7"},
    What.LINKED_NOW: {"number": 2, "label": "In progress", "priority": "low"},
    What.MERGED: {"number": 90},
    What.SPLIT: {"number": 90},
    What.MOVED_DESK: {"desk": "Sales"},
    What.CALLBACK: {"phone": "+32 3 460 35 35", "at": AT},
    What.PHONE: {"number": 88, "address": "jan@acme.example"},
    What.QUOTE_SENT: MONEY,
    What.QUOTE_APPROVED: MONEY,
    What.QUOTE_DECLINED: MONEY,
    What.QUOTE_EXPIRED: MONEY,
    What.QUOTE_TOO_LATE: {"address": "jan@acme.example"},
    What.BUDGET_OVER: {"contract": "Magic", "over": "1.50", "unit": "hour"},
    What.INVITED: {"at": AT},
    What.INVOICE_RAISED: {"invoice": "2026-17"},
    What.INVOICE_PAID: {"invoice": "2026-17"},
    What.RATED: {"score": 4},
    What.PROOF: {
        "number": 88,
        "version": 2,
        "amount": "450.00",
        "currency": "EUR",
        "proof": "confirmed",
        "second": "Marie",
    },
    What.SECOND_ASKED: {"names": ["Tom", "Anna"]},
    What.HUSHED: {"count": 7, "numbers": ["#88", "#90"]},
    What.UNVERIFIED: {"address": "jan@acme.example"},
    What.NOT_DELIVERED: {"address": "jan@acme.example", "text": "550 no such user"},
    What.ABSENCE: {"address": "jan@acme.example"},
    What.BUSY: {"address": "jan@acme.example"},
    What.TIMER: {"text": "No answer for five days."},
    What.HINT: {"text": "You may close it now."},
}
LESS: tuple[Mapping[str, object], ...] = (
    {"what": "assigned", "name": ""},
    {"what": "task_added", **TASK, "name": "", "due": ""},
    {"what": "callback", "phone": "+32 3 460 35 35", "at": ""},
    {"what": "invoice_paid", "invoice": ""},
    {"what": "time_added", "minutes": -5, "on": "2026-11-25", "billable": True, "total_minutes": 5},
    {"what": "quote_sent", **MONEY, "amount": "0", "minutes": 90},
    {"what": "time_added", "minutes": 5, "on": "2026-11-25", "billable": False, "total_minutes": 5},
)

GIVEN = {"given": "Jun", "names": ["Jan", "Jon"]}
USAGE = {"argument": "reason", "given": "x", "usage": "#cancel REASON"}
REFUSALS: Mapping[Why, Mapping[str, object]] = {
    Why.UNKNOWN: {"word": "#aprove", "meant": ["#approve"]},
    Why.NOT_YOURS: {"roles": ["Engineer"]},
    Why.WRONG_STATUS: {"status_label": "Closed", "in_labels": ["New", "Open"]},
    Why.WRONG_TYPE: {"type_label": "Question", "type_labels": ["Incident"]},
    Why.MISSING_ARGUMENT: USAGE,
    Why.BAD_ARGUMENT: USAGE,
    Why.TOO_MUCH: USAGE,
    Why.GUARD: {"says": "A document is missing."},
    Why.NO_SUCH_TICKET: {"number": 7},
    Why.NO_SUCH_PERSON: GIVEN,
    Why.AMBIGUOUS_PERSON: GIVEN,
    Why.NO_SUCH_TASK: {"given": 9, "open": [TASK]},
    Why.NO_SUCH_CONTRACT: GIVEN,
    Why.NO_SUCH_DESK: {"given": "x", "desks": ["help@accel.example"]},
    Why.OLD_QUOTE: {"number": 1},
    Why.EXPIRED_QUOTE: {"number": 1, "on": "2026-11-25"},
    Why.NO_TIME: {"minutes": 30},
}
FEWER: tuple[Mapping[str, object], ...] = (
    {"line": "#x", "why": "unknown", "word": "#x", "meant": []},
    {"line": "#remind", "why": "bad_argument", **USAGE, "usage": ""},
    {"line": "#done 9", "why": "no_such_task", "given": 9, "open": []},
    {"line": "#time -1h", "why": "no_time", "minutes": 0},
    {"line": "#approve", "why": "expired_quote", "number": 1, "on": None},
    {"line": "#contract x", "why": "no_such_contract", "given": "x", "names": []},
)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


def told(renderer: Renderer, language: str, lines: Sequence[Mapping[str, object]]) -> list[str]:
    """The sentences of these lines, as a mail lists them."""
    bare = replace(page("done", language), data={"lines": lines}, links=())
    text = render(renderer, bare).text
    return [line for line in text.split("\n") if line.startswith("- ")]


def why(renderer: Renderer, language: str, refusals: Sequence[Mapping[str, object]]) -> list[str]:
    bare = replace(page("refused", language), data={"refusals": refusals})
    text = render(renderer, bare).text
    return [line for line in text.split("\n") if line.startswith("- ")]


def headline(renderer: Renderer, language: str, word: Headline, **data: object) -> str:
    bare = replace(page("notice", language), data={"headline": word.value, **data}, carried=None)
    return render(renderer, bare).text.split("\n")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_what_has_a_sentence(renderer: Renderer, language: str) -> None:
    """Each line of what was done is a sentence that holds its details; how a decision was proven
    stands below them, small."""
    lines = [{"what": word.value, **LINES.get(word, {})} for word in What if word != What.PROOF]
    shown = told(renderer, language, lines)
    proof = {"what": What.PROOF.value, **LINES[What.PROOF]}
    assert told(renderer, language, [proof]) == []
    small = render(renderer, replace(page("done", language), data={"lines": [proof]})).text
    assert str(LINES[What.PROOF]["number"]) in small
    assert len(shown) == len(lines)
    assert all(len(sentence) > len("- ok") for sentence in shown)
    assert len(set(shown)) == len(lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_why_has_a_sentence(renderer: Renderer, language: str) -> None:
    """Each refusal names the line and says why."""
    refusals = [{"line": "#line", "why": word.value, **REFUSALS.get(word, {})} for word in Why]
    shown = why(renderer, language, refusals)
    assert len(set(shown)) == len(refusals)
    assert all("#line" in sentence and len(sentence) > 20 for sentence in shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_headline_has_a_sentence(renderer: Renderer, language: str) -> None:
    shown = [headline(renderer, language, word) for word in Headline]
    assert all(shown)
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_no_sentence_is_left_in_english(renderer: Renderer, language: str) -> None:
    """But for those that are nothing but what a process file or a server said."""
    ours = [w for w in What if w not in (What.TIMER, What.HINT, What.FIELD)]
    lines = [{"what": word.value, **LINES.get(word, {})} for word in ours]
    english, theirs = told(renderer, "en", lines), told(renderer, language, lines)
    assert not set(english) & set(theirs)
    for word in Headline:
        assert headline(renderer, "en", word) != headline(renderer, language, word)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_do_with_less(renderer: Renderer, language: str) -> None:
    """Nobody assigned, no due date, nothing meant: the sentence says so or leaves it out."""
    assert len(told(renderer, language, LESS)) == len(LESS)
    assert len(why(renderer, language, FEWER)) == len(FEWER)


def test_headline_names_who_wrote(renderer: Renderer) -> None:
    """By `from`, else by the author of the words that the notice brings."""
    said = {"from": "Jan Maes"}
    assert headline(renderer, "en", Headline.CUSTOMER_WROTE, **said) == "Jan Maes has written."
    carried = replace(page("notice", "en"), data={"headline": "staff_wrote"})
    assert render(renderer, carried).text.startswith("Marie Peeters has written to the customer.")


def test_a_few_sentences(renderer: Renderer) -> None:
    """As they read, details in the reader's own way of writing dates and money."""
    lines: list[Mapping[str, object]] = [
        {"what": "quote_approved", **MONEY},
        {"what": "time_added", **LINES[What.TIME_ADDED]},
        {"what": "task_added", **LINES[What.TASK_ADDED]},
    ]
    assert told(renderer, "en", lines) == [
        "- Quote 2 of €450.00 was approved.",
        "- 1 hr 30 mins on 25 November 2026 was added. Together it is 2 hrs.",
        "- Task 3 was added: Call Jan. It is for Marie. It is due on 25 November 2026.",
    ]
    assert told(renderer, "nl", lines) == [
        "- Offerte 2 van €\u00a0450,00 is goedgekeurd.",
        "- 1 uur 30 min op 25 november 2026 is toegevoegd. Samen is dat 2 uur.",
        "- Taak 3 is toegevoegd: Call Jan. Ze is voor Marie. "
        "Ze moet klaar zijn op 25 november 2026.",
    ]
