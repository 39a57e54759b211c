"""What the drivers of SQLite and PostgreSQL raise, as `store.errors` says it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from store.errors import Conflict, OutcomeUnknown, StoreError, StoreRefused, StoreUnavailable

_AGAIN = {"40001", "40P01", "23505", "42P07"}
"""SQLSTATE: serialization failure, deadlock, unique key taken meanwhile, table made meanwhile."""
_UNKNOWN = "40003"
"""SQLSTATE: statement completion unknown; distributed databases say so of a commit."""
_LATER = ("08", "25006", "53", "55", "57", "58")
"""SQLSTATEs that begin so: connection, read-only transaction, resources, object not ready, operator
intervention, system error."""
_SQLITE_LATER = {5, 6, 7, 8, 10, 13, 14, 15}
"""busy, locked, no memory, read-only, I/O error, full, cannot open, locking protocol"""


@contextmanager
def translated(*, committing: bool = False) -> Iterator[None]:
    """What the block raises leaves as a StoreError. `committing`: a lost connection leaves open
    whether it was kept."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable("all connections to the database are in use") from error
    except DBAPIError as error:
        raise _translation(error, committing) from error
    except StatementError as error:  # a value that no column takes
        raise StoreRefused(" ".join(str(error.orig).split())) from error


def _translation(error: DBAPIError, committing: bool) -> StoreError:
    said = " ".join(str(error.orig).split())
    if _is_again(error.orig):
        return Conflict(said)
    lost = committing and error.connection_invalidated
    if lost or getattr(error.orig, "sqlstate", None) == _UNKNOWN:
        return OutcomeUnknown(said)
    if error.connection_invalidated or _is_later(error):
        return StoreUnavailable(said)
    return StoreRefused(said)


def _is_again(error: BaseException | None) -> bool:
    # pysqlite3 has no extended error codes.
    unique = str(error).startswith("UNIQUE constraint failed")
    return unique or getattr(error, "sqlstate", None) in _AGAIN


def _is_later(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & 0xFF in _SQLITE_LATER
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # no answer from a server at all
        return isinstance(error, OperationalError | InterfaceError)
    return str(state).startswith(_LATER)
