"""The commands that every process has: who may use them, and which proof they need."""

from __future__ import annotations

import pytest

from rules.checks.aliases import LANGUAGES
from rules.decide.acts import ACTS
from rules.process import Act
from rules.words import normalise
from tests.rules.processes import common, shipped

TABLE = {
    # name: (who, class, on a ticket, needs, takes)
    "help": ("anyone", 1, "optional", [], []),
    "status": ("anyone", 2, "needed", [], []),
    "list": ("anyone", 2, "optional", [], []),
    "history": ("anyone", 2, "needed", [], []),
    "find": ("anyone", 2, "optional", ["words"], []),
    "note": ("staff", 3, "needed", [], []),
    "take": ("staff", 3, "needed", [], []),
    "next": ("staff", 3, "optional", [], []),
    "assign": ("staff", 3, "needed", ["who"], ["task"]),
    "type": ("staff", 3, "needed", ["kind"], []),
    "priority": ("staff", 3, "needed", ["value"], []),
    "task": ("staff", 3, "needed", ["text"], ["who", "due"]),
    "done": ("staff", 3, "needed", [], ["task"]),
    "time": ("staff", 3, "needed", ["duration"], ["on", "not_billable", "text"]),
    "remind": ("staff", 3, "needed", ["when"], []),
    "move": ("staff", 3, "needed", ["desk"], []),
    "spam": ("staff", 3, "needed", [], []),
    "link": ("staff", 3, "needed", ["ticket"], []),
    "merge": ("staff", 3, "needed", ["ticket"], []),
    "split": ("staff", 3, "needed", [], ["text"]),
    "reporter": ("staff", 4, "needed", ["address"], []),
    "cc": ("staff", 4, "needed", ["addresses"], []),
    "phone": ("staff", 3, "optional", ["address"], []),
    "callback": ("anyone", 1, "optional", ["phone"], ["when"]),
    "send": ("staff", 4, "optional", ["address"], []),
    "quote": ("staff", 5, "needed", ["amount", "text"], []),
    "approve": ("customer", 5, "needed", [], []),
    "decline": ("customer", 5, "needed", [], ["reason"]),
    "contract": ("staff", 3, "needed", [], ["name"]),
    "raised": ("finance accounts", 5, "needed", ["number"], []),
    "paid": ("finance accounts", 5, "needed", [], []),
    "cancel": ("staff", 3, "needed", ["reason"], []),
    "close": ("staff", 3, "needed", [], []),
    "reopen": ("staff", 3, "needed", [], []),
    "rate": ("customer", 1, "needed", ["score"], ["text"]),
    "yes": ("anyone", 5, "optional", [], []),
}


def test_every_command_is_there_and_no_other() -> None:
    """The table of docs/processes.md."""
    assert common().commands.keys() == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_who_and_which_proof(name: str) -> None:
    """Roles, class, whether it stands on a ticket, and its arguments."""
    command = common().commands[name]
    assert (
        " ".join(command.who),
        command.act_class,
        command.ticket,
        list(command.needs),
        list(command.takes),
    ) == TABLE[name]


@pytest.mark.parametrize("name", TABLE)
def test_every_language_has_its_words(name: str) -> None:
    """Help and aliases in each of the five; the English word is the name."""
    command = common().commands[name]
    assert not isinstance(command.help, str)
    assert all(command.help.get(language, "").strip() for language in LANGUAGES)
    assert all(command.alias.get(language) for language in LANGUAGES[1:])


def test_no_word_means_two_commands() -> None:
    """Over all languages, after normalising; not even one slip apart where it matters most."""
    meant: dict[str, str] = {}
    for name, command in common().commands.items():
        for word in (name, *(w for words in command.alias.values() for w in words)):
            assert meant.setdefault(normalise(word), name) == name
    assert normalise("approve") in meant


def test_only_some_are_there_by_process() -> None:
    """Ends and beginnings: a process says where they lead."""
    by_process = {name for name, command in common().commands.items() if command.by_process}
    assert by_process == {"cancel", "close", "reopen"}


def test_what_stays_inside() -> None:
    """The mails of these are not relayed to the customer."""
    internal = {name for name, command in common().commands.items() if command.internal}
    assert internal == {"note", "phone", "send"}


def test_the_engine_does_what_the_files_name() -> None:
    """Every act that a file may name is one that the engine brings."""
    named = {s.do for c in shipped("helpdesk").commands.values() for s in c.steps if s.do}
    assert named <= set(Act.__args__) <= set(ACTS)  # type: ignore[attr-defined]
