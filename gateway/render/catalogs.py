"""The sentences of the mails in each language: gettext catalogs, read at start.

The message ids are the English sentences. A home's own `templates/locale/<language>.po` wins over
the shipped one, message by message, and may bring a language of its own or reword English.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"

Translations = Mapping[str, gettext.NullTranslations]


def catalog_files(folders: Iterable[Path]) -> dict[str, list[Path]]:
    """The .po files by language, of the folders in their order: the first wins."""
    files: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted((folder / "locale").glob("*.po")):
            files.setdefault(path.stem, []).append(path)
    return files


def read_catalog(path: Path) -> Catalog:
    """Raises PoFileError where it is no catalog, OSError where it cannot be read."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def read_translations(folders: Iterable[Path]) -> Translations:
    """The sentences by language; a sentence that a catalog lacks stays English."""
    return {
        language: _translations([read_catalog(path) for path in paths])
        for language, paths in catalog_files(folders).items()
    }


def _translations(catalogs: list[Catalog]) -> gettext.NullTranslations:
    found: gettext.NullTranslations | None = None
    for catalog in reversed(catalogs):
        compiled = BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        layer = gettext.GNUTranslations(compiled)
        if found is not None:
            layer.add_fallback(found)
        found = layer
    return found or gettext.NullTranslations()
