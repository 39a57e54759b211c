"""HTML bodies: read as text, the new part alone, and made safe to show."""

from __future__ import annotations

import html
import re

import lxml.etree
import nh3
from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml.html import HtmlElement

from gateway.reading import htmltree, markup
from gateway.reading.htmlcut import cut, drop_lines

__all__ = ["cut", "drop_lines", "sanitise", "to_text"]

_UNREADABLE = (markup.TooRich, lxml.etree.LxmlError, ValueError, RecursionError)

_OPENS, _CLOSES = "\ufdd0", "\ufdd1"
"""The edges of a quotation on the way through inscriptis; characters of no script."""
_QUOTES = frozenset({"yahoo_quoted", "protonmail_quote", "zmail_extra", "OLK_SRC_BODY_SECTION"})
_REPLY_HEADS = frozenset({"divRplyFwdMsg", "stopSpelling", "zwchr"})
_REPLY_BORDER = re.compile(r"border-top: ?solid #(?:e1e1e1|b5c4df)", re.IGNORECASE)
_SIGNATURES = frozenset(
    {"gmail_signature", "moz-signature", "Signature", "ms-outlook-mobile-signature"}
)
_INDENTED = re.compile(r"border(?:-left)?: ?(?:none|0)", re.IGNORECASE)
"""A blockquote without its bar is what the indent button of Gmail and Outlook makes."""
_TABLE_PARTS = ("caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th")
_MOST_CELLS = 1000
_WIDEST_CELL = 100
_MARKS = {"reply": "-----Original Message-----", "signature": "--"}

_TAGS = frozenset(
    "a abbr b big blockquote br caption center code col colgroup dd del div dl dt em font h1 h2"
    " h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub sup"
    " table tbody td tfoot th thead tr tt u ul var".split()
)
_ATTRIBUTES = {
    "*": {"dir", "lang", "title", "style", "align", "valign"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "td": {"colspan", "rowspan", "width", "bgcolor"},
    "th": {"colspan", "rowspan", "width", "bgcolor"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
}
_STYLES = frozenset(
    "color background-color font-weight font-style font-family font-size line-height text-align"
    " text-decoration vertical-align white-space border border-collapse border-left padding"
    " padding-left list-style-type".split()
)


def to_text(text: str) -> str:
    """What a reader sees of the HTML `text`, quotations marked by `> `. Never raises; linear."""
    try:
        root = htmltree.parse(text)
        _mark(root)
        _flatten_tables(root)
        read = Inscriptis(root, ParserConfig(css=CSS_PROFILES["strict"].copy())).get_text()
    except _UNREADABLE:
        return markup.stripped(text)
    return _quoted(read) if read.strip() else markup.stripped(text)


def sanitise(text: str) -> str:
    """The HTML `text` without anything that acts, hides or loads from elsewhere. Never raises.

    Links keep http, https and mailto; images only what the mail itself brings (`cid:`).
    """
    try:
        root = htmltree.parse(text)
    except _UNREADABLE:
        lines = markup.stripped(text).splitlines()
        return "<br>".join(html.escape(line) for line in lines)
    for image in list(root.iter("img")):
        if not image.get("src", "").startswith("cid:"):
            htmltree.empty(image)
    cleaned = nh3.clean(
        lxml.html.tostring(root, encoding="unicode"),
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_safe_attribute,
        url_schemes={"http", "https", "mailto", "cid"},
        link_rel="noopener noreferrer nofollow",
        filter_style_properties=set(_STYLES),
    )
    return cleaned.removeprefix("<div>").removesuffix("</div>")


def _safe_attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if value.startswith("cid:") else None
    if name == "href":
        return value if value.lower().startswith(("http://", "https://", "mailto:")) else None
    if name == "style" and ("(" in value or "\\" in value):
        return None
    return value


def _mark(root: HtmlElement) -> None:
    """Write into the tree where quotations, headers of quoted mails and signatures begin."""
    for element in list(root.iter("*")):
        if _is_quote(element):
            opening = _line(_OPENS)
            opening.tail, element.text = element.text, None
            element.insert(0, opening)
            element.append(_line(_CLOSES))
        elif _is_reply_head(element):
            element.addprevious(_line(_MARKS["reply"]))
        elif htmltree.names(element) & _SIGNATURES and _says_more(element):
            element.addprevious(_line(_MARKS["signature"]))


def _flatten_tables(root: HtmlElement) -> None:
    """Make lines of tables that only lay out, or that inscriptis would pad to megabytes."""
    cells: dict[HtmlElement, list[HtmlElement]] = {table: [] for table in root.iter("table")}
    flat = {outer for table in cells for outer in table.iterancestors("table")}
    for part in root.iter(*_TABLE_PARTS):
        table = next(part.iterancestors("table"), None)
        if table is not None:
            cells[table].append(part)
    for table, parts in cells.items():
        if table in flat or len(parts) > _MOST_CELLS or any(map(_is_wide, parts)):
            for part in (table, *parts):
                part.tag = "div"


def _is_wide(part: HtmlElement) -> bool:
    if part.tag not in ("td", "th", "caption"):
        return False
    return sum(len(said) for said in part.itertext()) > _WIDEST_CELL


def _line(text: str) -> HtmlElement:
    element: HtmlElement = lxml.html.Element("div")
    element.text = text
    return element


def _is_quote(element: HtmlElement) -> bool:
    names = htmltree.names(element)
    if element.tag != "blockquote":
        return bool(names & _QUOTES)
    plain = not names and "type" not in element.attrib and "cite" not in element.attrib
    return not (plain and _INDENTED.search(element.get("style", "")))


def _is_reply_head(element: HtmlElement) -> bool:
    return bool(htmltree.names(element) & _REPLY_HEADS) or (
        _REPLY_BORDER.search(element.get("style", "")) is not None
    )


def _says_more(element: HtmlElement) -> bool:
    """Whether a signature holds anything, and does not begin with its own `-- `."""
    for said in element.itertext():
        if said.strip():
            return not said.strip().startswith("--")
    return False


def _quoted(read: str) -> str:
    """The lines of `read`, those between the edges of a quotation with a `> ` for each."""
    depth = 0
    lines: list[str] = []
    for line in read.split("\n"):
        opened, closed = line.count(_OPENS), line.count(_CLOSES)
        depth += opened
        said = line.replace(_OPENS, "").replace(_CLOSES, "").rstrip()
        if said or not (opened or closed):
            lines.append(f"{'> ' * depth}{said}".rstrip() if depth else said)
        depth = max(0, depth - closed)
    return "".join(f"{line}\n" for line in lines).strip("\n") + "\n"
