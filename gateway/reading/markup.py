"""HTML made regular, in one pass, before any library sees it (libraries.md: HTML).

lxml takes 34 s over one tag with 120,000 attributes, nh3 40 s over 200,000 nested elements, and
inscriptis shows nothing of what is nested deeper than 256. So markup is tokenised here first, in
time linear in its length, and written anew: every attribute quoted, comments and what never shows
left out. What is then still too deep or too rich is read with its tags stripped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_DEPTH = 200
MOST_ATTRIBUTES = 200
MOST_TAGS = 30_000

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_BLOCKS = frozenset(
    "address article aside blockquote body center dd div dl dt fieldset footer form h1 h2 h3 h4 h5"
    " h6 header hr li main nav ol p pre section table tbody td th thead tr ul br".split()
)
_UNSEEN = frozenset(
    "script style title textarea xmp iframe noembed noframes noscript template svg math object"
    " audio video select applet canvas".split()
)
_FRAMES = frozenset("html head body meta link base frame frameset".split())
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _UNSEEN}
_REOPENED = frozenset("p li td th tr dd dt option".split())
_OPENED = re.compile(r"<(?=[a-zA-Z/!?])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_SPACES = re.compile(r"\s+")
_NAME = re.compile(r"[a-z][a-z0-9]{0,20}(?::[a-z]{1,10})?")
_ATTRIBUTE = re.compile(
    r"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?"""
)
_ATTRIBUTE_NAME = re.compile(r"[a-zA-Z][\w-]{0,40}")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its name in lower case, whether it closes, the first attribute of each name."""

    name: str
    closing: bool
    attributes: dict[str, str]


class TooRich(Exception):
    """Markup nested or attributed beyond what any person's mail program writes."""


def regular(markup: str) -> str:
    """`markup` written anew, without what never shows. Raises `TooRich`; linear."""
    written: list[str] = []
    open_names: list[str] = []
    for count, token in enumerate(_tokens(markup)):
        if isinstance(token, str):
            written.append(html.escape(_CONTROLS.sub("", html.unescape(token)), quote=False))
        elif token.closing:
            written.extend(f"</{name}>" for name in _closed_by(token.name, open_names))
        else:
            if token.name in _REOPENED and open_names[-1:] == [token.name]:
                written.append(f"</{open_names.pop()}>")
            written.append(_written(token))
            if token.name not in VOID:
                open_names.append(token.name)
        if len(open_names) > MOST_DEPTH or count > 2 * MOST_TAGS:
            raise TooRich
    written.extend(f"</{name}>" for name in reversed(open_names))
    return "".join(written)


def stripped(markup: str) -> str:
    """The text between the tags of `markup`, a line for each block. Never raises; linear."""
    pieces: list[str] = []
    for token in _tokens(markup, most_attributes=None):
        if isinstance(token, str):
            pieces.append(_SPACES.sub(" ", html.unescape(token)))
        elif token.name in _BLOCKS:
            pieces.append("\n")
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "".join(f"{line}\n" for line in lines if line)


def _closed_by(name: str, open_names: list[str]) -> Iterator[str]:
    """The elements that a closing tag ends: its own and what was left open in it."""
    if name not in open_names:
        return
    while open_names:
        last = open_names.pop()
        yield last
        if last == name:
            return


def _written(tag: Tag) -> str:
    attributes = "".join(
        f' {name}="{html.escape(value, quote=True)}"' for name, value in tag.attributes.items()
    )
    return f"<{tag.name}{attributes}>"


def _tokens(markup: str, most_attributes: int | None = MOST_ATTRIBUTES) -> Iterator[Tag | str]:
    """Text and tags in their order; comments, declarations and what never shows are passed over."""
    at = 0
    while at < len(markup):
        opened = _OPENED.search(markup, at)
        if opened is None or opened.start() > at:
            yield _CONTROLS.sub("", markup[at : opened.start() if opened else len(markup)])
        if opened is None:
            return
        found = _TAG.match(markup, opened.start())
        if found is None:
            at = _after_comment(markup, opened.start())
            continue
        attributes, at = _attributes(markup, found.end(), most_attributes)
        name = found[2].lower()
        if name in _UNSEEN and not found[1]:
            at = _after_unseen(markup, at, name)
        elif _NAME.fullmatch(name) and name not in _FRAMES:
            yield Tag(name, bool(found[1]), attributes)


def _after_comment(markup: str, at: int) -> int:
    """Where a comment or a declaration ends."""
    ending = "-->" if markup.startswith("<!--", at) else ">"
    end = markup.find(ending, at + 2)
    return end + len(ending) if end >= 0 else len(markup)


def _after_unseen(markup: str, at: int, name: str) -> int:
    """Where an element ends that never shows."""
    found = _ENDS[name].search(markup, at)
    end = markup.find(">", found.end()) if found else -1
    return end + 1 if end >= 0 else len(markup)


def _attributes(markup: str, at: int, most: int | None) -> tuple[dict[str, str], int]:
    """The attributes from `at` on and where their tag ends."""
    attributes: dict[str, str] = {}
    count = 0
    while found := _ATTRIBUTE.match(markup, at):
        at = found.end()
        count += 1
        if most is not None and count > most:
            raise TooRich
        if _ATTRIBUTE_NAME.fullmatch(found[1]):
            value = next((group for group in found.groups()[1:] if group is not None), "")
            attributes.setdefault(found[1].lower(), _CONTROLS.sub("", html.unescape(value)))
    end = markup.find(">", at)
    return attributes, (end + 1 if end >= 0 else len(markup))
