"""Effects come back from the journal as they went in."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from rules.effects import (
    AddTask,
    AddTime,
    Effect,
    MoveTo,
    OnOther,
    OpenTicket,
    QueueMail,
    SendQuote,
    SetPriority,
)
from rules.model import Priority, TimeEntry
from store.coding import KINDS, decode, encode, encode_value
from tests.store.effect_values import any_effect
from tests.store.examples import JAN, MARIE, NOW, full_ticket


@given(any_effect())
def test_any_effect_comes_back(effect: Effect) -> None:
    """Through JSON text and back, whatever is in it, nested ones too."""
    assert decode(json.loads(json.dumps(encode(effect)))) == effect


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_kind_of_effect_is_known(kind: type[Any]) -> None:
    """A new effect whose fields the journal cannot keep is noticed here."""
    with pytest.raises(ValueError, match="has no never"):
        decode({"effect": kind.__name__, "never": 1})


@pytest.mark.parametrize(
    ("effect", "data"),
    [
        (SetPriority(Priority.HIGH), {"effect": "SetPriority", "priority": "high"}),
        (
            MoveTo("done", True, NOW, "3"),
            {
                "effect": "MoveTo",
                "status": "done",
                "closed": True,
                "at": "2026-11-21T09:30:15.123456+00:00",
                "version": "3",
            },
        ),
        (
            AddTime(TimeEntry(90, MARIE, date(2026, 11, 21), True, "Toner")),
            {
                "effect": "AddTime",
                "entry": {
                    "minutes": 90,
                    "by": MARIE,
                    "on": "2026-11-21",
                    "billable": True,
                    "text": "Toner",
                    "rate": None,
                },
            },
        ),
        (
            OnOther(7, (SetPriority(Priority.LOW),)),
            {
                "effect": "OnOther",
                "ticket": 7,
                "effects": [{"effect": "SetPriority", "priority": "low"}],
            },
        ),
    ],
)
def test_the_journal_is_readable(effect: Effect, data: dict[str, Any]) -> None:
    """These forms are in the databases of installations: they stay readable for ever."""
    assert encode(effect) == data
    assert decode(data) == effect


def test_amounts_keep_their_digits() -> None:
    """450.00 is neither a float nor 450."""
    data = encode(SendQuote(Decimal("450.00"), "EUR", "", MARIE, NOW))
    assert data["amount"] == "450.00"
    back = decode(data)
    assert isinstance(back, SendQuote)
    assert str(back.amount) == "450.00"


def test_a_whole_ticket_comes_back() -> None:
    """An opening holds all that a ticket has."""
    opening = OpenTicket(full_ticket())
    assert decode(json.loads(json.dumps(encode(opening)))) == opening


def test_an_old_entry_gets_the_defaults_of_new_fields() -> None:
    """A field that was added later has its default in what was written before."""
    assert decode({"effect": "AddTask", "title": "Look"}) == AddTask("Look")


def test_what_no_database_takes_is_replaced() -> None:
    """As in the columns of the ticket, so that replaying gives the same."""
    data = encode(QueueMail("reply", (JAN,), {"a\x00": ["\ud800", {"b": "\x00"}]}))
    assert data["data"] == {"a\ufffd": ["\ufffd", {"b": "\ufffd"}]}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"effect": "Nonsense"},
        {"effect": "SetPriority"},
        {"effect": "SetPriority", "priority": "highest"},
        {"effect": "SetPriority", "priority": "high", "colour": "red"},
        {"effect": "SendQuote", "amount": "much"},
        {"effect": "MoveTo", "at": "yesterday"},
        {"effect": "OnOther", "ticket": 1, "effects": 5},
    ],
)
def test_what_cannot_be_read_is_a_value_error(data: dict[str, Any]) -> None:
    """And nothing else, however it is malformed."""
    with pytest.raises(ValueError):
        decode(data)


@pytest.mark.parametrize(
    "effect",
    [
        MoveTo("done", True, datetime(2026, 11, 21), "3"),  # noqa: DTZ001
        QueueMail("reply", (JAN,), {"amount": Decimal(1)}),
    ],
)
def test_what_would_not_come_back_is_refused(effect: Effect) -> None:
    """A moment without time zone, and data that are no JSON values."""
    with pytest.raises((ValueError, TypeError)):
        json.dumps(encode(effect))


def test_a_kind_that_has_no_form_is_refused() -> None:
    """A field of a new type needs a form in the journal first."""
    with pytest.raises(TypeError, match="no way to keep"):
        encode_value(complex, 1j)
