"""The power goes: of each file only what was synced is sure to be there.

strace writes down each write and each sync of a running gateway. From that the files are put
together as a disk may have them after a power cut: all that was synced, and of the writes since
then none, or any of them.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from store import schema
from store.audit import audit
from store.database import Database
from tests.crash.load import mail, send
from tests.crash.strace import Call, calls, detach, traced
from tests.servers.gateway import StartGateway

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(300)]

MAILS = 5
TRACED = ("pwrite64", "fsync", "fdatasync", "ftruncate", "sendto")
TAKEN = b"250 2.0.0 "
_NOW = datetime.now(UTC)
_PROCESSES = text("SELECT pid FROM pg_stat_activity")


def test_a_power_cut_loses_nothing_that_was_acknowledged(
    start_gateway: StartGateway, tmp_path: Path
) -> None:
    """At the moment of each 250 the bytes of that mail are synced; and whatever a disk made of the
    writes since then, the database opens with all mails that were acknowledged, and is sound."""
    gateway = start_gateway()
    log, before = tmp_path / "calls", tmp_path / "before"
    tracer = traced([gateway.pid], log, TRACED, 100_000)
    before.mkdir()
    for name in ("gateway.db", "gateway.db-wal"):
        shutil.copy(gateway.home / name, before)
    for number in range(MAILS):
        assert "250 2.0.0" in send(gateway, mail(number))
    detach(tracer)
    gateway.kill()
    chance = random.Random(1)
    moments = list(_moments(before, list(calls(log)), chance))
    assert len(moments) >= 2 * MAILS
    for number, (taken, files) in enumerate(moments):
        _opens_with(tmp_path / f"disk{number}", files, taken)


def test_a_server_has_synced_what_was_acknowledged(
    start_gateway: StartGateway, fresh_database: str, tmp_path: Path
) -> None:
    """PostgreSQL has the bytes of a mail in its log of writes (WAL), and that on the disk, before
    each 250; what it makes of its log after a power cut is its own promise."""
    gateway = start_gateway(store=fresh_database)
    assert "250 2.0.0" in send(gateway, mail(MAILS))  # its connections are made by then
    gateway.settled()
    log = tmp_path / "calls"
    tracer = traced([gateway.pid, *_server(fresh_database)], log, TRACED, 1_000_000)
    for number in range(MAILS):
        assert "250 2.0.0" in send(gateway, mail(number))
    detach(tracer)
    written, synced, taken = b"", b"", 0
    for call in calls(log):
        if call.name == "sendto" and call.octets.startswith(TAKEN):
            # One of them may stand across two pages of the log, with a header in between.
            words = (mail(taken).message_id, mail(taken).sender)
            assert any(word.encode() in synced for word in words)
            taken += 1
        elif "/pg_wal/" in call.path and call.name == "pwrite64":
            written += call.octets
        elif "/pg_wal/" in call.path:
            synced, written = synced + written, b""
    assert taken == MAILS


def _server(url: str) -> list[int]:
    """The processes of the database server; those to come are children of the first."""
    database = Database(url)
    with database.read() as tx:
        pids = list(tx.execute(_PROCESSES).scalars())
        own = tx.scalar(text("SELECT pg_backend_pid()"))
    database.dispose()
    parent = re.search(
        r"^PPid:\s+(\d+)$", Path(f"/proc/{pids[0]}/status").read_text(), re.MULTILINE
    )
    assert parent is not None
    return [int(parent[1]), *(pid for pid in pids if pid != own)]


Files = dict[str, bytes]


def _moments(before: Path, seen: list[Call], chance: random.Random) -> Iterator[tuple[int, Files]]:
    """What a disk may have at each 250 and at some moments between: how many mails were
    acknowledged by then, and the files."""
    synced = {path.name: bytearray(path.read_bytes()) for path in before.iterdir()}
    since: dict[str, list[Call]] = {name: [] for name in synced}
    taken = 0
    for call in seen:
        name = Path(call.path).name
        if call.name == "sendto" and call.octets.startswith(TAKEN):
            taken += 1
            yield taken, {n: bytes(octets) for n, octets in synced.items()}
            yield taken, _with_some(synced, since, chance)
        elif name in synced and call.name in ("fsync", "fdatasync"):
            for write in since[name]:
                _apply(synced[name], write)
            since[name] = []
        elif name in synced:
            since[name].append(call)
            if chance.random() < 0.02:
                yield taken, _with_some(synced, since, chance)


def _with_some(
    synced: dict[str, bytearray], since: dict[str, list[Call]], chance: random.Random
) -> Files:
    """Of the writes since the last sync of a file some have reached the disk."""
    files = {}
    for name, octets in synced.items():
        disk = bytearray(octets)
        for write in since[name]:
            if chance.random() < 0.5:
                _apply(disk, write)
        files[name] = bytes(disk)
    return files


def _apply(octets: bytearray, write: Call) -> None:
    if write.name == "ftruncate":
        (length,) = write.numbers
        del octets[length:]
        return
    offset = write.numbers[-1]
    octets.extend(bytes(max(0, offset - len(octets))))
    octets[offset : offset + len(write.octets)] = write.octets


def _opens_with(folder: Path, files: Files, taken: int) -> None:
    folder.mkdir()
    for name, octets in files.items():
        (folder / name).write_bytes(octets)
    database = Database(f"sqlite:///{folder / 'gateway.db'}")
    with database.read() as tx:
        senders = set(tx.execute(select(schema.inbox.c.mail_from)).scalars())
    assert {mail(number).sender for number in range(taken)} <= senders
    assert [fault for found in audit(database, _NOW) for fault in found.faults] == []
    database.dispose()
