"""What all tables share: names of constraints, and columns and conditions that recur."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, MetaData, String, text

from store.types import Id

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, *values: str) -> CheckConstraint:
    """The column holds one of these words, or NULL where it may."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of some rows alone. A query uses it that says `where` in the same words."""
    return Index(
        name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where)
    )


def raw_column() -> Column[str]:
    """The name of a mail's bytes."""
    return Column("raw", String(64), ForeignKey("evidence.sha256"), nullable=False)


def ticket_column(*, nullable: bool = False) -> Column[int]:
    """The number of the ticket that a row belongs to."""
    return Column("ticket", Id, ForeignKey("tickets.number"), nullable=nullable)
