"""A YAML file as plain data that knows where its parts stand, and faults with that place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from rules.faults import Fault

Path = tuple[str | int, ...]
"""The keys and indexes that lead to a part: ("commands", "take", "to")."""

LONGEST_FILE = 1_000_000
_DEEPEST = 40
_DEEPEST_BRACKETS = 100
_MOST_PARTS = 50_000
"""Aliases repeat what they name; a file that grows beyond this is no process."""


@dataclass(slots=True)
class Source:
    """The data of one file: mappings with text keys, lists, texts, numbers, flags and None.

    `marks` has the place of every part: of a key where the part has one, else of the value.
    """

    file: str
    data: object = None
    marks: dict[Path, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: Path, message: str, mend: str) -> Fault:
        """At that part, or at the nearest around it that the file holds."""
        line, column = next(
            (self.marks[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.marks),
            (1, 1),
        )
        return Fault(self.file, line, column, message, mend)

    def forget(self, path: Path) -> None:
        """An item was taken out of a list: those after it move up."""
        before, gone = path[:-1], path[-1]
        depth = len(before)
        moved: dict[Path, tuple[int, int]] = {}
        for known, place in self.marks.items():
            step = known[depth] if len(known) > depth and known[:depth] == before else None
            if isinstance(step, int) and isinstance(gone, int) and step >= gone:
                if step > gone:
                    moved[(*before, step - 1, *known[depth + 1 :])] = place
            else:
                moved[known] = place
        self.marks = moved


def parse(text: str, file: str, *, numbers: bool = True) -> Source:
    """The file's data; what cannot be read is in its faults. Never raises.

    Args:
        numbers: whole numbers are numbers; else they stay the texts that they were, for a file
            in which `007` is a name.
    """
    source = Source(file)
    if len(text) > LONGEST_FILE or _brackets_too_deep(text):
        message = "the file is too long, or its brackets nest too deep"
        source.faults.append(Fault(file, 1, 1, message, "Take parts out of it."))
        return source
    try:
        node = _composed(text)
        if node is not None:
            source.data = _Construction(source, numbers).build(node, ())
    except MarkedYAMLError as error:
        source.faults.append(_syntax_fault(file, error))
    except (YAMLError, ValueError, RecursionError, _TooLargeError) as error:
        message = "the file is no YAML that can be read"
        why = str(error).partition("\n")[0]
        source.faults.append(Fault(file, 1, 1, message, why or "Take out its nesting."))
    return source


@lru_cache(maxsize=32)
def _composed(text: str) -> Node | None:
    """The same text is read once: reading is what takes time when a home is opened again."""
    return YAML(typ="safe", pure=True).compose(text)  # type: ignore[no-any-return]


def _brackets_too_deep(text: str) -> bool:
    """Found before reading, which takes quadratic time for them. Brackets in texts count too."""
    depth = 0
    for character in text:
        depth += (character in "[{") - (character in "]}" and depth > 0)
        if depth > _DEEPEST_BRACKETS:
            return True
    return False


def _syntax_fault(file: str, error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    context = f", {error.context}" if error.context else ""
    message = f"not YAML: {error.problem}{context}"
    return Fault(file, line, column, message, "Mind the indentation, the colons and the quotes.")


class _TooLargeError(Exception):
    pass


class _Construction:
    """Builds plain data from YAML nodes and keeps their places."""

    def __init__(self, source: Source, numbers: bool) -> None:
        self._source = source
        self._numbers = numbers
        self._parts = 0

    def build(self, node: Node, path: Path) -> object:
        self._parts += 1
        if len(path) > _DEEPEST or self._parts > _MOST_PARTS:
            raise _TooLargeError("It repeats or nests too much.")
        self._source.marks.setdefault(path, _place(node))
        if isinstance(node, MappingNode):
            return dict(self._items(node, path))
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, n)) for n, item in enumerate(node.value)]
        return self._scalar(node)

    def _items(self, node: MappingNode, path: Path) -> Iterator[tuple[str, object]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            place = _place(key_node)
            if not isinstance(key_node, ScalarNode):
                self._say(place, "a key must be one word", "Write a name before the colon.")
            elif key in seen:
                mend = f"It stands in line {seen[key]} already; keep one of them."
                self._say(place, f"the key '{key}' stands twice", mend)
            else:
                seen[key] = place[0]
                self._source.marks[(*path, key)] = place
                yield key, self.build(value_node, (*path, key))

    def _scalar(self, node: Node) -> object:
        """YAML 1.2: `on` and `yes` are texts, and so are dates; numbers with a point stay texts."""
        tag, text = str(node.tag).rpartition(":")[2], str(node.value)
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() == "true"
        if tag == "int" and self._numbers and text.lstrip("+-").isdigit():
            return int(text)
        return text

    def _say(self, place: tuple[int, int], message: str, mend: str) -> None:
        self._source.faults.append(Fault(self._source.file, *place, message, mend))


def _place(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def at(data: object, path: Path) -> Any:
    """The part at this path; None where there is none."""
    for step in path:
        if isinstance(data, Mapping):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data
