"""Shows a running gateway to those who watch it, from when it serves until it ends."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version

import structlog
from prometheus_client import GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR

from gateway.house import House
from gateway.intake.smtp import CannotListen
from gateway.measures import REGISTRY
from gateway.watching.collecting import StoreCollector
from gateway.watching.health import Health, Limits, Working, health, stuck
from gateway.watching.manager import notify, watchdog_pause
from gateway.watching.page import WatchPage

log = structlog.get_logger(__name__)


class Watching:
    """`/healthz`, `/metrics`, and signs of life for the service manager."""

    def __init__(
        self,
        house: Callable[[], House],
        loops: Sequence[Working],
        free_disk: Callable[[], int],
    ) -> None:
        self._house = house
        self._loops = loops
        self._free_disk = free_disk
        self._page: WatchPage | None = None
        self._ending = threading.Event()
        self._signs = threading.Thread(target=self._show_life, name="signs of life", daemon=True)

    def listen(self) -> str | None:
        """The address of the page. Raises CannotListen where the file names one that is taken; the
        default address belongs to whichever gateway of the machine came first."""
        watch = self._house().configuration.watch
        if watch.listen is None:
            return None
        page = WatchPage(watch.listen, REGISTRY, self.health)
        try:
            bound = page.start()
        except OSError as error:
            text = f"cannot listen on {watch.listen} for those who watch: {error}"
            if watch.asked_for:
                raise CannotListen(text) from error
            log.warning(text)
            return None
        for collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR, self._collector()):
            REGISTRY.register(collector)
        self._page = page
        return bound

    def start(self) -> None:
        """All that `serve` begins has begun."""
        notify(os.environ, "READY=1")
        self._signs.start()

    def stop(self) -> None:
        self._ending.set()
        notify(os.environ, "STOPPING=1")
        if self._page is not None:
            self._page.stop()

    def health(self) -> Health:
        configuration = self._house().configuration
        low = int(configuration.smtp.max_size * configuration.limits.free_disk)
        limits = Limits(free_disk=low)
        return health(self._house().database, self._loops, self._free_disk, limits)

    def _show_life(self) -> None:
        """Nothing is said while a loop hangs: then the manager begins anew. A store that is away
        comes back by itself, and to begin anew would not help."""
        pause = watchdog_pause(os.environ, os.getpid())
        while pause is not None and not self._ending.wait(pause):
            if not stuck(self._loops, Limits()):
                notify(os.environ, "WATCHDOG=1")

    def _collector(self) -> StoreCollector:
        try:
            number = version("deskpost")
        except PackageNotFoundError:  # run from its checkout, as documented
            number = "checkout"
        return StoreCollector(self._house, self._loops, number)
