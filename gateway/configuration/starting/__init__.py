"""The files that a new home begins with: `init` to be filled in, `run` to try it at once."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from gateway.configuration.loading import GATEWAY, PEOPLE

Kind = Literal["init", "run"]

_TEXTS = Path(__file__).parent


def write_home(home: Path, kind: Kind) -> tuple[Path, ...]:
    """Make the home where it is missing, and its two files; gives back their paths.

    Raises FileExistsError, before anything is written, if one of them is there already.
    """
    targets = (home / GATEWAY, home / PEOPLE)
    for target in targets:
        if target.exists():
            raise FileExistsError(f"{target} is there already")
    home.mkdir(mode=0o750, parents=True, exist_ok=True)
    for target in targets:
        with target.open("x", encoding="utf-8") as file:
            file.write((_TEXTS / kind / target.name).read_text(encoding="utf-8"))
    return targets
