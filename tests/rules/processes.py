"""What tests of processes share: the shipped ones, and how a text is loaded."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path

from rules.faults import Fault
from rules.loading import COMMON_FILE, SHIPPED, Common, load, load_common, load_processes
from rules.process import Process

GOLDENS = Path(__file__).parents[1] / "goldens" / "processes"
_LANGUAGES = ("en", "fr", "cs", "nl", "de")
_TEMPLATES = {
    "acknowledgement": _LANGUAGES,
    "quote": _LANGUAGES,
    "quote_again": _LANGUAGES,
    "quote.typ": _LANGUAGES,
    "invoice_notice.typ": _LANGUAGES,
    "closed": _LANGUAGES,
    "digest": _LANGUAGES,
    "half": ("nl",),
}


def templates(name: str) -> Collection[str]:
    """A few templates: some in every language, and `half` in Dutch alone."""
    return _TEMPLATES.get(name, ())


@cache
def common() -> Common:
    path = SHIPPED / COMMON_FILE
    loaded = load_common(path.read_text("utf-8"), path.name)
    assert isinstance(loaded, Common), loaded
    return loaded


@cache
def shipped(name: str) -> Process:
    processes, faults = load_processes()
    assert not faults, "\n".join(map(str, faults))
    return processes[name]


def load_text(text: str, file: str) -> Process | tuple[Fault, ...]:
    return load(text, file, common=common(), templates=templates)
