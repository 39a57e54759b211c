"""`explain`: what is read in a mail and would be done with it, changing nothing."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import click

from gateway.cli.frame import Session, as_json, pass_session


@click.command("explain")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@as_json
@pass_session
def command(session: Session, files: tuple[str, ...], as_json: bool) -> int:
    """Explain what is read in each mail FILE (- for standard input) and what would be done."""
    from gateway.app import explain
    from gateway.cli.screen import print_json

    session.start_logging()
    home = session.home if (session.home / "gateway.toml").exists() else None
    code = 0
    for file in files:
        try:
            octets = _octets(file)
        except OSError as error:
            click.echo(f"deskpost: {file}: {error.strerror}", err=True)
            code = 1
            continue
        explained = explain(home, file, octets)
        if as_json:
            print_json(explained)
        else:
            _print(explained)
    return code


def _octets(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    return Path(file).read_bytes()


def _print(mail: Mapping[str, object]) -> None:
    from rich.text import Text

    from gateway.cli.screen import console, facts, table, visible

    out = console()
    names = ("file", "kind", "from", "original_sender", "subject", "ticket", "sender_verified")
    out.print(facts({name.replace("_", " "): mail[name] for name in names}))
    out.print(Text(f"\n{visible(mail['new_text'], one_line=False)}".rstrip()))
    commands = cast(Sequence[Mapping[str, object]], mail["commands"])
    if commands:
        rows = [(c["line"], c["name"], _arguments(c["arguments"])) for c in commands]
        out.print(table(("command", "is", "with"), rows))
    for part in cast(Sequence[Mapping[str, object]], mail["attachments"]):
        out.print(
            Text(visible(f"attached: {part['name']} ({part['type']}, {part['size']} octets)"))
        )
    for title in ("problems", "would"):
        for line in cast(Sequence[str], mail[title]):
            out.print(Text(visible(f"{title.removesuffix('s')}: {line}")))
    out.print()


def _arguments(arguments: object) -> str:
    named = arguments if isinstance(arguments, Mapping) else {}
    return ", ".join(f"{name}: {value}" for name, value in named.items())
