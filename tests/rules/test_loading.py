"""Process files: sound ones, and every fault of the others at once."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.loading import (
    COMMON_FILE,
    SHIPPED,
    Common,
    load,
    load_common,
    load_processes,
    merged,
    version_of,
)
from rules.process import Process
from tests.rules.processes import GOLDENS, common, load_text, templates

SOUND = (GOLDENS / "sound.yaml").read_text("utf-8")


def sound(*changes: tuple[str, str]) -> Process:
    """The sound process with some of its text replaced."""
    text = SOUND
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    loaded = load_text(text, "sound.yaml")
    assert isinstance(loaded, Process), loaded
    return loaded


@pytest.mark.parametrize("file", sorted(p.name for p in GOLDENS.glob("*.yaml")))
def test_every_fault_at_once(file: str) -> None:
    """`NAME.txt` beside `NAME.yaml` has all that is wrong with it, by line and column."""
    loaded = load_text((GOLDENS / file).read_text("utf-8"), file)
    faults = "".join(f"{fault}\n" for fault in loaded) if isinstance(loaded, tuple) else ""
    assert faults == (GOLDENS / file).with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("before", "after"), [("    to: done", "    to: doen"), ("start: new", "start: nwe")]
)
def test_a_mistyped_status_is_the_only_fault(before: str, after: str) -> None:
    """What it cuts off is not told of until the way there is known."""
    faults = load_text(SOUND.replace(before, after), "sound.yaml")
    assert isinstance(faults, tuple)
    assert [fault.message for fault in faults] == [f"unknown status '{after.split()[-1]}'"]


def test_a_process_has_its_own_and_the_common_commands() -> None:
    """Those that are there only by process are not, unless it names them."""
    process = sound()
    assert {"finish", "help", "take", "quote", "rate"} <= process.commands.keys()
    assert not {"cancel", "close", "reopen"} & process.commands.keys()
    closing = sound(("commands:", "commands:\n  close: {to: done}"))
    assert closing.commands["close"].to == "done"
    assert closing.commands["close"].alias["fr"] == ("fermer",)


def test_keys_of_the_file_replace_the_common_ones() -> None:
    """Words language by language, everything else whole; null takes the command out."""
    process = sound(
        (
            "commands:",
            "commands:\n  take: {to: done, alias: {nl: pakken}}\n"
            "  decline: {needs: reason, takes: {}}\n  spam: null",
        )
    )
    take = process.commands["take"]
    assert (take.to, take.alias["fr"]) == ("done", ("prendre",))
    assert list(process.commands["decline"].needs) == ["reason"]
    assert not process.commands["decline"].takes
    assert "spam" not in process.commands


def test_words_of_the_file_stand_before_the_common_ones() -> None:
    """Both count; a common word that the file gives to another of its commands is that one's."""
    take = "commands:\n  take: {alias: {nl: pakken, fr: [Prendre, saisir]}}"
    process = sound(("commands:", take))
    assert process.commands["take"].alias["nl"] == ("pakken", "nemen")
    assert process.commands["take"].alias["fr"] == ("Prendre", "saisir")
    assert process.vocabulary.command("nemen") == process.vocabulary.command("pakken") == "take"
    given_away = sound(("commands:", f"{take}\n  next: {{alias: {{nl: nemen}}}}"))
    assert given_away.commands["take"].alias["nl"] == ("pakken",)
    assert given_away.vocabulary.command("nemen") == "next"


def test_roles_that_the_process_lacks_use_no_common_command() -> None:
    """Accounts raise invoices where there are accounts; tasks are for who hears first."""
    assert sound().commands["raised"].who == ("finance",)
    with_accounts = sound(("roles:", "roles:\n  accounts: {label: Boekhouding}"))
    assert with_accounts.commands["raised"].who == ("finance", "accounts")
    task = sound().commands["callback"].steps[0].task
    assert task is not None and task.role == "engineer"


def test_loading_changes_nothing_that_is_shared() -> None:
    """One process's changes to a common command are not another's."""
    before = copy.deepcopy(dict(common().data))
    sound(("commands:", "commands:\n  take: {to: done, alias: {nl: pakken}}"))
    load_text(SOUND.replace("to: done", "to: dne"), "sound.yaml")
    assert common().data == before


def test_the_version_is_that_of_the_text() -> None:
    """The same text is the same process, and any change another."""
    assert sound().version == version_of(SOUND) == sound().version
    assert sound(("rondt af", "sluit af")).version != sound().version
    assert len(sound().version) == 12


def test_words_lead_to_commands() -> None:
    """English names and aliases are equal."""
    vocabulary = sound().vocabulary
    assert vocabulary.command("afronden") == vocabulary.command("finish") == "finish"


def test_templates_are_unchecked_where_there_are_none() -> None:
    """`explain` reads mails without an installation."""
    text = SOUND.replace("to: done", "to: done\n    do: [{mail: {template: nowhere}}]")
    assert isinstance(load(text, "sound.yaml", common=common()), Process)
    assert isinstance(load(text, "sound.yaml", common=common(), templates=templates), tuple)


def test_the_first_folder_wins(tmp_path: Path) -> None:
    """A home's own file stands for the shipped one of that name, common.yaml included."""
    shipped = (SHIPPED / "helpdesk.yaml").read_text("utf-8")
    (tmp_path / "helpdesk.yaml").write_text(shipped.replace("Nieuw", "Binnen"), "utf-8")
    (tmp_path / "sound.yaml").write_text(SOUND, "utf-8")
    processes, faults = load_processes([tmp_path, SHIPPED])
    assert not faults
    assert {"helpdesk", "sound"} <= processes.keys()
    helpdesk = processes["helpdesk"]
    assert helpdesk.say(helpdesk.statuses["new"].label, "nl") == "Binnen"


def test_faults_of_all_files_are_told(tmp_path: Path) -> None:
    """A file that cannot be loaded leaves the others be."""
    (tmp_path / "sound.yaml").write_text(SOUND, "utf-8")
    (tmp_path / "broken.yaml").write_text("process: broken\n", "utf-8")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    processes, faults = load_processes([tmp_path])
    assert list(processes) == ["sound"]
    assert {Path(f.file).name for f in faults} == {"broken.yaml", "bytes.yaml"}


def test_a_home_may_have_common_commands_of_its_own(tmp_path: Path) -> None:
    """Its common.yaml stands for the shipped one."""
    (tmp_path / "sound.yaml").write_text(SOUND, "utf-8")
    (tmp_path / COMMON_FILE).write_text("commands: {wave: {help: zwaait}}\n", "utf-8")
    processes, faults = load_processes([tmp_path])
    assert not faults
    assert processes["sound"].commands.keys() == {"wave", "finish"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "common.yaml:1:1: 'commands' is missing"),
        ("commands: {take: {hlep: x}}", "common.yaml:1:19: unknown key 'hlep'. Did you mean help?"),
        ("commands: {take: {class: 7}}", "common.yaml:1:19: input should be less than"),
        ("commands: [", "common.yaml:1:12: not YAML"),
    ],
)
def test_faults_of_the_common_commands(text: str, fault: str) -> None:
    """Their file is checked for shape; the rest shows in the processes that have them."""
    loaded = load_common(text, "common.yaml")
    assert isinstance(loaded, tuple)
    assert [str(f).startswith(fault) for f in loaded] == [True]


def test_merging_survives_any_data() -> None:
    """Faults of shape are found after merging, which takes what it understands."""
    anything: tuple[object, ...] = (None, [], "x", {"take": 3}, {"take": None})
    for commands in anything:
        merged({"commands": commands, "roles": 3, "tells": {}}, common())


_PIECES = st.sampled_from(
    ["", "x", "new", "done", "- a", "{}", "[]", "{a: b}", "null", "true", "9", "{nl: x}", "'", "*a"]
)


@settings(max_examples=60)
@given(st.sampled_from(SOUND.splitlines()), _PIECES)
def test_any_change_loads_or_has_faults(line: str, piece: str) -> None:
    """Whatever a value is replaced with, loading ends with a process or with places of faults."""
    key, colon, _ = line.partition(":")
    loaded = load_text(SOUND.replace(line, f"{key}{colon} {piece}"), "sound.yaml")
    assert isinstance(loaded, Process) or all(f.line >= 1 and f.mend for f in loaded)


def test_without_common_commands() -> None:
    """A process stands by itself where it is given none."""
    loaded = load(SOUND, "sound.yaml", common=Common())
    assert isinstance(loaded, Process)
    assert list(loaded.commands) == ["finish"]
