"""HTML as a tree that is safe to walk, without what its reader cannot see."""

from __future__ import annotations

import re

import lxml.html
from lxml.html import HtmlElement

from gateway.reading import markup

_HIDDEN = re.compile(
    r"display ?: ?none|visibility ?: ?hidden"
    r"|(?:font-size|max-height|max-width|opacity) ?: ?0(?:\.0+)?(?:px|pt|em|%)? ?(?:;|!|$)",
    re.IGNORECASE,
)


def parse(text: str) -> HtmlElement:
    """The HTML `text` inside one `div`, hidden elements emptied. Raises `TooRich`; linear."""
    root = lxml.html.fragment_fromstring(f"<div>{markup.regular(text)}</div>")
    for element in list(root.iter("*")):
        if element is not root and is_hidden(element):
            empty(element)
    return root


def is_hidden(element: HtmlElement) -> bool:
    """Whether a mail program would not show the element."""
    style = " ".join(element.get("style", "").split())
    return "hidden" in element.attrib or _HIDDEN.search(style) is not None


def empty(element: HtmlElement) -> None:
    """Take out what the element holds. Removing it would copy the text behind it each time."""
    element.clear(keep_tail=True)
    element.tag = "span"


def names(element: HtmlElement) -> frozenset[str]:
    """What stands in the element's `class` and `id`."""
    return frozenset(f"{element.get('class', '')} {element.get('id', '')}".split())
