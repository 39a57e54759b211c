"""`demo`: one ticket of a process, from its first mail to the survey."""

from __future__ import annotations

import importlib

import click


@click.command("demo")
@click.argument("process", required=False)
def command(process: str | None) -> int:
    """Play one ticket of PROCESS over real SMTP and show every mail."""
    from gateway.cli.screen import console

    code: int = importlib.import_module("gateway.demo").play(process, console())
    return code
