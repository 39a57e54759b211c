"""What the command line reads of process files, the home's own first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.configuration.loading import process_folders
from rules.source import at, parse


def status_labels(home: Path, process: str) -> Mapping[str, str]:
    """What the team calls each status, in the process's own language.

    Read past all faults: a ticket can be looked at while its process is being changed, or is gone.
    """
    for folder in process_folders(home):
        file = folder / f"{process}.yaml"
        if file.is_file():
            data = parse(file.read_text(encoding="utf-8", errors="replace"), str(file)).data
            return dict(_labels(data))
    return {}


def _labels(data: object) -> list[tuple[str, str]]:
    statuses, language = at(data, ("statuses",)), at(data, ("language",))
    found = []
    for name in statuses if isinstance(statuses, Mapping) else ():
        label = at(statuses, (name, "label"))
        text = label.get(language) if isinstance(label, Mapping) else label
        if isinstance(text, str):
            found.append((str(name), text))
    return found
