"""What `check` finds in templates and catalogs, and which languages a mail is complete in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.render import Renderer, folders_of, languages_of, render, template_faults
from gateway.render.catalogs import (
    catalog_files,
    message_id,
    read_catalog,
    texts_of,
    translated,
)
from gateway.render.check import sentences_of
from gateway.render.environment import SHIPPED
from tests.gateway.render.samples import DATA, LANGUAGES, page
from tools import catalogs as tool

PO_HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "templates" / "locale").mkdir(parents=True)
    return tmp_path


def put(home: Path, name: str, text: str) -> None:
    (home / "templates" / name).write_text(text, "utf-8")


def faults(home: Path) -> list[str]:
    """The faults in the home's own files: file, line and what is wrong."""
    own = home / "templates"
    found = (f for f in template_faults(folders_of(home)) if f.file.startswith(f"{own}/"))
    return [f"{Path(f.file).relative_to(own)}:{f.line}: {f.message}" for f in found]


def test_what_ships_is_without_fault() -> None:
    """Syntax, names, catalogs: complete, no guesses, no broken placeholder."""
    assert template_faults([SHIPPED]) == ()


@pytest.mark.parametrize("template", DATA)
def test_every_mail_is_complete_in_every_language(template: str) -> None:
    assert languages_of(Renderer(), template) == set(LANGUAGES)


def test_catalogs_are_what_the_tool_writes() -> None:
    """`tools/catalogs.py` would change nothing: no sentence is missing, none is left over."""
    sentences = sentences_of(SHIPPED)
    paths = [path for paths in catalog_files([SHIPPED]).values() for path in paths]
    assert {path.stem for path in paths} == set(LANGUAGES) - {"en"}
    for path in paths:
        assert tool.written(tool.updated(read_catalog(path), sentences)) == path.read_bytes()


def test_placeholders_are_all_used() -> None:
    """A sentence loses none of its details in translation; Czech does not decline names."""
    for paths in catalog_files([SHIPPED]).values():
        for message in read_catalog(paths[0]):
            if message.id and message.id != "Hello %(name)s,":
                for form in texts_of(message.string):
                    assert form
                    assert placeholders(form) == placeholders(message_id(message))


def placeholders(text: str) -> set[str]:
    return {part.split(")")[0] for part in text.split("%(")[1:]}


BROKEN = (
    ("reply.j2", "{% if x %}", "reply.j2:1: "),
    (
        "reply.j2",
        "\n{{ tiket.number }}",
        "reply.j2:2: no template knows tiket",
    ),
    ("reply.j2", "{{ ticket.subject | shout }}", "reply.j2:1: No filter named 'shout'."),
    ("reply.j2", '{% extends "layuot.j2" %}', "reply.j2:0: there is no layuot.j2"),
    ("locale/nl.po", "msgid", "locale/nl.po:"),
    (
        "locale/nl.po",
        PO_HEADER + 'msgid "Hello %(name)s,"\nmsgstr "Dag %(nmae)s,"\n',
        "locale/nl.po:5: 'Hello %(name)s,' has no %(nmae)s",
    ),
    (
        "locale/nl.po",
        PO_HEADER + 'msgid "Done."\nmsgstr "100 % klaar"\n',
        "locale/nl.po:5: a broken placeholder in '100 % klaar'",
    ),
    (
        "locale/nl.po",
        PO_HEADER + 'msgid "Done."\nmsgstr "<b>Klaar</b>"\n',
        "locale/nl.po:5: markup in '<b>Klaar</b>'",
    ),
)


@pytest.mark.parametrize(("name", "text", "fault"), BROKEN)
def test_faults_name_their_place(home: Path, name: str, text: str, fault: str) -> None:
    put(home, name, text)
    (found,) = faults(home)
    assert found.startswith(fault)


def test_a_language_of_ones_own_is_told_what_it_lacks(home: Path) -> None:
    """A new catalog may grow: each sentence that is still English is named."""
    put(home, "locale/es.po", PO_HEADER + 'msgid "Done."\nmsgstr "Hecho."\n')
    found = faults(home)
    assert len(found) == len(sentences_of(SHIPPED)) - 1
    assert "locale/es.po:0: no es sentence for 'Your request' of frame.j2" in "\n".join(found)


def test_guesses_do_not_count(home: Path) -> None:
    """What gettext marked fuzzy is neither shown nor complete."""
    put(home, "locale/es.po", PO_HEADER + '#, fuzzy\nmsgid "Done."\nmsgstr "Hecho."\n')
    catalog = read_catalog(home / "templates" / "locale" / "es.po")
    assert translated([catalog]) == frozenset()


# --- a home's own files --------------------------------------------------------------------------


def test_a_home_overrides_a_template(home: Path) -> None:
    """Its own `reply.j2` is used, and `reply.nl.j2` before it for who reads Dutch."""
    put(
        home, "reply.j2", "{% extends layout %}{% block body %}{{ paragraph('Own') }}{% endblock %}"
    )
    put(
        home,
        "reply.nl.j2",
        "{% extends layout %}{% block body %}{{ paragraph('Eigen') }}{% endblock %}",
    )
    renderer = Renderer(folders_of(home))
    assert faults(home) == []
    assert render(renderer, page("reply", "fr")).text.startswith("Own\n")
    assert render(renderer, page("reply", "nl")).text.startswith("Eigen\n")
    assert "We have received" in render(renderer, page("acknowledgement", "en")).text


def test_a_home_rewords_a_sentence(home: Path) -> None:
    """Message by message, English too; what it does not name stays as shipped."""
    put(home, "locale/en.po", PO_HEADER + 'msgid "Done."\nmsgstr "All done!"\n')
    put(home, "locale/nl.po", PO_HEADER + 'msgid "Done."\nmsgstr "In orde!"\n')
    renderer = Renderer(folders_of(home))
    assert faults(home) == []
    assert "All done!" in render(renderer, page("done", "en")).text
    dutch = render(renderer, page("done", "nl")).text
    assert "In orde!" in dutch
    assert "Beste Jan Maes," in dutch


def test_an_unknown_template_has_no_language() -> None:
    assert languages_of(Renderer(), "nowhere") == frozenset()


def test_a_template_in_one_language_alone(home: Path) -> None:
    put(home, "welcome.cs.j2", "{% extends layout %}")
    assert languages_of(Renderer(folders_of(home)), "welcome") == {"cs"}
