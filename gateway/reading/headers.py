"""A header block as fields, and single fields as text (RFC 5322, 2.2; RFC 2047; RFC 6532).

Bytes are capped before anything looks into them: a Subject of many encoded words costs the standard
library quadratic memory, a `To` of 100,000 words 8 s (docs/security.md, facts 10 and 11).
Everything here is linear.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.reading import charset, problems
from gateway.reading.bounds import STANDARD

_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
_FIELD: Final = re.compile(r"([!-9;-~]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
_MBOX_LINE: Final = re.compile(rb">?From [^\r\n]*\r?\n")
_BARE: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")
_BARE_IN_LF_FILE: Final = re.compile(rb"[\r\0]")


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of a header block in order: names in lower case, values unfolded, not decoded."""

    fields: tuple[tuple[str, str], ...]
    problems: tuple[str, ...] = ()
    _values: dict[str, list[str]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for name, value in self.fields:
            self._values.setdefault(name, []).append(value)

    def all(self, name: str) -> Sequence[str]:
        """Every value of the field `name` (lower case), as it stands."""
        return self._values.get(name, ())

    def first(self, name: str) -> str:
        """The first value of the field `name`, "" where there is none."""
        return self._values.get(name, ("",))[0]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        """The first value of an unstructured field as one line of text, encoded words decoded."""
        return decoded(self.first(name))


EMPTY: Final = Headers(())


@dataclass(frozen=True, slots=True)
class Block:
    """A header block that was read, and the offset at which its body begins."""

    headers: Headers
    body_at: int


def split(
    raw: bytes, start: int = 0, end: int | None = None, most: int = STANDARD.header_block
) -> Block:
    """Read the header block of the entity `raw[start:end]`, its first `most` octets. Never raises;
    linear."""
    end = len(raw) if end is None else end
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return Block(EMPTY, raw.index(b"\n", start, end) + 1)
    blank = _BLANK_LINE.search(raw, start, end)
    block_end, body_at = (blank.start(), blank.end()) if blank else (end, end)
    cut = min(block_end, start + most)
    found = [problems.HEADERS_TOO_LONG] if cut < block_end else []
    lines = _text(raw[start:cut]).split("\n")
    fields, read, skipped = _fields(lines)
    if read < len(lines) and cut == block_end:
        found.append(problems.NO_SEPARATOR)
        body_at = start + sum(len(line) + 1 for line in raw[start:cut].split(b"\n")[:read])
    if skipped:
        found.append(problems.HEADER_LINE)
    return Block(Headers(fields, tuple(found)), min(body_at, end))


def block_end(raw: bytes, start: int, most: int = STANDARD.header_block) -> int:
    """The offset after the blank line that ends a part's header block, or as far as one is read."""
    if raw.startswith((b"\n", b"\r\n"), start):
        return raw.index(b"\n", start) + 1
    limit = min(len(raw), start + most)
    blank = _BLANK_LINE.search(raw, start, limit)
    return blank.end() if blank else limit


def split_top(raw: bytes, most: int = STANDARD.header_block) -> Block:
    """As `split`, for a whole mail: skips the mbox `From ` line, looks for bare line ends."""
    mbox = _MBOX_LINE.match(raw)
    start = mbox.end() if mbox else 0
    block = split(raw, start, most=most)
    if not _bare(raw, start, block.body_at, most):
        return block
    found = (problems.BARE_LINE_END, *block.headers.problems)
    return Block(Headers(block.headers.fields, found), block.body_at)


def _bare(raw: bytes, start: int, body_at: int, most: int) -> bool:
    """Whether another reader may see other fields: a bare CR, LF or NUL (RFC 5322, 2.3) up to the
    first CRLF CRLF.

    A mail whose lines end in LF all through is not odd; there CR and NUL alone are. It may end in
    CRLF: a client that hands such a mail to SMTP as it is has to end it so (RFC 5321, 4.1.1.4).
    """
    first = raw.find(b"\r\n")
    if first < 0 or first >= len(raw.rstrip(b"\r\n")):
        return bool(_BARE_IN_LF_FILE.search(raw, start, body_at))
    limit = start + most
    strict = raw.find(b"\r\n\r\n", start, limit)
    return bool(_BARE.search(raw, start, max(strict, min(body_at, limit))))


def _text(block: bytes) -> str:
    """A block as text: UTF-8 (RFC 6532); lines that are not, by the guess over all of those."""
    try:
        return block.decode("utf-8")
    except UnicodeError:
        pass
    lines = block.split(b"\n")
    odd = b"\n".join(line for line in lines if not _is_utf8(line))
    codec = charset.guess(odd) or "cp1252"
    return "\n".join(
        line.decode("utf-8") if _is_utf8(line) else line.decode(codec, "replace") for line in lines
    )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeError:
        return False
    return True


def _fields(lines: list[str]) -> tuple[tuple[tuple[str, str], ...], int, bool]:
    """The fields, the lines up to the end of the last one, and whether any were skipped."""
    fields: list[tuple[str, list[str]]] = []
    read, odd, skipped = 0, False, False
    for number, line in enumerate(lines, 1):
        line = line.removesuffix("\r")
        if line[:1] in (" ", "\t") and fields and not odd:
            fields[-1][1].append(line)
        elif fields and not odd and _is_lost_parameter(fields[-1], line):
            fields[-1][1].append(line)
            skipped = True
        elif found := _FIELD.fullmatch(line):
            fields.append((found[1].lower(), [found[2]]))
            skipped, odd = skipped or odd, False
        else:
            odd = odd or bool(line.strip())
            continue
        read = number
    if not odd:
        read = len(lines)
    return tuple((name, "".join(parts)) for name, parts in fields), read, skipped


_PARAMETER: Final = re.compile(r"[a-z*]+=", re.IGNORECASE)


def _is_lost_parameter(last: tuple[str, list[str]], line: str) -> bool:
    """`boundary="…"` that lost the space before it, on the line below `Content-Type: …;`."""
    return (
        last[0] in ("content-type", "content-disposition")
        and last[1][-1].rstrip().endswith(";")
        and _PARAMETER.match(line) is not None
    )


_ENCODED_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_CONTROLS: Final = re.compile("[\\x00-\x1f\x7f-\x9f\\s\u2028\u2029\ud800-\udfff]+")


def one_line(text: str) -> str:
    """`text` without control characters and line separators, runs of white space as one space."""
    return _CONTROLS.sub(" ", text).strip()


def decoded(value: str) -> str:
    """An unstructured field (RFC 5322, 3.2.5; RFC 2047, 5) as one line. Never raises; linear."""
    return one_line("".join(_decoded_runs(value)) if "=?" in value else value)


def _decoded_runs(value: str) -> Iterator[str]:
    """Text and decoded words; neighbours of one charset as one, since clients tear characters."""
    data: list[bytes] = []
    label, at = "", 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[at : word.start()]
        word_label = word[1].partition("*")[0].lower()
        if data and (between.strip() or word_label != label):
            yield charset.decode_shown(b"".join(data), label)
            data = []
        if between.strip() or not at:
            yield between
        data.append(_word_bytes(word[2], word[3], word_label))
        label, at = word_label, word.end()
    yield charset.decode_shown(b"".join(data), label)
    yield value[at:]


def _word_bytes(encoding: str, text: str, label: str) -> bytes:
    """The encoded text; raw 8-bit characters, not allowed there, are taken as of its charset."""
    codec = "ascii" if text.isascii() else charset.codec_of(label) or "utf-8"
    raw = text.encode(codec, "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    return base64_bytes(raw)


_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]+")


def base64_bytes(raw: bytes) -> bytes:
    """Base64 as clients read it: junk skipped, up to the first padding, a torn end dropped."""
    digits = _NOT_BASE64.sub(b"", raw.partition(b"=")[0])
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


_ID_CHARACTER: Final = r"[^<>@\s\x00-\x1f\x7f-\x9f]"
_MESSAGE_ID: Final = re.compile(r"<[^<>\s\x00-\x1f\x7f-\x9f]{1,990}>")
_BARE_ID: Final = re.compile(rf"{_ID_CHARACTER}{{1,500}}@{_ID_CHARACTER}{{1,500}}")


def message_ids(value: str, limit: int = 1000) -> tuple[str, ...]:
    """The message identifiers in a field (RFC 5322, 3.6.4) in their angle brackets, each once."""
    found = _MESSAGE_ID.findall(value) or [
        f"<{word}>" for word in value.split() if _BARE_ID.fullmatch(word)
    ]
    return tuple(dict.fromkeys(found))[:limit]
