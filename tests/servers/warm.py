"""Imported by the process that gateways are forked from: it has the modules in memory, and has read
the shipped process files and templates once, which is most of what a start takes.

It must have opened no database and started no thread: it sets no document, for typst does.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import gateway.app
import gateway.authentication.checking
import gateway.cli.audit
import gateway.cli.check
import gateway.cli.serve
import gateway.cli.show
import gateway.cli.status  # noqa: F401
from gateway.checking import templates_of
from gateway.configuration.loading import process_folders
from gateway.render import folders_of
from gateway.render.check import sentences_of
from rules.loading import load_processes

HOME = Path(tempfile.gettempdir()) / "deskpost-no-home"
"""It has what is shipped alone."""

load_processes(process_folders(HOME), templates_of(HOME))
for folder in folders_of(HOME):
    sentences_of(folder)
