"""TOML 1.0 as data with the place of each key: tomllib knows none, so a scanner finds them."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Generator
from decimal import Decimal

from gateway.configuration.places import KeyPath, Malformed, Places, Text

Found = Generator[tuple[KeyPath, int], None, None]
"""Paths, and the offset at which each begins."""

_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")


def read_toml(text: str) -> Text:
    """The file's content; its decimal numbers are exact. Raises `Malformed`."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise Malformed(_place(error, text)) from None
    except RecursionError:
        raise Malformed((1, 1, "nested too deep", "Take out its nesting.")) from None
    return Text(data, toml_places(text))


_MEND = "Mind the brackets, the equals signs and the quotes."


def _place(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, int, str, str]:
    at = _AT.search(str(error))
    message = str(error)[: at.start()] if at else str(error)
    if at and at[1]:
        return int(at[1]), int(at[2]), message, _MEND
    last = text.rpartition("\n")[2]
    return text.count("\n") + 1, len(last) + 1, f"{message}, and the file ends", _MEND


def toml_places(text: str) -> Places:
    """Where the keys stand in a text that `tomllib` has read without error (TOML 1.0)."""
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    places: dict[KeyPath, tuple[int, int]] = {}
    for path, offset in _TomlKeys(text).walk():
        line = bisect_right(starts, offset)
        places.setdefault(path, (line, offset - starts[line - 1] + 1))
    return Places(places)


class _TomlKeys:
    """One pass over valid TOML, which yields the path and offset of every key and list entry."""

    SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
    STRING = re.compile(
        r'"""(?:\\.|[^\\])*?"{3,5}|' r"'''.*?'{3,5}|" r'"(?:\\.|[^"\\])*"|' r"'[^']*'", re.DOTALL
    )
    BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
    PLAIN = re.compile(r"[^,\]}#\r\n]+")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.tables: dict[KeyPath, int] = {}
        """How many `[[tables]]` of each path were met."""

    def walk(self) -> Found:
        base: KeyPath = ()
        while self._space() < len(self.text):
            if self.text[self.at] == "[":
                base = yield from self._header()
            else:
                yield from self._pair(base)

    def _space(self) -> int:
        match = self.SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _key(self) -> tuple[list[str], int]:
        """A dotted key and where it begins; ends behind it."""
        parts, start = [], self._space()
        while True:
            if self.text[self.at] in "\"'":
                parts.append(self._string_key())
            else:
                parts.append(self._take(self.BARE_KEY))
            if self.text[self._space()] != ".":
                return parts, start
            self.at += 1
            self._space()

    def _string_key(self) -> str:
        return next(iter(tomllib.loads(f"{self._take(self.STRING)} = 0")))

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found, f"no TOML at {self.at}"
        self.at = found.end()
        return found[0]

    def _header(self) -> Generator[tuple[KeyPath, int], None, KeyPath]:
        listed = self.text.startswith("[[", self.at)
        self.at += 2 if listed else 1
        keys, start = self._key()
        self._space()
        self.at += 2 if listed else 1
        path = self._resolve(keys[:-1])
        yield from ((path[:n], start) for n in range(1, len(path) + 1))
        path = (*path, keys[-1])
        yield path, start
        if listed:
            self.tables[path] = self.tables.get(path, -1) + 1
        if path in self.tables:
            path = (*path, self.tables[path])
            yield path, start
        return path

    def _resolve(self, keys: list[str]) -> KeyPath:
        """A header's path with the index of each list of tables that it runs through."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            if path in self.tables:
                path = (*path, self.tables[path])
        return path

    def _pair(self, base: KeyPath) -> Found:
        keys, start = self._key()
        for n in range(1, len(keys) + 1):
            yield (*base, *keys[:n]), start
        self._space()
        self.at += 1  # the equals sign
        yield from self._value((*base, *keys))

    def _value(self, path: KeyPath) -> Found:
        self._space()
        match self.text[self.at]:
            case "[":
                yield from self._array(path)
            case "{":
                yield from self._inline_table(path)
            case '"' | "'":
                self._take(self.STRING)
            case _:
                self._take(self.PLAIN)

    def _array(self, path: KeyPath) -> Found:
        self.at += 1
        index = 0
        while self.text[self._space()] != "]":
            yield (*path, index), self.at
            yield from self._value((*path, index))
            index += 1
            self._comma()
        self.at += 1

    def _inline_table(self, path: KeyPath) -> Found:
        self.at += 1
        while self.text[self._space()] != "}":
            yield from self._pair(path)
            self._comma()
        self.at += 1

    def _comma(self) -> None:
        if self.text[self._space()] == ",":
            self.at += 1
