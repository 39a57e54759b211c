"""Imported by the process that gateways are forked from: it has the modules and the shipped process
files and templates in memory, which take most of the seconds that a start takes.

It must have opened no database and started no thread.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import gateway.app
import gateway.authentication.checking
import gateway.cli.serve  # noqa: F401
from gateway import checking
from gateway.configuration.loading import process_folders
from gateway.render import folders_of, template_faults
from rules.loading import load_processes


def _know_what_is_shipped() -> None:
    """A home without rules and templates of its own has these."""
    home = Path(tempfile.gettempdir()) / "deskpost-no-home"
    processes = load_processes(process_folders(home), checking.templates_of(home))
    faults = template_faults(folders_of(home))
    setattr(checking, load_processes.__name__, lambda *_: processes)
    setattr(checking, template_faults.__name__, lambda *_: faults)


_know_what_is_shipped()
