"""Writes the table of docs/commands.md anew from the commands that every process has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from rules.loading import COMMON_FILE, SHIPPED, Common, load_common  # noqa: E402 - the path first
from rules.process import Command  # noqa: E402
from rules.usage import usage  # noqa: E402

LANGUAGES = ("fr", "cs", "nl", "de")

PAGE = ROOT / "docs" / "commands.md"
BEGIN, END = "<!-- written by tools/command_guide.py: begin -->\n", "<!-- end -->\n"
HEAD = "| command | also | who | proof | does |\n| --- | --- | --- | --- | --- |\n"


def written(page: str) -> str:
    """The page with the table as the file of common commands has them now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def table() -> str:
    """A row for each command, in the order of the file."""
    file = SHIPPED / COMMON_FILE
    common = load_common(file.read_text(encoding="utf-8"), str(file))
    if not isinstance(common, Common):
        raise SystemExit("\n".join(map(str, common)))
    rows = [
        _row(name, spec, bool(common.data[name].get("by_process")))
        for name, spec in common.commands.items()
    ]
    return HEAD + "".join(rows)


def _row(name: str, spec: Command, by_process: bool) -> str:
    help_text = spec.help if isinstance(spec.help, str) else spec.help.get("en", "")
    cells = (
        f"`{usage(name, spec)}`{' *' if by_process else ''}".replace("|", "\\|"),
        ", ".join(f"`#{word}`" for word in dict.fromkeys(_others(name, spec))),
        ", ".join(spec.who),
        str(spec.act_class),
        help_text,
    )
    return f"| {' | '.join(cells)} |\n"


def _others(name: str, spec: Command) -> Iterator[str]:
    for language in ("en", *LANGUAGES):
        yield from (word for word in spec.alias.get(language, ()) if word != name)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
