"""`demo`: one ticket of a process, from its first mail to the survey."""

from __future__ import annotations

import importlib

import click


class _Demo(click.Command):
    """Its help names the processes that have a demo, by the files that there are."""

    def format_epilog(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        from gateway.demo.script import names

        first, *others = names()
        with formatter.section("PROCESS is one of"):
            formatter.write_dl(
                [(first, "what is played where none is said"), *((n, "") for n in others)]
            )


@click.command("demo", cls=_Demo)
@click.argument("process", required=False)
def command(process: str | None) -> int:
    """Play one ticket of PROCESS over real SMTP and show every mail."""
    from gateway.cli.screen import console

    code: int = importlib.import_module("gateway.demo").play(process, console())
    return code
