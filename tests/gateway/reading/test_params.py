"""Content-Type and Content-Disposition, as clients write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import params


@pytest.mark.parametrize(
    ("value", "main", "parameters"),
    [
        ("text/plain", "text/plain", {}),
        ("Text / Plain ; Charset=UTF-8", "text/plain", {"charset": "UTF-8"}),
        ('multipart/mixed; boundary="a  b;c"', "multipart/mixed", {"boundary": "a  b;c"}),
        ('multipart/mixed; boundary="=?a?q?b?="', "multipart/mixed", {"boundary": "=?a?q?b?="}),
        ("text/plain; charset=us-ascii (Plain text)", "text/plain", {"charset": "us-ascii"}),
        (r'attachment; filename="a\"b\\c.txt"', "attachment", {"filename": r'a"b\c.txt'}),
        ("attachment; filename=my report.pdf", "attachment", {"filename": "my report.pdf"}),
        ("attachment; filename=a.txt; filename=b.txt", "attachment", {"filename": "a.txt"}),
        ("attachment; filename*=utf-8'cs'p%C5%99%C3%ADloha", "attachment", {"filename": "příloha"}),
        ("attachment; filename*=%41.txt; filename=b", "attachment", {"filename": "A.txt"}),
        ("attachment; filename*0=a; filename*1=b; filename*2=c", "attachment", {"filename": "abc"}),
        ("attachment; filename*1=b; filename*0=a", "attachment", {"filename": "ab"}),
        ("attachment; filename*0*=nonsense''%E9; filename*1=x", "attachment", {"filename": "éx"}),
        ('attachment; filename="=?utf-8?Q?=E2=82=AC?="', "attachment", {"filename": "€"}),
        ("attachment; filename=", "attachment", {"filename": ""}),
        ("; boundary=x", "", {}),
        ("", "", {}),
        ("text/pl\0ain", "text/pl", {}),
    ],
)
def test_parse(value: str, main: str, parameters: dict[str, str]) -> None:
    """The value in lower case, and each parameter decoded (RFC 2045, 2231, and misused 2047)."""
    field = params.parse(value)
    assert (field.value, dict(field.params)) == (main, parameters)


def test_cap() -> None:
    """Of 20,000 parameters a hundred are read."""
    value = "text/plain" + "".join(f"; a{number}=b" for number in range(20_000))
    assert len(params.parse(value).params) <= 100


@given(st.text(alphabet=";=*\"\\'%0123456789abc/ ?\t", max_size=80))
def test_never_raises(value: str) -> None:
    """Any punctuation is some field."""
    params.parse(value)
