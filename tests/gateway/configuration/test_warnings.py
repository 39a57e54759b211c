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
