"""The frame of all verbs: which there are, where they are at home, and what an error looks like.

Exit codes: 0 done, 1 found something wrong, 2 used wrongly; `pipe` has those of sysexits.h.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli.frame import Session
from gateway.configuration.home import DEFAULT_HOME, VARIABLE
from rules.faults import Unsound
from store.errors import StoreError

VERBS = (
    "init",
    "serve",
    "act",
    "demo",
    "check",
    "import",
    "pipe",
    "explain",
    "status",
    "audit",
    "list",
    "show",
    "queue",
    "quarantine",
    "report",
    "rules",
    "backup",
    "restore",
)
"""In the order of the help; each is `command` of the module of its name, `-` for `_`."""

_KEYWORDS = {"import": "import_mail", "list": "list_tickets"}
"""Modules of verbs whose name a module cannot well have."""

TRACEBACK = "DESKPOST_TRACEBACK"
"""Set in the environment, an unexpected error shows where it happened."""


class Verbs(click.Group):
    """Verbs by name; only the one that is called is imported."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module = importlib.import_module(f"gateway.cli.{_KEYWORDS.get(name, name)}")
        command: click.Command = module.command
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar=VARIABLE,
    help="The folder of the installation, before the verb; else GATEWAY_HOME, else var/.",
)
@click.pass_context
def main(context: click.Context, home: Path | None) -> None:
    """Deskpost: a help desk that lives in e-mail."""
    if context.obj is None:
        context.obj = Session(home or DEFAULT_HOME, chosen=home is not None)


def run(arguments: Sequence[str], session: Session | None = None) -> int:
    """The exit code; errors are one line on standard error.

    `session` takes the place of what `--home` says.
    """
    _never_fail_to_print()
    try:
        result = main.main(
            list(arguments), prog_name="run_gateway.py", standalone_mode=False, obj=session
        )
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        return _told(error.format_message() + _where_to_look(error), error.exit_code)
    except click.Abort:
        return _told("interrupted", 130)
    except BrokenPipeError:
        # Whoever read has left: nothing to say, and nothing more to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Unsound as unsound:
        for fault in unsound.faults:
            _told(str(fault), 1)
        return 1
    except Exception as error:  # noqa: BLE001 - people get a line, not a traceback
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def _where_to_look(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f" (see {context.command_path} --help)" if context else ""


def _unexpected(error: Exception) -> int:
    if os.environ.get(TRACEBACK):
        raise error
    if isinstance(error, StoreError):
        return _told(str(error), 1)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return _told(f"{where}{error.strerror or error}", 1)
    return _told(f"unexpected {type(error).__name__}: {error} (set {TRACEBACK}=1 to see where)", 1)


def _told(message: str, code: int) -> int:
    from gateway.cli.screen import visible

    print(f"deskpost: {visible(' '.join(message.split()))}", file=sys.stderr)
    return code


def _never_fail_to_print() -> None:
    """A terminal without UTF-8 shows what it cannot as an escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
