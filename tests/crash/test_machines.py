"""Several machines on one PostgreSQL, of which one dies with work in hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from store import schema
from store.database import Database
from tests.crash.account import check, settle
from tests.crash.conftest import StartLoad
from tests.gateway.delivery.sink import Sink
from tests.servers.gateway import Gateway, StartGateway
from tests.servers.running import eventually

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]

TAKEN_OVER = 30.0 + 2.0
"""Seconds: a lease, and the time in which the others look once. From then on its mails are taken
one by one, since each of them might be what it died of."""


@pytest.mark.parametrize("machines", [2, 4])
def test_what_a_dead_machine_had_in_hand_is_taken_over(
    make_gateway: StartGateway,
    start_load: StartLoad,
    fresh_database: str,
    sink: Sink,
    machines: int,
) -> None:
    """Mails come in at each of them. None starts on the dead one's machine, so that its leases have
    to run out; the others begin on its mails after thirty seconds, and everything happens once."""
    way_out = f"smtp://127.0.0.1:{sink.port}"
    gateways = [make_gateway(store=fresh_database, delivery=way_out) for _ in range(machines)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(Gateway.start, gateways))
    database = Database(fresh_database)
    load = start_load(*(gateway.port for gateway in gateways))
    dead, *others = gateways
    eventually(lambda: _stopped_at_work(database, dead), "it has mails in hand", 60)
    name = f"-{dead.pid}-"
    dead.kill()
    held = _in_hand(database, name)
    assert held
    load.stop()
    eventually(lambda: held - _in_hand(database, name), "its mails are taken over", TAKEN_OVER)
    settle(others[0], database)
    check(others[0], database, sink, load.acknowledged)
    with database.read() as tx:
        inbox = schema.inbox.c
        again = tx.rows(select(inbox.interruptions).where(inbox.id.in_(held)))
    assert all(row.interruptions for row in again)
    assert all("event=handled" in gateway.log for gateway in others)
    database.dispose()
    print(f"{len(held)} mails in hand, {len(load.acknowledged)} in {load.tries} tries")


def _stopped_at_work(database: Database, gateway: Gateway) -> bool:
    """It does nothing any more and has at least two mails in hand: a commit that was on its way may
    still end one."""
    name = f"-{gateway.pid}-"
    if len(_in_hand(database, name)) < 2:
        return False
    gateway.freeze()
    if len(_in_hand(database, name)) >= 2:
        return True
    gateway.thaw()
    return False


def _in_hand(database: Database, name: str) -> set[int]:
    """The mails of an owner whose name has this in it."""
    inbox = schema.inbox.c
    query = select(inbox.id).where(inbox.state == "working", inbox.lease_owner.contains(name))
    with database.read() as tx:
        return {row.id for row in tx.rows(query)}
