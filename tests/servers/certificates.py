"""Certificates for tests, made by the openssl program: no library of ours has to be able to."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.servers.running import program


class Certificate(NamedTuple):
    """PEM files. The certificate signs itself: it is its own authority (`cafile=certificate`)."""

    certificate: Path
    key: Path


def self_signed(folder: Path, *, key_mode: int = 0o600) -> Certificate:
    """A certificate for localhost and 127.0.0.1 in `folder`, valid for a day."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    command = [program("openssl", "openssl"), "req", "-x509", "-nodes", "-days", "1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", str(made.key)]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(
        [*command, *key, *names, "-out", str(made.certificate)],
        check=True,
        capture_output=True,
        timeout=30,
    )
    made.key.chmod(key_mode)
    return made
