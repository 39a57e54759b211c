"""A process as a verb names it: by the name of one of the installation, or by a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cli.frame import Session, Wrong
from rules.faults import Unsound, did_you_mean

if TYPE_CHECKING:
    from rules.process import Process
    from rules.source import Source


@dataclass(frozen=True, slots=True)
class ProcessFile:
    """One file as it stands, whether or not an installation runs it."""

    process: Process
    source: Source

    def place(self, part: str, name: str) -> str:
        """`leave.yaml:41`, where the file says something of it; "common.yaml" where it does not."""
        from rules.loading import COMMON_FILE

        mark = self.source.marks.get((part, name))
        return f"{self.source.file}:{mark[0]}" if mark else COMMON_FILE


def read_process_file(session: Session, path: Path, name: str = "") -> ProcessFile:
    """The process of a file. `name`: what it must be called; the file's stem where none is given.

    Raises Unsound with every fault of it, OSError where it cannot be read.
    """
    from gateway.checking import templates_of
    from gateway.configuration.loading import process_folders
    from rules.loading import load, load_common_of
    from rules.process import Process
    from rules.source import parse

    text = path.read_text(encoding="utf-8", errors="replace")
    common = load_common_of(process_folders(session.home))
    if isinstance(common, tuple):
        raise Unsound(common)
    templates = templates_of(session.home)
    loaded = load(text, str(path), common=common, templates=templates, name=name)
    if not isinstance(loaded, Process):
        raise Unsound(loaded)
    return ProcessFile(loaded, parse(text, str(path)))


def process_of(session: Session, name: str) -> Process:
    """By its name at this home, the home's own before the shipped; or by the path of a file."""
    from gateway.configuration.loading import process_folders
    from rules.loading import load_processes

    if name.endswith((".yaml", ".yml")):
        return read_process_file(session, Path(name)).process
    processes, faults = load_processes(process_folders(session.home))
    if name in processes:
        return processes[name]
    own = [fault for fault in faults if Path(fault.file).stem in (name, "common")]
    if own:
        raise Unsound(own)
    raise Wrong(f"there is no process {name}: {did_you_mean(name, processes)}")
