"""What is wrong in templates and catalogs, before a mail needs them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError
from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError, meta, nodes

from gateway.render.catalogs import (
    SOURCE_LANGUAGE,
    catalog_files,
    is_complete,
    message_id,
    read_catalog,
    texts_of,
    translated,
)
from gateway.render.document_samples import EMPTY, FULL, SAMPLE_MOMENT
from gateway.render.environment import SHARED, Renderer, bare_environment
from gateway.render.typesetting import DocumentError, Typesetter, sentences_in
from rules.faults import Fault, did_you_mean

PAGE_NAMES = frozenset(
    "ticket desk process recipient language now data links asks carried others organisation history"
    " names may_repeat bare_subject ticket_subject closed waits_for turn_says dark_css".split()
)
"""What `render` gives to every template beside macros and functions."""

_ALWAYS = (*SHARED, "layout.text.j2", "layout.html.j2")
_PARSER = bare_environment((), "text", {})
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


# --- languages -----------------------------------------------------------------------------------


def languages_of(renderer: Renderer, template: str) -> frozenset[str]:
    """The languages in which the mail has all its sentences; empty where there is no such template.

    A `<template>.<language>.j2` of its own counts as that language whole. A name that ends in .typ
    is a document's.
    """
    if template.endswith(".typ"):
        return _languages_of_document(renderer, template.removesuffix(".typ"))
    environment = renderer.environment("text")
    names = set(environment.list_templates(extensions=["j2"]))
    own = {n.split(".")[1] for n in names if n.startswith(f"{template}.") and n.count(".") == 2}
    if f"{template}.j2" not in names:
        return frozenset(own)
    needed = _needed(environment, f"{template}.j2")
    return frozenset(own) | _complete(renderer, needed)


def _languages_of_document(renderer: Renderer, name: str) -> frozenset[str]:
    try:
        return _complete(renderer, set(renderer.typesetter.sentences(name)))
    except DocumentError:
        return frozenset()


def _complete(renderer: Renderer, needed: Collection[str]) -> frozenset[str]:
    found = (code for code, c in renderer.catalogs.items() if translated(c).issuperset(needed))
    return frozenset({*found, SOURCE_LANGUAGE})


def _needed(environment: Environment, name: str) -> set[str]:
    """The English sentences of a template and of all that it builds on."""
    waiting, seen, needed = [name, *_ALWAYS], set[str](), set[str]()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        keys, references = _content(_source(environment, current))
        needed |= keys
        waiting += references
    return needed


@lru_cache(maxsize=512)
def _content(source: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """A template's English sentences, and the templates that it names."""
    references = meta.find_referenced_templates(_tree(source))
    keys = frozenset(texts[0] for _, texts in messages_in(source))
    return keys, tuple(name for name in references if name)


def sentences_of(folder: Path) -> list[str | tuple[str, ...]]:
    """Every English sentence of the templates there, singular and plural together, each once."""
    found: dict[tuple[str, ...], None] = {}
    for path in _template_files([folder]):
        for _, texts in messages_in(path.read_text("utf-8")):
            found.setdefault(texts)
    for path in sorted(folder.glob("*.typ")):
        for _, text in sentences_in(path.read_text("utf-8")):
            found.setdefault((text,))
    return [texts[0] if len(texts) == 1 else texts for texts in found]


def messages_in(source: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The line and the English forms of each call of gettext in a template."""
    extract = _PARSER.extract_translations  # type: ignore[attr-defined]
    for line, _, message in extract(_tree(source)):
        texts = (message,) if isinstance(message, str) else message
        yield line, tuple(text for text in texts if text)


@lru_cache(maxsize=512)
def _tree(source: str) -> nodes.Template:
    """Raises TemplateSyntaxError. Parsed once for all that is asked of it."""
    return _PARSER.parse(source)


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


# --- faults --------------------------------------------------------------------------------------


def template_faults(folders: Sequence[Path]) -> tuple[Fault, ...]:
    """Every fault in the templates and catalogs of these folders, the home's own first.

    Syntax, names that no template is given, templates that are named and missing, catalogs that
    cannot be read, lack a sentence or have other placeholders than the English.
    """
    found = {*_file_faults(folders), *_catalog_faults(folders), *_document_faults(folders)}
    return tuple(sorted(found))


def _file_faults(folders: Sequence[Path]) -> Iterator[Fault]:
    environment = bare_environment(folders, "text", {})
    there = set(environment.list_templates())
    macros = frozenset(_shared_macros(environment))
    for path in _template_files(folders):
        try:
            checked = _checked(path.read_text("utf-8"))
        except TemplateSyntaxError as fault:
            yield Fault(str(path), fault.lineno, 0, fault.message or "no template")
        except (OSError, UnicodeDecodeError) as fault:
            yield Fault(str(path), 0, 0, f"cannot be read: {fault}")
        else:
            yield from _name_faults(path, checked, macros, there)


def _template_files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.rglob("*.j2"))


def _shared_macros(environment: Environment) -> Iterator[str]:
    """Names that stand in every template without being imported; both modes have the same."""
    for name in ("blocks/text.j2", *SHARED):
        try:
            yield from _checked(_source(environment, name)).macros
        except (TemplateSyntaxError, TemplateNotFound):
            continue


@dataclass(frozen=True, slots=True)
class _Checked:
    """A template without faults: the names it needs with their lines, the templates it names."""

    needs: tuple[tuple[str, int], ...]
    macros: frozenset[str]
    references: tuple[str, ...]


@lru_cache(maxsize=512)
def _checked(source: str) -> _Checked:
    """Raises TemplateSyntaxError, for unknown filters and tests too: looking for undeclared names
    generates the code."""
    tree = _tree(source)
    lines: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        lines.setdefault(node.name, node.lineno)
    needs = tuple((name, lines.get(name, 0)) for name in meta.find_undeclared_variables(tree))
    macros = frozenset(node.name for node in tree.find_all(nodes.Macro))
    references = tuple(name for name in meta.find_referenced_templates(tree) if name)
    return _Checked(needs, macros, references)


def _name_faults(
    path: Path, checked: _Checked, macros: frozenset[str], there: Collection[str]
) -> Iterator[Fault]:
    known = PAGE_NAMES | macros | checked.macros | set(_PARSER.globals)
    for name, line in checked.needs:
        if name not in known:
            mend = did_you_mean(name, PAGE_NAMES)
            yield Fault(str(path), line, 0, f"no template knows {name}", mend)
    for name in checked.references:
        if name not in there:
            yield Fault(str(path), 0, 0, f"there is no {name}", did_you_mean(name, there))


def _document_faults(folders: Sequence[Path]) -> Iterator[Fault]:
    """Each document is set once, empty and full: that is what finds what is wrong in it."""
    typesetter = Typesetter(folders)
    for name in sorted(typesetter.names()):
        for sample in (EMPTY, FULL):
            try:
                words = dict.fromkeys(typesetter.sentences(name), "")
                typesetter.write(name, {**sample, "words": words}, SAMPLE_MOMENT)
            except DocumentError as error:
                path = _where(folders, error.name)
                yield Fault(str(path), error.line, 0, error.message, "see templates/README.md")
                break


def _where(folders: Sequence[Path], name: str) -> Path:
    there = [folder / f"{name}.typ" for folder in folders]
    return next((path for path in there if path.is_file()), there[-1])


# --- catalogs ------------------------------------------------------------------------------------


def _catalog_faults(folders: Sequence[Path]) -> Iterator[Fault]:
    wanted = _wanted(folders)
    for language, paths in catalog_files(folders).items():
        catalogs = []
        for path in paths:
            try:
                catalogs.append(read_catalog(path))
            except (PoFileError, OSError, UnicodeDecodeError, ValueError) as fault:
                line = int(getattr(fault, "lineno", None) or 0)
                yield Fault(str(path), line, 0, f"no catalog: {fault}")
        yield from _sentence_faults(paths, catalogs)
        yield from _missing(language, paths[-1], wanted, catalogs)


def _wanted(folders: Sequence[Path]) -> Mapping[str, str]:
    """Every sentence that a template asks for, with the place that does."""
    wanted: dict[str, str] = {}
    for path in _template_files(folders):
        try:
            for line, texts in messages_in(path.read_text("utf-8")):
                wanted.setdefault(texts[0], f"{path.name}:{line}")
        except (TemplateSyntaxError, OSError, UnicodeDecodeError):
            continue
    for path in _documents(folders):
        with suppress(OSError, UnicodeDecodeError):
            for line, text in sentences_in(path.read_text("utf-8")):
                wanted.setdefault(text, f"{path.name}:{line}")
    return wanted


def _documents(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.glob("*.typ"))


def _missing(
    language: str, path: Path, wanted: Mapping[str, str], catalogs: Sequence[Catalog]
) -> Iterator[Fault]:
    if language == SOURCE_LANGUAGE:
        return
    there = translated(catalogs)
    for key, place in wanted.items():
        if key not in there:
            message = f"no {language} sentence for {key!r} of {place}"
            yield Fault(str(path), 0, 0, message, "it stays English until there is one")


def _sentence_faults(paths: Sequence[Path], catalogs: Sequence[Catalog]) -> Iterator[Fault]:
    for path, catalog in zip(paths, catalogs, strict=False):
        for message in catalog:
            if message.id and is_complete(message):
                for said, mend in _placeholder_faults(catalog, message):
                    yield Fault(str(path), message.lineno or 0, 0, said, mend)


def _placeholder_faults(catalog: Catalog, message: Message) -> Iterator[tuple[str, str]]:
    forms = texts_of(message.string)
    known = {name for text in texts_of(message.id) for name in _PLACEHOLDER.findall(text)}
    for form in forms:
        unknown = set(_PLACEHOLDER.findall(form)) - known
        if unknown:
            name = min(unknown)
            yield f"{message_id(message)!r} has no %({name})s", did_you_mean(name, known)
        elif not _formats(form, known):
            yield f"a broken placeholder in {form!r}", "write %% for %"
        elif set("<>&") & set(form):
            yield f"markup in {form!r}", "sentences are plain text"
    if len(forms) > 1 and len(forms) != catalog.num_plurals:
        yield f"{catalog.num_plurals} plural forms are needed", ""


def _formats(text: str, names: Iterable[str]) -> bool:
    try:
        text % dict.fromkeys(names, "")
    except (ValueError, TypeError, KeyError):
        return False
    return True
