"""Where an installation is, and how a command for it is written so that it works as it stands."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

DEFAULT_HOME = Path("var")
"""Of who named none."""
VARIABLE = "GATEWAY_HOME"
"""The environment's word for the home, where `--home` says nothing."""


def command(home: Path, words: str) -> str:
    """`run_gateway.py --home /srv/desk check`; without the home where it is the default, and
    the environment names no other."""
    if home == DEFAULT_HOME and not os.environ.get(VARIABLE):
        return f"run_gateway.py {words}"
    return f"run_gateway.py --home {shlex.quote(str(home))} {words}"
