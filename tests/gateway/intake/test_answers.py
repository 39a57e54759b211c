"""Reply lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake.answers import Answer, Outcome, Rejection


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (Answer(Outcome.STORED), "250 2.0.0 Stored"),
        (Answer(Outcome.DUPLICATE), "250 2.0.0 Stored already"),
        (Answer(Outcome.TEMPORARY, "Come back"), "451 4.3.0 Come back"),
        (Answer(Outcome.TEMPORARY, "Full", "4.2.2"), "451 4.2.2 Full"),
        (Answer(Outcome.PERMANENT, "A virus"), "554 5.6.0 A virus"),
        (Answer(Outcome.PERMANENT, "Gone", "5.1.1"), "550 5.1.1 Gone"),
        (Rejection(), "550 5.1.1 There is no such address here"),
        (Rejection("Later", "4.1.1"), "450 4.1.1 Later"),
    ],
)
def test_reply(answer: Answer | Rejection, line: str) -> None:
    """Codes and enhanced codes go together."""
    assert answer.reply() == line


@given(st.sampled_from(list(Outcome)), st.text())
def test_reply_is_one_line_whatever_its_text(outcome: Outcome, text: str) -> None:
    """No text can end the reply, begin another, or be too long (RFC 5321, 4.5.3.1.5)."""
    line = Answer(outcome, text).reply()
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 510
