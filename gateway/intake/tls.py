"""The certificate of STARTTLS, read again when its file was renewed."""

from __future__ import annotations

import ssl
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)


class Certificate:
    """A certificate chain and its key, as PEM files."""

    def __init__(self, chain: Path, key: Path | None = None) -> None:
        """OSError (of which ssl.SSLError is one) where they cannot be used."""
        self._chain = chain
        self._key = key or chain
        self._context = self._load()
        self._loaded_at = self._changed_at()

    def context(self) -> ssl.SSLContext:
        """For the next connection: TLS 1.2 or newer. A broken renewal leaves the old one in use."""
        try:
            changed_at = self._changed_at()
            if changed_at != self._loaded_at:
                self._context, self._loaded_at = self._load(), changed_at
        except OSError as error:
            log.warning("certificate not renewed", chain=str(self._chain), error=str(error))
        return self._context

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # An encrypted key would ask for its password on the terminal: refuse it instead.
        context.load_cert_chain(self._chain, self._key, password=_no_password)
        return context

    def _changed_at(self) -> tuple[int, int]:
        return self._chain.stat().st_mtime_ns, self._key.stat().st_mtime_ns


def _no_password() -> str:
    raise OSError("the TLS key is encrypted; a server needs one without a password")
