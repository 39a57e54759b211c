"""YAML 1.2 as data with the place of each key.

Every scalar stays text as it was written, but for true and false: `007` is a name. A key whose
value is null or nothing at all is absent.
"""

from __future__ import annotations

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from gateway.configuration.places import KeyPath, Malformed, Places, Text

Value = str | bool | None | list["Value"] | dict[str, "Value"]


def read_yaml(text: str) -> Text:
    """The file's content, an empty mapping for an empty file. Raises `Malformed`."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
        reading = _Reading()
        data = {} if root is None else reading.value(root, ())
    except MarkedYAMLError as error:
        raise Malformed(_place(error)) from None
    except YAMLError as error:
        raise Malformed((1, 1, str(error).splitlines()[0])) from None
    except RecursionError:
        raise Malformed((1, 1, "nested too deep")) from None
    if reading.twice:
        raise Malformed(*reading.twice)
    if not isinstance(data, dict):
        raise Malformed((1, 1, "the file holds no keys"))
    return Text(data, Places(reading.places))


def _place(error: MarkedYAMLError) -> tuple[int, int, str]:
    mark = error.problem_mark or error.context_mark
    message = " ".join(str(error.problem or error.context or "cannot be read").split())
    return (mark.line + 1, mark.column + 1, message) if mark else (1, 1, message)


class _Reading:
    """Nodes to values; keeps the place of each, and what stands twice in a mapping."""

    def __init__(self) -> None:
        self.places: dict[KeyPath, tuple[int, int]] = {}
        self.twice: list[tuple[int, int, str]] = []

    def value(self, node: Node, path: KeyPath) -> Value:
        match node:
            case MappingNode():
                return self._mapping(node, path)
            case SequenceNode():
                return self._sequence(node, path)
            case ScalarNode(tag="tag:yaml.org,2002:null"):
                return None
            case ScalarNode(tag="tag:yaml.org,2002:bool"):
                return bool(node.value.lower() == "true")
        return str(node.value)

    def _mapping(self, node: MappingNode, path: KeyPath) -> Value:
        found: dict[str, Value] = {}
        for key, value in node.value:
            name, place = str(key.value), (key.start_mark.line + 1, key.start_mark.column + 1)
            if name in found:
                self.twice.append((*place, f"the key {name} stands here twice"))
            self.places[(*path, name)] = place
            found[name] = self.value(value, (*path, name))
        return {name: value for name, value in found.items() if value is not None}

    def _sequence(self, node: SequenceNode, path: KeyPath) -> Value:
        for index, entry in enumerate(node.value):
            mark = entry.start_mark
            self.places[(*path, index)] = (mark.line + 1, mark.column + 1)
        return [self.value(entry, (*path, index)) for index, entry in enumerate(node.value)]
