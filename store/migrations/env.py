"""What Alembic runs; the connection comes from `store.migrate`."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from store.schema import metadata


def _render(kind: str, value: Any, _context: AutogenContext) -> str | Literal[False]:
    """Column types by what the database sees: a revision does not change with `store.types`."""
    if kind != "type" or not isinstance(value, TypeDecorator):
        return False
    return f"sa.{value.impl_instance!r}"


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=_render,
)
context.run_migrations()  # in the transaction of whoever migrates
