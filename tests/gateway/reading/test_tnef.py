"""winmail.dat is unpacked, however broken it is."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import tnef

START = struct.pack("<IH", 0x223E9F78, 1)


def attribute(name: int, data: bytes) -> bytes:
    return struct.pack("<BII", 2, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def padded(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data + b"\0" * (-len(data) % 4)


def variable(kind: int, name: int, *values: bytes, named: bytes = b"") -> bytes:
    return (
        struct.pack("<HH", kind, name)
        + named
        + struct.pack("<I", len(values))
        + b"".join(map(padded, values))
    )


def fixed(kind: int, name: int, value: bytes) -> bytes:
    return struct.pack("<HH", kind, name) + value


def properties(*each: bytes) -> bytes:
    return struct.pack("<I", len(each)) + b"".join(each)


BEGIN = attribute(0x00069002, b"\0" * 14)
FILE = (
    BEGIN
    + attribute(0x00018010, b"SHORT~1.TXT\0")
    + attribute(0x0006800F, b"content")
    + attribute(
        0x00069005,
        properties(
            fixed(0x0003, 0x3705, struct.pack("<I", 1)),
            fixed(0x0014, 0x0E21, b"\0" * 8),
            variable(0x1003, 0x8000, named=b"G" * 16 + struct.pack("<II", 0, 7))[:-4]
            + struct.pack("<III", 2, 1, 2),
            variable(
                0x001F,
                0x8001,
                "v\0".encode("utf-16-le"),
                named=b"G" * 16 + struct.pack("<I", 1) + padded(b"name"),
            ),
            variable(0x001F, 0x3707, "Příloha.txt\0".encode("utf-16-le")),
            variable(0x001E, 0x370E, b"text/plain\0"),
            variable(0x101E, 0x3000, b"one\0", b"three\0"),
            variable(0x001F, 0x3712, "1@x\0".encode("utf-16-le")),
        ),
    )
)


def test_files() -> None:
    """Long names, types and Content-IDs come from the properties, past those of no use."""
    found = tnef.unpack(START + FILE)
    assert found.files == (tnef.PackedFile("Příloha.txt", "text/plain", "1@x", b"content"),)


def test_text() -> None:
    """The text is read in the code page that is named; HTML stands among the properties."""
    message = attribute(0x00069003, properties(variable(0x0102, 0x1013, b"<p>caf\xe9</p>")))
    codepage = attribute(0x00069007, struct.pack("<II", 1250, 0))
    found = tnef.unpack(START + codepage + attribute(0x0002800C, b"p\xf8\xedloha\0") + message)
    assert (found.text, found.html) == ("příloha", "<p>café</p>".replace("é", "é"))


def test_embedded_object() -> None:
    """An attached message comes as an object behind the 16 bytes of its interface."""
    data = attribute(0x00069005, properties(variable(0x000D, 0x3701, b"I" * 16 + b"inner")))
    assert tnef.unpack(START + BEGIN + data).files[0].content == b"inner"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", START[:5]])
def test_not_tnef(data: bytes) -> None:
    """What is something else is said to be."""
    with pytest.raises(tnef.NotTnef):
        tnef.unpack(data)


@given(st.integers(0, len(START + FILE)), st.binary(max_size=40))
def test_broken_off(length: int, more: bytes) -> None:
    """Any beginning of it is read as far as it goes."""
    data = START + FILE
    if length >= 6:
        tnef.unpack(data[:length] + more)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Any attributes and properties end."""
    tnef.unpack(START + data)
    tnef.unpack(START + BEGIN + attribute(0x00069005, data))
