"""Bytes become text by a ladder that never raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import charset

KNOWN = sorted(charset._CODECS)
ODD = ["utf-7", "unicode_escape", "rot13", "base64", "idna", "undefined", "x\0y", "utf-16", "'", ""]


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (b"plain", "us-ascii", "plain"),
        (b"caf\xc3\xa9", None, "café"),
        (b"caf\xc3\xa9", "us-ascii", "café"),
        (b"\x80 5", "ISO-8859-1", "€ 5"),
        ("镕".encode("gbk"), "gb2312", "镕"),
        ("①山".encode("cp932"), "Shift_JIS", "①山"),
        ("한국".encode("cp949"), "ks_c_5601-1987", "한국"),
        ("ｱ山".encode("iso2022_jp_ext"), "iso-2022-jp", "ｱ山"),
        ("山".encode("iso2022_jp"), None, "山"),
        ("Привет".encode("koi8-r"), '"KOI8-R"', "Привет"),
        ("漢字".encode("big5hkscs"), "x-x-big5", "漢字"),
        ("hé".encode("utf-16"), "utf-16", "hé"),
        (b"caf\xe9", "utf-8", "café"),
        (b"\x81\x8d\xff", "iso-8859-1", "\x81\x8dÿ"),
        ("Příliš žluťoučký kůň".encode("cp1250"), None, "Příliš žluťoučký kůň"),
        ("Les élèves à Noël".encode("cp1252"), "unknown-8bit", "Les élèves à Noël"),
        ("Съешь же ещё этих мягких булок".encode("koi8-r"), None, "Съешь же ещё этих мягких булок"),
    ],
)
def test_decode(data: bytes, label: str | None, text: str) -> None:
    """As declared where that is possible, with what names mean in practice; else the best guess."""
    assert charset.decode(data, label).text == text


@pytest.mark.parametrize(
    ("data", "label", "certain", "known"),
    [
        (b"plain", None, True, True),
        (b"plain", "utf-8", True, True),
        ("é".encode(), None, True, True),
        (b"\xe9", None, False, True),
        (b"\xe9", "utf-8", False, True),
        (b"+ACM-approve", "utf-7", False, False),
        (b"\\x23approve", "unicode_escape", False, False),
        (b"#\0", "utf-16le", False, False),
    ],
)
def test_certainty(data: bytes, label: str | None, certain: bool, known: bool) -> None:
    """Certain is what is valid in a charset of the list, and nothing else."""
    decoded = charset.decode(data, label)
    assert (decoded.certain, decoded.known) == (certain, known)


@pytest.mark.parametrize("label", ["utf-7", "unicode_escape", "raw_unicode_escape", "hz", "rot13"])
def test_no_command_out_of_nothing(label: str) -> None:
    """Bytes without a number sign do not come to hold one."""
    data = b"+ACM-approve \\x23approve \\u0023approve ~{#~} nccebir"
    assert "#approve" not in charset.decode(data, label).text


def test_shown_only() -> None:
    """A header field, which holds no commands, may be in UTF-7."""
    assert charset.decode_shown(b"Fr+APY-sche", "utf-7") == "Frösche"


@given(st.binary(max_size=300), st.sampled_from([*KNOWN, *ODD, None]) | st.text(max_size=12))
def test_never_raises(data: bytes, label: str | None) -> None:
    """Whatever the bytes and the label are, there is a text."""
    assert isinstance(charset.decode(data, label).text, str)
    assert isinstance(charset.decode_shown(data, label or ""), str)
