"""`queue`: mails on their way in or out, and those given up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, as_json, pass_session
from gateway.cli.waiting import PAGE, change_each, find, print_item, print_items, view

if TYPE_CHECKING:
    from gateway.views.scalars import Object
    from store.database import Transaction

GIVE_UP_AFTER = timedelta(days=5)
"""Of a delivery that a person asks for anew (RFC 5321, 4.5.4.1: four to five days)."""

COLUMNS = ("id", "state", "from", "to", "ticket", "at", "due_at", "attempts", "error")

names = click.argument("names", nargs=-1, required=True, metavar="ID...")


@click.group("queue", invoke_without_command=True)
@as_json
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Look at and move mails that wait to be processed (in…) or delivered (out…)."""
    if context.invoked_subcommand is None:
        context.invoke(list_all, as_json=as_json)


@command.command("list")
@as_json
@pass_session
def list_all(session: Session, as_json: bool) -> None:
    """List what waits, is in work or was given up."""
    print_items(session, _items, COLUMNS, "nothing waits", as_json=as_json)


def _items(tx: Transaction) -> list[Object]:
    from store import inbox, outbox

    found: list[Object] = []
    for page in (inbox.unfinished, outbox.undelivered):
        offset = 0
        while items := page(tx, PAGE, offset):
            found += map(view, items)
            offset += len(items)
    after = 0
    while failed := outbox.failed(tx, PAGE, after):
        found += map(view, failed)
        after = failed[-1].id
    return found


@command.command("show")
@click.argument("name", metavar="ID")
@click.option("--raw", is_flag=True, help="The mail's bytes as they are.")
@as_json
@pass_session
def show(session: Session, name: str, raw: bool, as_json: bool) -> None:
    """Show one mail and how it stands."""
    print_item(session, name, bare="out", as_json=as_json, raw=raw)


@command.command("retry")
@names
@pass_session
def retry(session: Session, names: tuple[str, ...]) -> int:
    """Process or deliver it now, also what was given up."""
    now = session.clock()

    def change(tx: Transaction, name: str) -> str | None:
        from store import outbox, quarantine
        from store.inbox import InboxItem

        item = find(tx, name, bare="out")
        if isinstance(item, InboxItem):
            done = quarantine.retry(tx, item.id, now)
        else:
            done = outbox.retry(tx, item.id, now, now + GIVE_UP_AFTER)
        return None if done else f"is {item.state}: there is nothing to retry"

    return change_each(session, names, change)


@command.command("release")
@names
@pass_session
def release(session: Session, names: tuple[str, ...]) -> int:
    """Take it out of the hands of a process that died, with all else that this one had."""

    def change(tx: Transaction, name: str) -> str | None:
        from store import claims, outbox
        from store.inbox import InboxItem

        item = find(tx, name, bare="out")
        if item.lease_owner is None:
            return f"is {item.state}: nobody has it in hand"
        hand_back = claims.hand_back if isinstance(item, InboxItem) else outbox.hand_back
        hand_back(tx, item.lease_owner)
        return None

    return change_each(session, names, change)


@command.command("drop")
@names
@pass_session
def drop(session: Session, names: tuple[str, ...]) -> int:
    """Give a mail up that waits to be delivered; it stays on its ticket."""
    now = session.clock()

    def change(tx: Transaction, name: str) -> str | None:
        from store import outbox
        from store.inbox import InboxItem

        item = find(tx, name, bare="out")
        if isinstance(item, InboxItem):
            return "what came in is never dropped before it was read"
        return None if outbox.drop(tx, item.id, now) else f"is {item.state}: it does not wait"

    return change_each(session, names, change)
