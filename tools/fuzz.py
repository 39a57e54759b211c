"""Fuzzing by atheris, which is no dependency: `pip install atheris` somewhere, then

    make fuzz TARGET=mail SECONDS=600 FUZZ_PYTHON=/path/to/that/python

What brings an error to light is written into var/fuzz as crash-*; mended, it belongs into
tests/goldens/fuzz as `<target>-<what it is>`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

MODULES = ["gateway", "rules", "mailparser", "aiosmtpd", "authres"]
"""What is instrumented: ours, and the libraries that read what strangers write."""

with atheris.instrument_imports(include=MODULES):
    from tests.fuzz.corpus import seeds
    from tests.fuzz.targets import TARGETS


def main(target: str, folder: str, seconds: str) -> None:
    corpus = Path(folder, target)
    corpus.mkdir(parents=True, exist_ok=True)
    for name, octets in seeds(target).items():
        (corpus / name.replace("/", "_")).write_bytes(octets)
    options = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=8000"]
    found = f"-artifact_prefix={folder}/{target}-"
    atheris.Setup([sys.argv[0], *options, found, str(corpus)], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:4])
