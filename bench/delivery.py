"""How many mails a second leave: from the outbox into a Maildir, and to a mail server.

    python -m bench.delivery [--mails 2000] [--threads 4] [--size 4000] [--store URL]

The server is a process of its own that takes every mail at once, so that ours is what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from gateway.app import load_house
from gateway.delivery.connecting import Relay
from gateway.delivery.delivering import Delivering
from gateway.delivery.maildir import MaildirSender
from gateway.delivery.submission import SmtpSender
from gateway.delivery.values import Sender
from gateway.delivery.wayout import WayOut
from gateway.house import House
from store import evidence, outbox
from store.database import Database
from store.migrate import migrate
from store.outbox import Outgoing

GATEWAY = '[[desk]]\naddress = "helpdesk@accel.example"\nprocess = "helpdesk"\n'


def main() -> None:
    arguments = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = arguments.store or f"sqlite:///{home / 'bench.db'}"
        house = _house(home, url)
        listener = socket.create_server(("127.0.0.1", 0))
        server = multiprocessing.get_context("fork").Process(target=_serve, args=(listener,))
        server.start()
        port = listener.getsockname()[1]
        try:
            _measure("Maildir", house, lambda: MaildirSender(home / "out"), arguments)
            relay = Relay("127.0.0.1", port, "bench.example")
            _measure("SMTP", house, lambda: SmtpSender(relay), arguments)
        finally:
            server.terminate()
            server.join()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="mails a second out of the outbox")
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--size", type=int, default=4000, help="octets of a mail")
    parser.add_argument("--store", help="URL of an empty store; a SQLite file where none is given")
    return parser.parse_args()


def _house(home: Path, url: str) -> House:
    (home / "gateway.toml").write_text(GATEWAY)
    (home / "people.yaml").write_text("staff: []\n")
    database = Database(url)
    migrate(database)
    return replace(load_house(home), database=database)


def _measure(
    name: str, house: House, sender: Callable[[], Sender], arguments: argparse.Namespace
) -> None:
    _fill(house, name, arguments.mails, arguments.size)
    way = WayOut(time.monotonic)
    workers = [
        Delivering(lambda: house, f"{name}-{n}", sender(), way) for n in range(arguments.threads)
    ]
    threads = [threading.Thread(target=_run, args=(house, worker)) for worker in workers]
    began, processor = time.monotonic(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, busy = time.monotonic() - began, time.process_time() - processor
    rate = arguments.mails / seconds
    print(f"{name}: {rate:.0f} mails a second, {1000 * busy / arguments.mails:.2f} ms of CPU each")


def _run(house: House, worker: Delivering) -> None:
    while True:
        if worker.work():
            continue
        with house.database.read() as tx:
            if not outbox.due(tx, house.clock()):
                return


def _fill(house: House, name: str, mails: int, size: int) -> None:
    now = datetime.now(UTC)
    for start in range(0, mails, 500):
        with house.database.transaction() as tx:
            numbers = range(start, min(start + 500, mails))
            bodies = [
                f"Subject: {name} {n}\r\n\r\n".encode() + b"x\r\n" * (size // 3) for n in numbers
            ]
            names = evidence.put_all(tx, bodies)
            outbox.add(
                tx,
                [_outgoing(f"{name}.{n}", raw, now) for n, raw in zip(numbers, names, strict=True)],
            )


def _outgoing(key: str, raw: str, now: datetime) -> Outgoing:
    return Outgoing(
        recipient=f"{key}@acme.example",
        envelope_from="helpdesk@accel.example",
        raw=raw,
        message_id=f"<{key}@accel.example>",
        created_at=now,
        due_at=now,
        give_up_at=now + timedelta(days=5),
    )


def _serve(listener: socket.socket) -> None:
    asyncio.run(_listen(listener))


async def _listen(listener: socket.socket) -> None:
    server = await asyncio.start_server(_converse, sock=listener)
    async with server:
        await server.serve_forever()


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 bench\r\n")
    while line := await reader.readline():
        if line.upper().startswith(b"DATA"):
            writer.write(b"354 go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 2.0.0 yes\r\n")
    writer.close()


if __name__ == "__main__":
    main()
