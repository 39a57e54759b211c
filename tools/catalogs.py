"""Bring the catalogs in templates/locale up to date: `.venv/bin/python tools/catalogs.py`.

New sentences are added empty, those that no template asks for any more go, the rest stays as it is.
Says what is still to be translated, and exits 1 while there is any. Another language begins as an
empty file, `templates/locale/<language>.po`.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from gateway.render.catalogs import is_complete, read_catalog
from gateway.render.check import sentences_of
from gateway.render.environment import SHIPPED

HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def main() -> int:
    sentences = sentences_of(SHIPPED)
    missing = 0
    for path in sorted((SHIPPED / "locale").glob("*.po")):
        catalog = updated(read_catalog(path), sentences)
        path.write_bytes(written(catalog))
        for message in catalog:
            if message.id and (message.fuzzy or not is_complete(message)):
                missing += 1
                print(f"{path.name}: {message.id!r}")
    return 1 if missing else 0


def updated(old: Catalog, sentences: list[str | tuple[str, ...]]) -> Catalog:
    """The sentences in the order of the templates, with the translations that there were."""
    new = Catalog(locale=old.locale)
    for sentence in sentences:
        key = sentence if isinstance(sentence, str) else sentence[0]
        before = old.get(key)
        new.add(
            sentence,
            before.string if before else None,
            flags=before.flags if before else (),
            user_comments=before.user_comments if before else (),
        )
    return new


def written(catalog: Catalog) -> bytes:
    """The file, without dates and names that would change with every call."""
    body = BytesIO()
    write_po(body, catalog, width=100, omit_header=True)
    header = HEADER.format(language=catalog.locale, plurals=catalog.plural_forms)
    return header.encode() + body.getvalue()


if __name__ == "__main__":
    sys.exit(main())
