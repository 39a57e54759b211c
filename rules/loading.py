"""From the text of a process file to the process, or to every fault of it at once.

Nothing here knows the clock or the network; `load_processes` alone reads files.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rules.checks import CHECKS
from rules.checks.context import WHO, Checked, Templates
from rules.faults import Fault
from rules.process import Command, Process
from rules.source import at, parse
from rules.validation import PLACEHOLDERS, unknown_keys, validated
from rules.words import normalise

__all__ = ["SHIPPED", "Common", "Fault", "Templates", "load", "load_common", "load_processes"]

SHIPPED = Path(__file__).parent / "processes"
"""The folder of the processes that come with the product."""
COMMON_FILE = "common.yaml"
_MERGED = ("alias", "help", "label")
"""Keys of a command that are merged by language; every other key replaces the common one."""
_VERSION_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Common:
    """The commands that every process has: as data, for merging, and as values."""

    data: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    commands: Mapping[str, Command] = field(default_factory=dict)


def load_common(text: str, file: str) -> Common | tuple[Fault, ...]:
    """The shape of the file of common commands; the rest shows in each process that has them."""
    source = parse(text, file)
    data = at(source.data, ("commands",))
    if source.faults or not isinstance(data, dict):
        missing = source.fault((), "'commands' is missing", "Write commands: and their specs.")
        return tuple(source.faults) or (missing,)
    given = copy.deepcopy(data)
    whole = {**PLACEHOLDERS, "commands": data}
    faults = list(unknown_keys(source, whole))
    process, more = validated(whole, source)
    faults += more
    if process is None or faults:
        return tuple(sorted(faults))
    return Common(given, process.commands)


def load(
    text: str,
    file: str,
    *,
    common: Common,
    templates: Templates | None = None,
    name: str = "",
) -> Process | tuple[Fault, ...]:
    """The process with the commands that every process has, or all that is wrong with its file.

    Args:
        file: as faults name it.
        templates: the languages of each mail template; None leaves templates unchecked.
        name: that the process must have; the file's stem where none is given.
    """
    source = parse(text, file)
    if source.faults and source.data is None:
        return tuple(source.faults)
    if not isinstance(source.data, dict):
        return (source.fault((), "a process is a mapping", "Begin with process: and its name."),)
    given = copy.deepcopy(source.data)
    faults = [*source.faults, *unknown_keys(source, source.data)]
    data = source.data
    if isinstance(data.get("commands", {}), Mapping):
        data = {**data, "commands": merged(data, common)}
    process, more = validated(data, source)
    faults += more
    if process is not None:
        called = name or Path(file).stem
        checked = Checked(
            process, source, given, common.commands, templates, whole=not faults, name=called
        )
        faults += [fault for check in CHECKS for fault in check(checked)]
    if process is None or faults:
        return tuple(sorted(set(faults)))
    return process.model_copy(update={"version": version_of(text)})


def version_of(text: str) -> str:
    """Short SHA-256 of the file: the same text is the same process."""
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_LETTERS]


# --- merging with what every process has -------------------------------------------------------


def merged(data: Mapping[str, Any], common: Common) -> dict[str, Any]:
    """The commands of a process: its own keys win; words stand before the common ones of their
    language, which go on counting unless another command of the file has them; null takes one out.

    A common command that is there only by process stays out unless the file names it. A role that
    the process does not have may not use a common command; its tasks for the `desk` are for the
    role that hears of new mail first. Its own come first, in its order: so people see them.
    """
    given = data.get("commands")
    own: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    result: dict[str, Any] = dict(own)
    for name, spec in common.data.items():
        if name in own or not spec.get("by_process"):
            inherited = _fitted(copy.deepcopy(dict(spec)), data)
            result[name] = inherited
            if name in own:
                result[name] = _joined(inherited, own[name])
                _add_words(inherited, result[name], _words_of_others(own, name))
    return {name: spec for name, spec in result.items() if spec is not None}


def _fitted(spec: dict[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """A common command as this process can have it."""
    roles = data.get("roles")
    known = set(roles) if isinstance(roles, Mapping) else set()
    spec["who"] = [role for role in _listed(spec.get("who", "staff")) if role in known | WHO]
    hearing = [role for role in _listed(data.get("tells")) if role in known]
    for step in spec.get("do", ()):
        task = step.get("task") or {}
        if task.get("role") == "desk":
            task["role"] = hearing[0] if hearing else None
    return spec


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _joined(inherited: dict[str, Any], own: object) -> object:
    if not isinstance(own, Mapping):
        return own
    joined = {**inherited, **own}
    for key in _MERGED:
        before, after = inherited.get(key), own.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            joined[key] = {**before, **after}
    return joined


def _add_words(inherited: Mapping[str, Any], joined: object, taken: Set[str]) -> None:
    """What every process calls the command counts beside what this one calls it."""
    if not isinstance(joined, dict) or not isinstance(joined.get("alias"), Mapping):
        return
    words = dict(joined["alias"])
    for language, common in inherited.get("alias", {}).items():
        if not isinstance(words[language], str | list):
            continue  # which the shape refuses
        own = _listed(words[language])
        seen = taken | {normalise(word) for word in own if isinstance(word, str)}
        words[language] = [*own, *(w for w in _listed(common) if normalise(w) not in seen)]
    joined["alias"] = words


def _words_of_others(own: Mapping[str, Any], name: str) -> Set[str]:
    """The words that the file gives to its other commands, normalised."""
    words: list[object] = []
    for other, spec in own.items():
        if other != name and isinstance(spec, Mapping):
            alias = spec.get("alias")
            given = alias.values() if isinstance(alias, Mapping) else ()
            words += [other, *(word for listed in given for word in _listed(listed))]
    return {normalise(word) for word in words if isinstance(word, str)}


# --- reading files -----------------------------------------------------------------------------


def load_processes(
    folders: Sequence[Path] = (SHIPPED,), templates: Templates | None = None
) -> tuple[Mapping[str, Process], tuple[Fault, ...]]:
    """All processes of these folders by name, and all faults of those that cannot be loaded.

    The first folder that has a file of a name wins: the home's own stands before the shipped.
    """
    files = _files(folders)
    common = load_common_of(folders)
    files.pop(COMMON_FILE, None)
    if not isinstance(common, Common):
        return {}, common
    processes: dict[str, Process] = {}
    faults: list[Fault] = []
    for path in files.values():
        loaded = load(*_read(path), common=common, templates=templates)
        if isinstance(loaded, Process):
            processes[loaded.process] = loaded
        else:
            faults += loaded
    return processes, tuple(faults)


def load_common_of(folders: Sequence[Path] = (SHIPPED,)) -> Common | tuple[Fault, ...]:
    """The common commands of these folders, by the same rule."""
    return load_common(*_read(_files(folders).get(COMMON_FILE, SHIPPED / COMMON_FILE)))


def _files(folders: Sequence[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            found.setdefault(path.name, path)
    return found


def _read(path: Path) -> tuple[str, str]:
    """Text and name; what is no UTF-8 shows as replacement characters, which no word contains."""
    try:
        return path.read_text(encoding="utf-8", errors="replace"), str(path)
    except OSError:
        return "", str(path)
