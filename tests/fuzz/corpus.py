"""What fuzzing begins with: the goldens of each target, and what it once found."""

from __future__ import annotations

from pathlib import Path
from typing import Final

GOLDENS: Final = Path(__file__).parents[1] / "goldens"
FOUND: Final = GOLDENS / "fuzz"
"""`<target>-<name>`: octets that once brought an error to light."""

_FOLDERS: Final = {
    "mail": ("reading", "*.eml"),
    "proof": ("reading", "*.eml"),
    "command": ("newtext", "*.txt"),
    "smtp": ("smtp", "*.txt"),
}


def seeds(target: str) -> dict[str, bytes]:
    """Octets by a name for people, in a fixed order."""
    folder, pattern = _FOLDERS[target]
    goldens = {path.stem: path.read_bytes() for path in sorted((GOLDENS / folder).glob(pattern))}
    if target == "smtp":
        goldens = {name: _said(octets) for name, octets in goldens.items()}
    found = {path.name: path.read_bytes() for path in sorted(FOUND.glob(f"{target}-*"))}
    return goldens | found


def _said(dialog: bytes) -> bytes:
    """What the client says in a dialog (tests/gateway/intake/dialogs.py)."""
    said = []
    for line in dialog.decode().splitlines():
        mark, _, text = line.partition(" ")
        if mark == "C:":
            said.append(text.encode() + b"\r\n")
        elif mark == "R:":
            said.append(text.encode("latin-1").decode("unicode_escape").encode("latin-1"))
    return b"".join(said)
