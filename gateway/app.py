"""The only wiring: an installation out of its files, and a running gateway out of its parts."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import structlog

from gateway import accept as accepting
from gateway.accept import GroupAcceptor
from gateway.changes import Files
from gateway.checking import check_home
from gateway.configuration.opening import open_store
from gateway.configuration.settings import Configuration
from gateway.delivery.delivering import deliverers
from gateway.explaining import explain as explain_mail
from gateway.greeting import greeting
from gateway.handle.due import handle_order
from gateway.house import House
from gateway.intake.conversation import Settings
from gateway.intake.limits import Border, Limits
from gateway.intake.reception import House as IntakeHouse
from gateway.intake.smtp import SmtpService
from gateway.intake.tls import Certificate
from gateway.listing import Listing
from gateway.mailboxes import Mailboxes
from gateway.predecessors import owner_name, take_over
from gateway.render import Renderer, folders_of
from gateway.signin.tokens import Tokens, http_client
from gateway.stranding import stranded_by
from gateway.telling import Acted, told
from gateway.values import Channel, RawMail
from gateway.watching import Watching
from gateway.watching.canary import Canaries
from gateway.workers import Housekeeping, Loop, MovingOut, Processing, Timing, utc_now
from rules.faults import Unsound
from store import evidence
from store.database import Database
from store.durability import weakness
from store.errors import Conflict
from store.inbox import Receipt
from store.migrate import migrate

log = structlog.get_logger(__name__)

GRACE = 10.0
"""Seconds that conversations on their way may take after SIGTERM."""
LOOK = 2.0
"""Seconds between looks at the files of a home."""
MOVE = 5.0
"""Seconds between looks for mails that are to be moved out of the database."""
SENDERS = 4
"""Threads that deliver, each with a connection kept open."""


# --- an installation --------------------------------------------------------------------------


def load_house(
    home: Path,
    database: Database | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> House:
    """Everything that the files of a home say. Raises Unsound with every fault at once."""
    checked = check_home(home, os.environ)
    if checked.faults or checked.configuration is None or checked.people is None:
        raise Unsound(checked.faults)
    configuration = checked.configuration
    return House(
        configuration=configuration,
        people=checked.people,
        processes=checked.processes,
        renderer=Renderer(folders_of(home)),
        database=database or open_store(configuration.store, os.environ),
        clock=clock,
        random=secrets.token_bytes,
    )


def open_home(home: Path, *, create: bool = False) -> App:
    """An installation, ready to work. Raises Unsound, or StoreError where its store is away.

    Args:
        create: make the store, or bring it to this version.
    """
    house = load_house(home)
    if create:
        migrate(house.database)
        evidence.begin(house.database)
        if weak := weakness(house.database):
            log.error(weak)
    return App(home, house)


class App:
    """One installation: what the command line does with it."""

    def __init__(self, home: Path, house: House) -> None:
        self.home = home
        self.house = house

    @property
    def configuration(self) -> Configuration:
        return self.house.configuration

    def accept(self, mails: Sequence[RawMail], *, quiet: bool = False) -> list[Receipt]:
        """Durable when it returns; a receipt for each mail and desk. Raises StoreError."""
        desks = dict(self.house.desks)
        return accepting.accept(self.house.database, mails, desks, quiet=quiet)

    def act(self, number: int, text: str, address: str) -> Acted | None:
        """An operator's command on a ticket, by the roles of `address`; None: no such ticket."""
        for _ in range(8):
            with suppress(Conflict), self.house.database.transaction() as tx:
                done = handle_order(tx, self.house, number, text, address)
                break
        else:
            raise Conflict(f"ticket {number} is busy; try again")
        return told(self.house, done, address) if done else None

    def serve(self) -> int:
        """Until SIGTERM or SIGINT; the exit code. Raises Unsound where its files would strand open
        tickets."""
        faults = stranded_by(self.home, self.house)
        if faults:
            raise Unsound(faults)
        return Gateway(self).run()

    def close(self) -> None:
        self.house.database.dispose()


# --- a running gateway ------------------------------------------------------------------------


class Gateway:
    """One `serve`: intakes, processing, timers and delivery of an installation."""

    def __init__(self, app: App) -> None:
        self._home = app.home
        self._files = Files(app.home, app.house, load_house, self._queued)
        self._owner = owner_name()
        self._acceptor = GroupAcceptor(
            self.house().database, lambda: dict(self.house().desks), self._arrived
        )
        self._tokens = Tokens(
            self.house().database, self.house().clock, http_client, os.environ, self._owner
        )
        self._senders = deliverers(self.house, self._owner, SENDERS, self._tokens)
        self._delivering = [
            Loop(f"delivery-{n}", sender.work) for n, sender in enumerate(self._senders, 1)
        ]
        self._processing = Loop(
            "processing", Processing(self.house, self._owner, self._queued, self._home).work
        )
        self._timing = Loop("timing", Timing(self.house, self._queued).work)
        self._mailboxes = Mailboxes(
            self.house, self._owner, self._arrived, self._free_disk, self._tokens
        )
        self._loops = [
            self._processing,
            self._timing,
            Loop("digests", Listing(self.house, self._queued).work, pause=LOOK),
            Loop("housekeeping", Housekeeping(self.house, self._queued).work, pause=60.0),
            Loop("canaries", Canaries(self.house, self._queued).work, pause=5.0),
            Loop("files", self._files.look, pause=LOOK),
            Loop("mailboxes", self._mailboxes.work, pause=LOOK),
            *self._delivering,
        ]
        if self.house().database.objects is not None:
            self._loops.append(Loop("evidence", MovingOut(self.house).work, pause=MOVE))
        self._watching = Watching(self.house, self._loops, self._free_disk)

    def house(self) -> House:
        """The installation as its files say now."""
        return self._files.house

    def run(self) -> int:
        return asyncio.run(self._run())

    async def _run(self) -> int:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        take_over(self.house(), self._owner)
        self._acceptor.start()
        services = self._services()
        bound = [await service.start() for service in services]
        watched = self._watching.listen()
        for worker in self._loops:
            worker.start()
        self._announce(bound, watched)
        self._watching.start()
        warming = asyncio.create_task(asyncio.to_thread(self.house().renderer.warm))
        await stopping.wait()
        await warming
        log.info("stopping")
        self._watching.stop()
        for service in services:
            await service.stop(GRACE)
        await asyncio.to_thread(self._stop)
        return 0

    def _stop(self) -> None:
        self._acceptor.stop()
        threads = [threading.Thread(target=worker.stop) for worker in self._loops]
        threads += [threading.Thread(target=s.end, args=(GRACE,)) for s in self._senders]
        threads.append(threading.Thread(target=self._mailboxes.end, args=(GRACE,)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.house().database.dispose()

    def _services(self) -> list[SmtpService]:
        smtp, limits = self.house().configuration.smtp, self.house().configuration.limits
        settings = Settings(
            hostname=next(iter(self.house().desks.values())).domain,
            max_size=smtp.max_size,
            limits=Limits(
                connections=limits.connections,
                connections_per_peer=limits.connections_per_peer,
                errors=limits.errors,
                recipients=limits.recipients,
                data_line=limits.data_line,
                idle=limits.idle,
                whole_command=limits.whole_command,
                slowest=limits.slowest,
                free_disk=float(limits.free_disk),
            ),
        )
        house = IntakeHouse(self._acceptor, self.house().clock, time.monotonic, self._free_disk)
        border = Border(str(network) for network in self.house().configuration.trust.border)
        certificate = Certificate(smtp.tls_cert, smtp.tls_key) if smtp.tls_cert else None
        services = [
            SmtpService(house, settings, str(smtp.listen), border=border, certificate=certificate)
        ]
        if smtp.lmtp is not None:
            services.append(
                SmtpService(house, settings, str(smtp.lmtp), channel=Channel.LMTP, border=border)
            )
        return services

    def _free_disk(self) -> int:
        return shutil.disk_usage(self._home).free

    def _arrived(self) -> None:
        self._processing.wake()

    def _queued(self) -> None:
        for worker in self._delivering:
            worker.wake()

    def _announce(self, bound: Sequence[str], watched: str | None) -> None:
        log.info("serving", home=str(self._home), listening=list(bound), watching=watched)
        print(greeting(self.house(), bound, watched), flush=True)


# --- without a running gateway ----------------------------------------------------------------


def explain(home: Path | None, file: str, octets: bytes) -> Mapping[str, object]:
    """The object of `explain --json`; without a home what can be known of the mail alone."""
    return explain_mail(_looked_at(home) if home else None, file, octets, utc_now())


@lru_cache(maxsize=1)
def _looked_at(home: Path) -> House:
    """Loaded once, however many mails are explained."""
    return load_house(home)
