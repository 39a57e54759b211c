"""`quarantine`: mails that wait for a person's judgement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, as_json, pass_session
from gateway.cli.waiting import PAGE, change_each, find, print_item, print_items, view

if TYPE_CHECKING:
    from gateway.views.scalars import Object
    from store.database import Transaction

COLUMNS = ("id", "reason", "from", "to", "desk", "at", "error")

names = click.argument("names", nargs=-1, required=True, metavar="ID...")


@click.group("quarantine", invoke_without_command=True)
@as_json
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Judge mails that were kept apart."""
    if context.invoked_subcommand is None:
        context.invoke(list_all, as_json=as_json)


@command.command("list")
@as_json
@pass_session
def list_all(session: Session, as_json: bool) -> None:
    """List what is in quarantine."""
    print_items(session, _items, COLUMNS, "nothing is in quarantine", as_json=as_json)


def _items(tx: Transaction) -> list[Object]:
    from store import quarantine

    found: list[Object] = []
    after = 0
    while items := quarantine.quarantined(tx, PAGE, after):
        found += map(view, items)
        after = items[-1].id
    return found


@command.command("show")
@click.argument("name", metavar="ID")
@click.option("--raw", is_flag=True, help="The mail's bytes as they are.")
@as_json
@pass_session
def show(session: Session, name: str, raw: bool, as_json: bool) -> None:
    """Show one mail and why it is here."""
    print_item(session, name, bare="in", as_json=as_json, raw=raw)


@command.command("retry")
@names
@pass_session
def retry(session: Session, names: tuple[str, ...]) -> int:
    """Look at it again, as if it had just come: it may come back here."""
    from store import quarantine

    return _judge(session, names, quarantine.retry)


@command.command("release")
@names
@pass_session
def release(session: Session, names: tuple[str, ...]) -> int:
    """Let it pass: it is not kept here again for the same reason."""
    from store import quarantine

    return _judge(session, names, quarantine.release)


@command.command("drop")
@names
@pass_session
def drop(session: Session, names: tuple[str, ...]) -> int:
    """Set it aside for good; its bytes are kept."""
    from store import quarantine

    return _judge(session, names, quarantine.drop)


def _judge(
    session: Session,
    names: tuple[str, ...],
    judge: Callable[[Transaction, int, datetime], bool],
) -> int:
    now = session.clock()

    def change(tx: Transaction, name: str) -> str | None:
        from store.inbox import Disposition, InboxItem

        item = find(tx, name, bare="in")
        if not isinstance(item, InboxItem) or item.disposition is not Disposition.QUARANTINED:
            return "is not in quarantine"
        return None if judge(tx, item.id, now) else "is not in quarantine any more"

    return change_each(session, names, change)
