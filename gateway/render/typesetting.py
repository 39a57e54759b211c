"""PDF documents, set by typst: a template file each, `<name>.typ`, and what it shows as JSON.

Nothing from outside is ever read as markup or code: a template gets it as values (`sys.inputs`) and
shows values as plain text. The same values give the same bytes; the fonts are those inside typst,
so that every machine sets the same pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import typst

from gateway.render.glyphs import showable

COMMON = "document"
"""The look and the functions that all documents share: `document.typ`, which is none itself."""
_ARCHIVABLE: Literal["a-2a"] = "a-2a"
"""PDF/A-2a (ISO 19005-2): to be read in twenty years, and aloud."""
_SENTENCE = re.compile(r'\btr\(\s*"((?:[^"\\]|\\.)*)"')
_LINE = re.compile(r"┌─ (?:.*?)(\w+\.typ):(\d+):")


@dataclass(slots=True)
class DocumentError(Exception):
    """A document could not be set; `line` of the template where typst names one, else 0."""

    name: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"the document {self.name}.typ cannot be set, line {self.line}: {self.message}"


class Typesetter:
    """The documents of a home. `folders`: the home's own `templates/` first, then the shipped."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def names(self) -> frozenset[str]:
        """Every document that there is."""
        found = {path.stem for folder in self._folders for path in folder.glob("*.typ")}
        return frozenset(found - {COMMON})

    def path(self, name: str) -> Path:
        """Raises DocumentError where no folder has it."""
        for folder in self._folders:
            if (folder / f"{name}.typ").is_file():
                return folder / f"{name}.typ"
        raise DocumentError(name, 0, "there is no such file")

    def sentences(self, name: str) -> tuple[str, ...]:
        """The English sentences that it needs, its title first; raises DocumentError."""
        own = [text for _, text in sentences_in(_read(self.path(name), name))]
        shared = [text for _, text in sentences_in(_read(self.path(COMMON), COMMON))]
        return tuple(dict.fromkeys((*own, *shared)))

    def write(self, name: str, data: Mapping[str, object], at: datetime) -> bytes:
        """The PDF of what `data` says (JSON values), made at that moment. Raises DocumentError.

        PDF/A-2a; an ordinary PDF where a text holds what PDF/A has no place for.
        """
        inputs = {
            "data": json.dumps(_showable(data), ensure_ascii=False),
            "document": str(self.path(COMMON).resolve()),
        }
        path = self.path(name)
        try:
            return _set(path, inputs, at, archivable=True)
        except typst.TypstError as error:
            if not _about_glyphs(error):
                raise _fault(name, error) from error
        try:
            return _set(path, inputs, at, archivable=False)
        except typst.TypstError as error:
            raise _fault(name, error) from error


def sentences_in(source: str) -> Iterator[tuple[int, str]]:
    """The line and the English text of each `tr("…")` in a document's template."""
    for match in _SENTENCE.finditer(source):
        text = match[1].replace('\\"', '"').replace("\\\\", "\\")
        yield source.count("\n", 0, match.start()) + 1, text


def _read(path: Path, name: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(name, 0, f"cannot be read: {error}") from error


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _set(path: Path, inputs: dict[str, str], at: datetime, *, archivable: bool) -> bytes:
    made = typst.Compiler(str(path.resolve()), root="/", font_paths=_fonts(), sys_inputs=inputs)
    pdf = made.compile(
        format="pdf",
        pdf_standards=_ARCHIVABLE if archivable else None,
        timestamp=int(at.timestamp()),
    )
    assert isinstance(pdf, bytes)
    return pdf


def _about_glyphs(error: typst.TypstError) -> bool:
    return error.message.startswith("PDF/A")


def _fault(name: str, error: typst.TypstError) -> DocumentError:
    place = _LINE.search(error.diagnostic)
    named, line = (place[1], int(place[2])) if place else (f"{name}.typ", 0)
    return DocumentError(named.removesuffix(".typ"), line, error.message)


def _showable(value: object) -> object:
    if isinstance(value, str):
        return showable(value)
    if isinstance(value, Mapping):
        return {str(key): _showable(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_showable(entry) for entry in value]
    return value
