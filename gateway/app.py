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
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import structlog

from gateway import accept as accepting
from gateway.accept import GroupAcceptor
from gateway.checking import Checked, check_home
from gateway.configuration.opening import open_store
from gateway.configuration.settings import Configuration
from gateway.delivery.delivering import deliverers
from gateway.explaining import explain as explain_mail
from gateway.greeting import greeting
from gateway.handle.due import handle_order
from gateway.handle.operators import tell_operators
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
from gateway.stranding import stranded
from gateway.telling import Acted, told
from gateway.values import Channel, RawMail
from gateway.watching import Watching
from gateway.watching.canary import Canaries
from gateway.workers import Housekeeping, Loop, MovingOut, Processing, Timing, utc_now
from rules.faults import Fault, Unsound
from store import brakes, evidence
from store.database import Database, is_made
from store.errors import Conflict, StoreOutdated
from store.inbox import Receipt
from store.migrate import check_schema, migrate

log = structlog.get_logger(__name__)

GRACE = 10.0
"""Seconds that conversations on their way may take after SIGTERM."""
LOOK = 2.0
"""Seconds between looks at the files of a home."""
MOVE = 5.0
"""Seconds between looks for mails that are to be moved out of the database."""
SENDERS = 4
"""Threads that deliver, each with a connection kept open."""
_TOLD = 20
"""Faults that a mail to the operators lists; the log has all."""


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
        faults = _stranded(self.home, self.house)
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
        self._house = app.house
        self._owner = owner_name()
        self._stamps = _stamps(self._home)
        self._refused: House | None = None
        """Changed files that would strand open tickets."""
        self._acceptor = GroupAcceptor(
            self._house.database, lambda: dict(self._house.desks), self._arrived
        )
        self._tokens = Tokens(
            self._house.database, self._house.clock, http_client, os.environ, self._owner
        )
        self._senders = deliverers(self.house, self._owner, SENDERS, self._tokens)
        self._delivering = [
            Loop(f"delivery-{n}", sender.work) for n, sender in enumerate(self._senders, 1)
        ]
        self._processing = Loop(
            "processing", Processing(self.house, self._owner, self._queued).work
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
            Loop("files", self._look, pause=LOOK),
            Loop("mailboxes", self._mailboxes.work, pause=LOOK),
            *self._delivering,
        ]
        if self._house.database.objects is not None:
            self._loops.append(Loop("evidence", MovingOut(self.house).work, pause=MOVE))
        self._watching = Watching(self.house, self._loops, self._free_disk)

    def house(self) -> House:
        """The installation as its files say now."""
        return self._house

    def run(self) -> int:
        return asyncio.run(self._run())

    async def _run(self) -> int:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        take_over(self._house, self._owner)
        self._acceptor.start()
        services = self._services()
        bound = [await service.start() for service in services]
        watched = self._watching.listen()
        for worker in self._loops:
            worker.start()
        self._announce(bound, watched)
        self._watching.start()
        warming = asyncio.create_task(asyncio.to_thread(self._house.renderer.warm))
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
        self._house.database.dispose()

    def _services(self) -> list[SmtpService]:
        smtp, limits = self._house.configuration.smtp, self._house.configuration.limits
        settings = Settings(
            hostname=next(iter(self._house.desks.values())).domain,
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
        house = IntakeHouse(self._acceptor, self._house.clock, time.monotonic, self._free_disk)
        border = Border(str(network) for network in self._house.configuration.trust.border)
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
        print(greeting(self._house, bound, watched), flush=True)

    # --- files that change ---

    def _look(self) -> bool:
        """Takes up changed files that pass; says what is wrong with those that do not."""
        stamps = _stamps(self._home)
        if stamps != self._stamps:
            self._stamps, self._refused = stamps, None
            self._read_again()
        elif self._refused is not None:
            # The tickets that it would have stranded may have gone on.
            self._take_up(self._refused)
        return False

    def _read_again(self) -> None:
        try:
            fresh = load_house(self._home, self._house.database, self._house.clock)
        except Unsound as unsound:
            _log_faults(unsound.faults)
        else:
            self._take_up(fresh)

    def _take_up(self, fresh: House) -> None:
        """The house is the fresh one from now on, unless that would strand open tickets."""
        faults = _stranded(self._home, fresh)
        if faults:
            if self._refused is None:
                _log_faults(faults)
                self._tell_refused(faults)
            self._refused = fresh
            return
        # Where it listens, stores and delivers stays as it was started.
        configuration = replace(
            fresh.configuration,
            store=self._house.configuration.store,
            smtp=self._house.configuration.smtp,
            watch=self._house.configuration.watch,
            delivery=self._house.configuration.delivery,
        )
        self._house, self._refused = replace(fresh, configuration=configuration), None
        log.info("changed files taken up")

    def _tell_refused(self, faults: Sequence[Fault]) -> None:
        """One mail for one change, whichever of several processes sees it first."""
        house = self._house
        key = "refused change " + sha256("\n".join(map(str, faults)).encode()).hexdigest()
        details = {f"{n}": str(fault) for n, fault in enumerate(faults[:_TOLD], 1)}
        with house.database.transaction() as tx:
            if brakes.tell_once(tx, key, house.clock()):
                desk = next(iter(house.desks.values()))
                tell_operators(tx, house, desk, "refused_change", details)
        self._queued()


def _log_faults(faults: Sequence[Fault]) -> None:
    for fault in faults:
        log.error("changed files are not taken up", fault=str(fault))


def _stranded(home: Path, house: House) -> tuple[Fault, ...]:
    with house.database.read() as tx:
        return stranded(tx, home, house.processes, house.desks)


def stranded_in(home: Path, checked: Checked) -> tuple[Fault, ...]:
    """What `serve` would refuse of files that are sound by themselves. Raises StoreError.

    A store that is not made yet has no tickets; one of another version is not looked at.
    """
    configuration = checked.configuration
    if checked.faults or configuration is None or not is_made(configuration.store.url):
        return ()
    database = open_store(configuration.store, os.environ)
    try:
        check_schema(database)
        with database.read() as tx:
            return stranded(tx, home, checked.processes, configuration.desks)
    except StoreOutdated:
        return ()
    finally:
        database.dispose()


def _stamps(home: Path) -> Mapping[str, tuple[int, int]]:
    """When the files that make an installation changed last, and their sizes."""
    files = [home / "gateway.toml", home / "people.yaml"]
    for folder in (home / "rules", home / "templates"):
        files += sorted(path for path in folder.rglob("*") if path.is_file())
    found = {}
    for file in files:
        with suppress(OSError):
            stat = file.stat()
            found[str(file)] = (stat.st_mtime_ns, stat.st_size)
    return found


# --- without a running gateway ----------------------------------------------------------------


def explain(home: Path | None, file: str, octets: bytes) -> Mapping[str, object]:
    """The object of `explain --json`; without a home what can be known of the mail alone."""
    return explain_mail(_looked_at(home) if home else None, file, octets, utc_now())


@lru_cache(maxsize=1)
def _looked_at(home: Path) -> House:
    """Loaded once, however many mails are explained."""
    return load_house(home)
