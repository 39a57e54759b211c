"""The sentences of the mails in each language: gettext catalogs, read at start.

The message ids are the English sentences. A home's own `templates/locale/<language>.po` wins over
the shipped one, message by message, and may bring a language of its own or reword English.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"

MessageId = str

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


def read_catalogs(folders: Iterable[Path]) -> dict[str, list[Catalog]]:
    """By language, in the order of the folders. Raises as `read_catalog` does."""
    files = catalog_files(folders)
    return {language: [read_catalog(path) for path in paths] for language, paths in files.items()}


def translations_of(catalogs: Mapping[str, list[Catalog]]) -> Translations:
    """The sentences by language; a sentence that a language lacks stays English."""
    return {language: _translations(of_it) for language, of_it in catalogs.items()}


def translated(catalogs: Iterable[Catalog]) -> frozenset[MessageId]:
    """What these catalogs have a sentence for; guesses (fuzzy) do not count."""
    return frozenset(
        message_id(message)
        for catalog in catalogs
        for message in catalog
        if message.id and not message.fuzzy and is_complete(message)
    )


def message_id(message: Message) -> MessageId:
    """The English sentence; the singular where there are two."""
    return texts_of(message.id)[0]


def is_complete(message: Message) -> bool:
    return all(texts_of(message.string))


def texts_of(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """The forms of a sentence: one, or one for each plural."""
    return (value or "",) if isinstance(value, str | None) else tuple(value)


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
