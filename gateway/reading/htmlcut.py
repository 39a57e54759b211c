"""Parts of an HTML body, cut out by what they say rather than by which program wrote them.

Every mail program marks quotations in its own way, and none of them surely. So the letters and
digits of the tree are laid out in reading order and compared with those of the new text that was
found in the mail's text: where they agree is what is kept, with the formatting around it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import lxml.etree
import lxml.html
from lxml.html import HtmlElement

from gateway.reading import htmltree, markup

UNREADABLE = (markup.TooRich, lxml.etree.LxmlError, ValueError, RecursionError)
"""What a tree cannot be made of: too rich, or nothing."""

_LETTERS = re.compile(r"[^\W_]+")
_LINK = re.compile(r"<(?:https?://|mailto:|tel:)[^<>\s]*>|\[(?:cid:|[Ii]mage:|Bild:)[^\]\n]*\]")
"""What programs write into the text for a link or an image of the HTML."""
_NUMBER = re.compile(r"^[ \t]*\d{1,3}[.)](?=\s)", re.MULTILINE)
_BREAKS = frozenset(
    "address article aside blockquote br center dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header"
    " hr li main nav ol p pre section table tbody td tfoot th thead tr ul".split()
)
_CELLS = frozenset({"td", "th", "tr", "tbody", "thead", "tfoot"})


@dataclass(slots=True)
class _Piece:
    """A stretch of text in the tree, before (`text`) or behind (`tail`) an element's end."""

    element: HtmlElement
    is_tail: bool
    text: str
    starts: int = 0
    """How many letters stand before it."""

    @property
    def breaks(self) -> bool:
        """Whether a new line begins with it."""
        return self.element.tag in _BREAKS

    def write(self, text: str) -> None:
        self.text = text
        if self.is_tail:
            self.element.tail = text
        else:
            self.element.text = text


def cut(text: str, new_text: str) -> str | None:
    """The part of the HTML `text` that says `new_text`, with its formatting; not sanitised.

    None where it does not surely say just that. Never raises; linear.
    """
    wanted = _LINK.sub(" ", new_text)
    try:
        root = htmltree.parse(text)
    except UNREADABLE:
        return None
    pieces = list(_pieces(root))
    said = "".join(_letters(piece.text) for piece in pieces)
    for one in (_letters(wanted), _letters(_NUMBER.sub(" ", wanted))):
        start = _only_place(said, one)
        if start is not None:
            _keep(root, pieces, start, start + len(one))
            return _inner(root)
    return None


def _letters(text: str) -> str:
    return "".join(_LETTERS.findall(text))


def _pieces(root: HtmlElement) -> Iterator[_Piece]:
    starts = 0
    for event, element in lxml.etree.iterwalk(root, events=("start", "end")):
        if event == "end" and element is root:
            return
        said = (element.text if event == "start" else element.tail) or ""
        yield _Piece(element, event == "end", said, starts)
        starts += len(_letters(said))


def _only_place(said: str, wanted: str) -> int | None:
    """Where `wanted` stands in `said`: at its beginning, or elsewhere once."""
    start = said.find(wanted) if wanted else -1
    if start <= 0:
        return None if start < 0 else 0
    return start if said.find(wanted, start + 1) < 0 else None


def _keep(root: HtmlElement, pieces: Sequence[_Piece], start: int, end: int) -> None:
    """Leave in the tree what stands between the letters `start` and `end`."""
    offsets = [piece.starts for piece in pieces]
    first = bisect_right(offsets, start) - 1 if start else 0
    last = bisect_right(offsets, end - 1) - 1
    pieces[last].write(pieces[last].text[: _line_end(pieces[last], end - 1)])
    if start:
        pieces[first].write(pieces[first].text[_index(pieces[first], start) :])
    last = _with_images(pieces, last)
    for number, piece in enumerate(pieces):
        if not first <= number <= last:
            piece.write("")
    _prune(root, pieces, first, last)


def _index(piece: _Piece, number: int) -> int:
    """The index in the piece's text of the letter `number`."""
    wanted = number - piece.starts
    for run in _LETTERS.finditer(piece.text):
        if wanted < len(run[0]):
            return run.start() + wanted
        wanted -= len(run[0])
    return len(piece.text)


def _line_end(piece: _Piece, number: int) -> int:
    """The index where what belongs to the letter `number` ends: its full stop, no other word."""
    after = _index(piece, number) + 1
    following = _LETTERS.search(piece.text, after)
    return following.start() if following else len(piece.text)


def _with_images(pieces: Sequence[_Piece], last: int) -> int:
    """The last piece to keep: signs on the same line and images below it, no words."""
    kept = last
    below = False
    for number in range(last + 1, len(pieces)):
        piece = pieces[number]
        below = below or piece.breaks
        said = piece.text.strip()
        if _letters(said) or (below and said) or piece.element.tag == "hr":
            break
        if said or (piece.element.tag == "img" and piece.element.get("src", "").startswith("cid:")):
            kept = number
    return kept


def _prune(root: HtmlElement, pieces: Sequence[_Piece], first: int, last: int) -> None:
    """Take out the elements that hold nothing between the pieces `first` and `last`."""
    begins = {piece.element: number for number, piece in enumerate(pieces) if not piece.is_tail}
    ends = {piece.element: number for number, piece in enumerate(pieces) if piece.is_tail}
    gone: set[HtmlElement] = set()
    for element, begin in begins.items():
        parent = element.getparent()
        if element is root or parent is None:
            continue
        if parent in gone:
            gone.add(element)
        elif begin > last or ends[element] <= first:
            gone.add(element)
            if element.tail:
                htmltree.empty(element)
            else:
                parent.remove(element)


def _inner(root: HtmlElement) -> str:
    written: str = lxml.html.tostring(root, encoding="unicode")
    return written.removeprefix("<div>").removesuffix("</div>").strip()


def drop_lines(text: str, lines: Collection[str]) -> str | None:
    """The HTML `text` without those of its lines that say just one of `lines`; not sanitised.

    None where one of them is not found as a line of its own. Never raises; linear.
    """
    wanted = {folded for line in lines if (folded := _folded(line))}
    try:
        root = htmltree.parse(text)
    except UNREADABLE:
        return None
    found: set[str] = set()
    for line in list(_visual_lines(root)):
        said = _folded("".join(piece.text for piece in line))
        if said in wanted:
            found.add(said)
            _take_out(root, line)
    return _inner(root) if found == wanted else None


def _folded(text: str) -> str:
    return " ".join(text.split())


def _visual_lines(root: HtmlElement) -> Iterator[list[_Piece]]:
    """The pieces of the tree, those together that a reader sees on one line."""
    line: list[_Piece] = []
    for piece in _pieces(root):
        if piece.breaks and line:
            yield line
            line = []
        line.append(piece)
    if line:
        yield line


def _take_out(root: HtmlElement, line: Sequence[_Piece]) -> None:
    """Empty the line, and the blocks that hold nothing else."""
    for piece in line:
        piece.write("")
    element = line[0].element
    if element.tag == "br":
        htmltree.empty(element)
        return
    while element is not root and element.tag not in _CELLS and _is_empty(element):
        parent = element.getparent()
        htmltree.empty(element)
        element = parent


def _is_empty(element: HtmlElement) -> bool:
    holds = next(element.iter("img", "hr", "table", "br"), None) is not None
    return not holds and not any(said.strip() for said in element.itertext())
