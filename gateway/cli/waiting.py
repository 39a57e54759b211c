"""What `queue` and `quarantine` share: names of mails, showing them, doing something to each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, Wrong

if TYPE_CHECKING:
    from gateway.views.scalars import Json, Object
    from store.database import Transaction
    from store.inbox import InboxItem
    from store.outbox import OutboxItem

_NAME = re.compile(r"(in|out)?(\d{1,18})\Z", re.ASCII)

PAGE = 500
SHOWN = 4_000
"""Characters of a mail's text that `show` prints."""


def number_of(name: str, queue: str) -> int | None:
    """12 of `in12` for the queue `in`, or of a bare 12; None where it is another queue's."""
    found = _NAME.match(name.lower())
    if found is None:
        raise click.UsageError(f"{name!r} is no name of a mail here: in12 or out12")
    return int(found[2]) if found[1] in (None, queue) else None


def find(tx: Transaction, name: str, *, bare: str) -> InboxItem | OutboxItem:
    """The mail of that name; a `bare` number is of this queue. Raises Wrong if there is none."""
    from store import inbox, outbox

    name = f"{bare}{name}" if name.isdecimal() else name
    incoming, outgoing = number_of(name, "in"), number_of(name, "out")
    item: InboxItem | OutboxItem | None = None
    if incoming is not None:
        item = inbox.get(tx, incoming)
    elif outgoing is not None:
        item = outbox.get(tx, outgoing)
    if item is None:
        raise Wrong(f"there is no mail {name}")
    return item


def change_each(
    session: Session, names: Iterable[str], change: Callable[[Transaction, str], str | None]
) -> int:
    """Do it to every name, each by itself; `change` gives why not, or None. The exit code."""
    code = 0
    with session.database() as database:
        for name in dict.fromkeys(names):
            try:
                with database.transaction() as tx:
                    why_not = change(tx, name)
            except Wrong as wrong:
                why_not = wrong.format_message()
            click.echo(f"{name}: {why_not or 'done'}", err=bool(why_not))
            code = code or int(bool(why_not))
    return code


def print_item(session: Session, name: str, *, bare: str, as_json: bool, raw: bool) -> None:
    """One mail: how it stands, and what is in it; with `raw` its bytes as they are."""
    import sys

    from store import evidence

    with session.reading() as tx:
        item = find(tx, name, bare=bare)
        body = evidence.get(tx, item.raw)
    if raw:
        sys.stdout.buffer.write(body)
    else:
        _print(view(item), body, as_json)


def view(item: InboxItem | OutboxItem) -> Object:
    from gateway.views.work import incoming, outgoing
    from store.inbox import InboxItem

    return incoming(item) if isinstance(item, InboxItem) else outgoing(item)


def _print(item: Object, body: bytes, as_json: bool) -> None:
    from gateway.cli.screen import console, facts, print_json, visible
    from gateway.reading.parse import parse
    from gateway.values import Unreadable

    mail = parse(body)
    subject, text = None, f"cannot be read: {mail.reason}" if isinstance(mail, Unreadable) else ""
    if not isinstance(mail, Unreadable):
        subject, text = mail.subject, mail.new_text
    item |= {"subject": subject, "size": len(body)}
    if as_json:
        print_json(item)
        return
    console().print(facts({name: _cell(name, value) for name, value in item.items()}))
    click.echo(f"\n{visible(text[:SHOWN], one_line=False)}")


def print_items(
    session: Session,
    read: Callable[[Transaction], Sequence[Object]],
    columns: Sequence[str],
    empty: str,
    *,
    as_json: bool,
) -> None:
    """What `read` finds: JSON lines, or a table of the views with moments to the minute, in UTC."""
    from gateway.cli.screen import console, print_json_lines, table

    with session.reading() as tx:
        items = read(tx)
    if as_json:
        print_json_lines(items)
        return
    rows = [[_cell(name, item.get(name)) for name in columns] for item in items]
    console().print(table(columns, rows) if rows else empty)


def _cell(name: str, value: Json) -> object:
    from gateway.cli.screen import when

    if name.endswith("at") and isinstance(value, str):
        return when(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else value
