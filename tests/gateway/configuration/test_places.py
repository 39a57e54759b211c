"""Each key of a file is found where an editor shows it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.configuration.places import Malformed
from gateway.configuration.toml import read_toml, toml_places
from gateway.configuration.yaml import read_yaml

TOML = '''\
operators = ["ops@a.example",   # [[no]] table
  "b@a.example"]
[smtp]
listen = "127.0.0.1:8025"
"tls_cert" = 'C:\\not = a "key"'
text = """
[not.a.table]
a = 1 \\"""
"""
[[desk]]
address = "a@b.example"
rates = {default = "1.00", "on site" = {x = [1, 2]}}
[desk.more]
when = 2026-11-21 10:00:00
[[desk]]
rates.default = 5 # x = 1
'''


def test_toml_keys_and_entries() -> None:
    """Tables, lists of tables, dotted and quoted keys, inline tables, entries of lists."""
    places = toml_places(TOML).by_path
    assert places == {
        ("operators",): (1, 1),
        ("operators", 0): (1, 14),
        ("operators", 1): (2, 3),
        ("smtp",): (3, 2),
        ("smtp", "listen"): (4, 1),
        ("smtp", "tls_cert"): (5, 1),
        ("smtp", "text"): (6, 1),
        ("desk",): (10, 3),
        ("desk", 0): (10, 3),
        ("desk", 0, "address"): (11, 1),
        ("desk", 0, "rates"): (12, 1),
        ("desk", 0, "rates", "default"): (12, 10),
        ("desk", 0, "rates", "on site"): (12, 28),
        ("desk", 0, "rates", "on site", "x"): (12, 41),
        ("desk", 0, "rates", "on site", "x", 0): (12, 46),
        ("desk", 0, "rates", "on site", "x", 1): (12, 49),
        ("desk", 0, "more"): (13, 2),
        ("desk", 0, "more", "when"): (14, 1),
        ("desk", 1): (15, 3),
        ("desk", 1, "rates"): (16, 1),
        ("desk", 1, "rates", "default"): (16, 1),
    }


def paths_in(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from paths_in(entry, (*path, key))
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from paths_in(entry, (*path, index))


PIECES = st.lists(
    st.sampled_from(
        [
            *"[]{}=.,#\"' \n\r\\ab1-",
            "[[a]]\n",
            "[a.b]\n",
            "a = 1\n",
            "b.a = {a = [1, {b = 2}]}\n",
            "'''",
            '"""',
            '\\"',
            "true",
            "\n[[a.b]]\n",
            'a = """x""""\n',
            "a = '''\n'''\n",
            "# [x]\n",
        ]
    ),
    max_size=30,
).map("".join)


STATEMENTS = st.lists(
    st.sampled_from(
        [
            "[a]",
            "[[b]]",
            "[b.c]",
            "[[b.d]]",
            "[ e . 'f g' ]",
            "x = 1",
            "'y z'.x = '#'",
            "[[b]] # [z]",
            'q = [[1, "]"], # [x]\n {a.b = """}\n""", c = []},\n]',
            "w = '''\n[v]\na = 1'''",
            "t = {}",
        ]
    ),
    max_size=12,
    unique=True,
).map("\n".join)


@given(PIECES | STATEMENTS)
def test_toml_finds_every_key_of_whatever_is_toml(text: str) -> None:
    """The scanner knows exactly the paths that tomllib reads, and no text hangs or breaks it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(toml_places(text).by_path) == set(paths_in(data))


def test_a_missing_key_stands_at_its_table() -> None:
    """What the file does not have is shown at the nearest table that it does have."""
    places = toml_places(TOML)
    assert places.of(("desk", 1, "process")) == (15, 3)
    assert places.of(("trust", "border")) == (0, 0)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("a = 1\nb = \n", (2, 5), "Invalid value"),
        ("a = 1\na = 2\n", (2, 6), "Cannot overwrite a value"),
        ('a = "x', (1, 7), "Unterminated string"),
        ("[a]\nb = [1,", (2, 8), "end"),
    ],
)
def test_malformed_toml(text: str, place: tuple[int, int], says: str) -> None:
    """What is no TOML at all is one fault at its place."""
    with pytest.raises(Malformed) as caught:
        read_toml(text)
    ((line, column, message, mend),) = caught.value.faults
    assert (line, column) == place
    assert says.lower() in message.lower()
    assert "brackets" in mend


YAML = """\
staff:
  - {name: Marie, email: marie@a.example, roles: [engineer]}
organisations:
  - name: 007
    people:
"""


def test_yaml_keys_and_entries() -> None:
    """Text stays text, an empty value is absent, every key and entry has its place."""
    text = read_yaml(YAML)
    assert text.data == {
        "staff": [{"name": "Marie", "email": "marie@a.example", "roles": ["engineer"]}],
        "organisations": [{"name": "007"}],
    }
    assert text.places.of(("staff", 0, "roles", 0)) == (2, 51)
    assert text.places.of(("organisations", 0, "name")) == (4, 5)
    assert text.places.of(("organisations", 0, "people")) == (5, 5)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "a: 1\nb:\n  c: 1\n  c: 2\na: 2\n",
            [(4, 3, "the key 'c' stands twice"), (5, 1, "the key 'a' stands twice")],
        ),
        ("- a\n", [(1, 1, "the file holds no keys")]),
        (
            "a: [1\n",
            [
                (
                    2,
                    1,
                    "not YAML: expected ',' or ']', but got '<stream end>',"
                    " while parsing a flow sequence",
                )
            ],
        ),
        ("a: \x01\n", [(1, 1, "the file is no YAML that can be read")]),
        ("a: &a [*a]\n", [(1, 1, "the file is no YAML that can be read")]),
    ],
)
def test_malformed_yaml(text: str, faults: list[tuple[int, int, str]]) -> None:
    """Keys that stand twice are all told, with what is no YAML at all."""
    with pytest.raises(Malformed) as caught:
        read_yaml(text)
    assert [fault[:3] for fault in caught.value.faults] == faults
    assert all(mend for *_, mend in caught.value.faults)


def test_empty_yaml() -> None:
    """An empty file is an empty mapping."""
    assert read_yaml("# nothing yet\n").data == {}
