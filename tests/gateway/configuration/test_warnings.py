"""What is worth a look, though it keeps nobody from serving."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.configuration.loading import read_configuration, read_people
from gateway.configuration.starting import write_home
from gateway.configuration.warnings import warnings_of
from tests.gateway.configuration.test_loading import PROCESSES


def warned(home: Path) -> list[str]:
    configuration = read_configuration(home, PROCESSES)
    assert configuration.value, configuration.faults
    people = read_people(home, configuration.value.desks, PROCESSES)
    return [str(warning) for warning in warnings_of(configuration, people, PROCESSES, {})]


HELPDESK = "helpdesk@accel.example"
MAILBOX = """
[[mailbox]]
url = "imaps://me@imap.example.com"
desk = "helpdesk@accel.example"
"""


@pytest.mark.parametrize(
    ("file", "before", "after", "says"),
    [
        ("gateway.toml", 'operators = ["ops@accel.example"]', "", ["nobody is told"]),
        (
            "gateway.toml",
            "127.0.0.1:8025",
            "0.0.0.0:25",
            ["no border MTA is named", "lets anybody write in any name"],
        ),
        ("gateway.toml", "[trust]", '[trust]\nauthserv_id = "mx"', ["forbid_bare_newline"]),
        (
            "gateway.toml",
            "[trust]",
            '[watch]\nlisten = "0.0.0.0:9"\ncanary = "5min"\n[trust]',
            ["asks nobody for a password", "canaries never come back"],
        ),
        ("gateway.toml", "maildir:outgoing", "smtps://me@mx.example", ["has no secret"]),
        ("gateway.toml", "[trust]", "[limits]\nnesting = 20\n[trust]", []),
        (
            "gateway.toml",
            'country = "BE"\n',
            MAILBOX,
            ["lets anybody write in any name", "has no secret"],
        ),
        (
            "gateway.toml",
            '"maildir:outgoing"',
            '"smtps://me@mx.example"\npassword_env = "NOT_THERE"',
            ["the environment has no NOT_THERE"],
        ),
        (
            "gateway.toml",
            '"maildir:outgoing"',
            '"smtps://me@mx.example"\npassword_file = "people.yaml"',
            ["others may read"],
        ),
        ("people.yaml", "roles: [engineer]", "roles: []", ["nobody holds the role engineer"]),
        (
            "people.yaml",
            "language: en}",
            "language: fr}",
            [
                "people.yaml:5:68: the process helpdesk does not speak fr, the language of "
                "tom@accel.example, ella@acme.example. It speaks nl, en: write one of these, "
                "or add fr to its languages."
            ],
        ),
        ("people.yaml", "account_manager: anna", "account_manager: eve", ["not on the staff"]),
        ("people.yaml", "domains: [janssens.example]", "domains: []", []),
        ("people.yaml", "  - name: Acme", "  - name: None\n  - name: Acme", ["nobody belongs"]),
    ],
)
def test_warnings(file: str, before: str, after: str, says: list[str], tmp_path: Path) -> None:
    """Each is told once, with its place and its mend."""
    write_home(tmp_path, "run")
    (tmp_path / "people.yaml").chmod(0o644)
    text = (tmp_path / file).read_text()
    assert before in text
    (tmp_path / file).write_text(text.replace(before, after))
    told = warned(tmp_path)
    assert len(told) == len(says), told
    for sentence in says:
        assert any(sentence in line for line in told), told


def test_a_home_without_staff(tmp_path: Path) -> None:
    """Nobody could answer."""
    write_home(tmp_path, "run")
    (tmp_path / "people.yaml").write_text("")
    assert any("there is no staff" in line for line in warned(tmp_path))


_TWO = """
[[desk]]
address = "sales@accel.example"
process = "tiny"
"""
_MANY = "".join(f"  - {{name: P{n}, email: p{n}@accel.example, language: de}}\n" for n in range(5))


def test_a_language_of_one_desk_among_several(tmp_path: Path) -> None:
    """Staff are written to by all of their desks; a customer writes to the one that fits."""
    write_home(tmp_path, "run")
    with (tmp_path / "gateway.toml").open("a") as file:
        file.write(_TWO)
    put(tmp_path / "people.yaml", "language: en", "language: nl")
    (told,) = warned(tmp_path)
    assert "the process tiny does not speak nl, the language of tom@accel.example" in told
    put(
        tmp_path / "people.yaml",
        "[engineer], language",
        f"[engineer], desks: [{HELPDESK}], language",
    )
    assert warned(tmp_path) == []


def test_of_many_the_first_are_named(tmp_path: Path) -> None:
    """The others are counted."""
    write_home(tmp_path, "run")
    put(tmp_path / "people.yaml", "staff:\n", f"staff:\n{_MANY}")
    (told,) = warned(tmp_path)
    assert "of p0@accel.example, p1@accel.example, p2@accel.example and 2 more. " in told


def put(file: Path, before: str, after: str) -> None:
    file.write_text(file.read_text().replace(before, after))
