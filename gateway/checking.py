"""`check`: everything that is wrong in a home, and what is worth a look, before it serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.pofile import PoFileError
from jinja2 import TemplateError

from gateway.configuration.loading import process_folders, read_configuration, read_people
from gateway.configuration.settings import Configuration
from gateway.configuration.warnings import warnings_of
from gateway.render import Renderer, folders_of, languages_of, template_faults
from rules.checks.context import Templates
from rules.faults import Fault
from rules.loading import COMMON_FILE, load_processes
from rules.model import People
from rules.process import Process
from rules.source import at, parse


@dataclass(frozen=True, slots=True)
class Checked:
    """`faults` keep a home from serving; `warnings` do not. `counts`: what was looked at.

    The values are those of the files that have no faults, None for the others.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    counts: Mapping[str, int]
    processes: Mapping[str, Process]
    configuration: Configuration | None
    people: People | None


def check_home(home: Path, environ: Mapping[str, str]) -> Checked:
    """Configuration, people, processes and templates; nothing is opened, nothing is changed."""
    processes, faults = load_processes(process_folders(home), templates_of(home))
    broken = _files(home) - processes.keys()
    configuration = read_configuration(home, processes, broken)
    desks = configuration.value.desks if configuration.value else {}
    more_roles = {role for name in broken for role in _roles_in(home, name)}
    known = desks if configuration.value else None
    people = read_people(home, known, processes, more_roles)
    counts = {
        "desks": len(desks),
        "staff": sum(p.staff for p in people.value.persons.values()) if people.value else 0,
        "organisations": len(people.value.organisations) if people.value else 0,
        "processes": len(processes),
    }
    found = (*faults, *configuration.faults, *people.faults, *template_faults(folders_of(home)))
    warnings = warnings_of(configuration, people, processes, environ)
    return Checked(
        tuple(sorted(found)), warnings, counts, processes, configuration.value, people.value
    )


def templates_of(home: Path) -> Templates | None:
    """The languages of each mail template; None where templates are too broken to say."""
    try:
        renderer = Renderer(folders_of(home))
    except (TemplateError, PoFileError, OSError):
        return None

    @cache
    def languages(name: str) -> frozenset[str]:
        try:
            return languages_of(renderer, name)
        except TemplateError:
            # `template_faults` says what is wrong with it; its languages are not.
            return frozenset({*renderer.catalogs, "en"})

    return languages


def _roles_in(home: Path, process: str) -> Iterator[str]:
    """The roles that a file with faults names all the same: whoever has one is not at fault."""
    for file in (folder / f"{process}.yaml" for folder in process_folders(home)):
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            roles = at(parse(text, str(file)).data, ("roles",))
            yield from roles if isinstance(roles, Mapping) else ()
            return


def _files(home: Path) -> set[str]:
    found = {file.stem for folder in process_folders(home) for file in folder.glob("*.yaml")}
    return found - {Path(COMMON_FILE).stem}
