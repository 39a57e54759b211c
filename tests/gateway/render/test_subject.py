"""Subjects carry the ticket's mark once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.render.subject import LONGEST, bare_subject, ticket_subject

SUBJECTS = (
    ("Printer broken", "Printer broken"),
    ("Re: Printer broken", "Printer broken"),
    ("RE: [#88] Re: Printer broken", "Printer broken"),
    ("[#88] Printer broken [#88]", "Printer broken"),
    ("AW: WG: Antw: SV: TR: Fwd: Odp: Printer", "Printer"),
    ("Re[2]: Re (3): Printer", "Printer"),
    ("RE : Imprimante", "Imprimante"),
    ("回复：Re：Printer", "回复：Re：Printer"),
    ("Re: [#87] Printer", "[#87] Printer"),
    ("Reply: Printer", "Reply: Printer"),
    ("Printer\r\nBcc: x@y.example", "Printer Bcc: x@y.example"),
    ("\u202eretnirP", "retnirP"),
    ("Re:", ""),
    ("", ""),
)


@pytest.mark.parametrize(("subject", "bare"), SUBJECTS)
def test_bare_subject(subject: str, bare: str) -> None:
    """Answer marks, the ticket's own mark, line breaks and bidi marks go; the words stay."""
    assert bare_subject(subject, 88) == bare


def test_ticket_subject_is_the_same_each_time() -> None:
    """An answer to an answer is still one mark and one subject."""
    once = ticket_subject(88, "Printer broken")
    assert once == "[#88] Printer broken"
    assert ticket_subject(88, f"Re: {once}") == once


def test_long_subjects_are_cut() -> None:
    cut = ticket_subject(88, "x" * 5000)
    assert cut.endswith("x…")
    assert len(cut) == LONGEST + len("[#88] ")


@given(st.text(max_size=200))
def test_any_subject_is_one_line_with_one_mark(subject: str) -> None:
    """Whatever a sender wrote; and doing it twice changes nothing."""
    said = ticket_subject(88, subject)
    assert said.startswith("[#88]")
    assert said.count("[#88]") == 1
    assert len(said.splitlines()) == 1
    assert bare_subject(bare_subject(subject, 88), 88) == bare_subject(subject, 88)
