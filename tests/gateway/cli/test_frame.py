"""The frame of all verbs: help, homes, errors, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.main import VERBS
from gateway.demo.script import names
from tests.gateway.cli.conftest import Shell

ROOT = Path(__file__).parents[3]


def program(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`run_gateway.py` as people call it."""
    return subprocess.run(
        [sys.executable, "run_gateway.py", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_help_names_every_verb() -> None:
    """And costs none of the libraries that verbs need."""
    done = program("--help", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    for verb in VERBS:
        assert f"\n  {verb} " in done.stdout
    for heavy in ("sqlalchemy", "pydantic", "rich.console", "jinja2"):
        assert f" {heavy}\n" not in done.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_help(verb: str, shell: Shell) -> None:
    """Also where nothing is installed."""
    code, out, _ = shell(verb, "--help")
    assert code == 0
    assert out.startswith(f"Usage: run_gateway.py {verb}")


def test_the_help_of_demo_names_those_there_are(shell: Shell) -> None:
    """Not every process has one."""
    out = shell("demo", "--help")[1]
    listed = out.partition("PROCESS is one of:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == names()


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["nothing"], 2, "deskpost: No such command 'nothing'. (see run_gateway.py --help)"),
        (
            ["show", "x"],
            2,
            "deskpost: Invalid value for 'NUMBER': 'x' is not a valid integer range. "
            "(see run_gateway.py show --help)",
        ),
        (["show", "1", "--jsn"], 2, None),
        (["queue", "retry"], 2, None),
    ],
)
def test_used_wrongly(words: list[str], code: int, error: str | None, shell: Shell) -> None:
    """Exit code 2 and one line that says where to look."""
    found, out, told = shell(*words)
    assert (found, out) == (code, "")
    assert told.count("\n") == 1
    assert error is None or told == f"{error}\n"


def test_a_home_without_files(shell: Shell) -> None:
    """One line with the mend."""
    code, out, error = shell("status")
    assert (code, out) == (1, "")
    assert error == (
        f"deskpost: {shell.home}/gateway.toml: there is no such file. "
        f"Make it with: run_gateway.py --home {shell.home} init.\n"
    )


def test_a_home_that_never_ran(shell: Shell) -> None:
    """Looking makes no store."""
    assert shell("init")[0] == 0
    code, _, error = shell("list")
    assert code == 1
    assert "start `serve` there first" in error
    assert sorted(path.name for path in shell.home.iterdir()) == ["gateway.toml", "people.yaml"]


def test_init(shell: Shell) -> None:
    """Writes both files, and never over what is there."""
    code, out, _ = shell("init")
    assert code == 0
    assert f"wrote {shell.home}/gateway.toml" in out
    advised = f"run_gateway.py --home {shell.home}"
    assert f"then: {advised} check, {advised} serve\n" in out
    code, _, error = shell("init")
    assert code == 1
    assert error == (f"deskpost: {shell.home}/gateway.toml is there already: nothing was written\n")


def test_exit_codes_of_the_program(tmp_path: Path) -> None:
    """0, 1 and 2, and the home from the environment or from `--home`."""
    home = str(tmp_path / "home")
    assert program("init", GATEWAY_HOME=home).returncode == 0
    assert program("--home", home, "init").returncode == 1
    wrong = program("--home", home, "status", "--jsno")
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1
    nothing = program()
    assert nothing.returncode == 2
    assert "Usage:" in nothing.stderr


def test_whoever_reads_may_leave(filled: Shell) -> None:
    """`list | head` is no error to talk about."""
    command = f"{sys.executable} run_gateway.py --home {filled.home} list --json | true"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, timeout=60)
    assert done.stderr == b""


def test_an_unexpected_error_is_one_line(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what a developer can do about it."""

    def broken(*_: object) -> None:
        raise RuntimeError("two\nlines \x1b[31m")

    monkeypatch.setattr("gateway.configuration.starting.write_home", broken)
    code, _, error = shell("init")
    assert code == 1
    assert error == (
        "deskpost: unexpected RuntimeError: two lines <U+001B>[31m "
        "(set DESKPOST_TRACEBACK=1 to see where)\n"
    )


def test_start_is_fast() -> None:
    """`--help` imports neither database nor templates: well under half a second here."""
    import time

    started = time.monotonic()
    program("--help")
    assert time.monotonic() - started < 2.0
