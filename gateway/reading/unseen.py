"""Whether HTML may hide a line that is read as a command (docs/security.md, fact 8).

What is plainly not shown never becomes text (`htmltree`). Much more may hide a line: a colour, a
place off the page, a rule of a style sheet. Nobody can tell without drawing the page, so a command
in such an element is asked about: it is perhaps no visible line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import lxml.etree
from lxml.html import HtmlElement

from gateway.reading import htmltree, markup

_MOST_STYLES: Final = 200_000
"""Characters of style sheets that are looked at; what has more may hide anything."""

_LINE: Final = re.compile(r"(?:^|\n)[\W_]*#")
_MAY_HIDE: Final = re.compile(
    r"\\|display ?: ?none|visibility ?: ?(?:hidden|collapse)|mso-hide|unicode-bidi|text-fill|clip"
    r"|transform|filter ?:|opacity ?:|z-index ?: ?-|position ?: ?(?:absolute|fixed)"
    r"|(?:text-indent|left|top|right|bottom) ?: ?-\d{3}"
    r"|font(?:-size)? ?: ?[0-4](?:\.\d+)?(?:px|pt|em|%|;|$| )"
    r"|(?<![\w-])(?:max-)?(?:height|width) ?: ?[01](?:\.\d+)?(?:px|pt|em|%)? ?(?:;|!|$)"
    r"|(?<![\w-])color ?: ?(?:white|transparent|#f(?:ff|[0-9a-f]f[0-9a-f]f[0-9a-f])(?![0-9a-f])"
    r"|rgba? ?\( ?2[45]\d|rgba ?\([^)]*, ?0?(?:\.0)?\d? ?\))",
    re.IGNORECASE,
)
_PALE: Final = re.compile(r"white|#?f[0-9a-f]?f[0-9a-f]?f[0-9a-f]?", re.IGNORECASE)
_NAME: Final = re.compile(r"[.#]?-?[A-Za-z_][\w-]*|\*")


def hides_command(text: str) -> bool:
    """Whether a command-like line of this HTML stands where it may not be seen. Never raises;
    linear."""
    if "#" not in text:
        return False
    styles = _styles(text)
    if len(styles) > _MOST_STYLES:
        return True
    names = _hidden_names(styles)
    try:
        root = htmltree.parse(text)
    except (markup.TooRich, lxml.etree.LxmlError, ValueError, RecursionError):
        return True
    return any(_lines_in_doubt(root, names))


def _lines_in_doubt(root: HtmlElement, names: frozenset[str]) -> Iterator[bool]:
    """For each element with a command-like line whether it, or one around it, may be hidden."""
    doubtful: dict[HtmlElement | None, bool] = {}
    for element in root.iter("*"):
        around = doubtful.get(element.getparent(), False)
        doubtful[element] = around or _may_be_hidden(element, names)
        if _LINE.search(element.text or ""):
            yield doubtful[element]
        if _LINE.search(element.tail or ""):
            yield around


def _may_be_hidden(element: HtmlElement, names: frozenset[str]) -> bool:
    style = " ".join(element.get("style", "").split())
    if _MAY_HIDE.search(style) or _PALE.fullmatch(element.get("color", "").strip()):
        return True
    called = {f".{name}" for name in element.get("class", "").split()}
    called |= {f"#{element.get('id')}", str(element.tag), "*"}
    return not names.isdisjoint(called)


def _styles(text: str) -> str:
    """What stands in the style sheets of the HTML."""
    found, at, lower = [], 0, text.lower()
    while (at := lower.find("<style", at)) >= 0:
        end = lower.find("</style", at)
        end = len(text) if end < 0 else end
        found.append(text[at:end].partition(">")[2])
        at = end
    return _without_comments("\n".join(found))


def _without_comments(styles: str) -> str:
    kept = list[str]()
    for piece in styles.split("/*"):
        kept.append(piece if not kept else piece.partition("*/")[2])
    return "".join(kept)


def _hidden_names(styles: str) -> frozenset[str]:
    """The classes, ids and elements that a rule may hide."""
    found = set[str]()
    for rule in styles.split("}"):
        selector, _, body = rule.rpartition("{")
        if _MAY_HIDE.search(" ".join(body.split())):
            words = _NAME.findall(selector.rpartition("{")[2])
            found.update([w for w in words if w[0] in ".#"] or words)
    return frozenset(found)
