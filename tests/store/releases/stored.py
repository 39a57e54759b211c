"""The stores that released versions left behind, as `make.py` wrote them down."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

_HERE = Path(__file__).parent
RELEASED = sorted(path.name.partition(".")[0] for path in _HERE.glob("*.sqlite.sql.gz"))
"""Their revisions."""


def fill(url: str, name: str) -> None:
    """Makes the tables and rows that the version left behind in an empty database."""
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    text = gzip.decompress((_HERE / f"{name}.{kind}.sql.gz").read_bytes()).decode()
    if kind == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(text)
        return
    with psycopg.connect(url.replace("+psycopg", "")) as server:
        server.execute(text.encode())
