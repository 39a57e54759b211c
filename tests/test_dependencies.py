"""Every library that the code imports is declared: none comes by way of another alone."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
OWN = {"gateway", "store", "rules", "run_gateway"}


def test_every_imported_library_is_declared() -> None:
    """Each module imported below the entry point belongs to Python, to us, or to pyproject.toml."""
    providers = packages_distributions()
    declared = declared_libraries()
    missing = {
        name: providers.get(name, ["not installed"])
        for name in imported() - OWN - set(sys.stdlib_module_names)
        if not {normal(provider) for provider in providers.get(name, [])} & declared
    }
    assert missing == {}


def imported() -> set[str]:
    """The first part of the name of everything that the code imports."""
    names = set()
    for package in ("gateway", "store", "rules"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names.add(node.module)
    return {name.partition(".")[0] for name in names}


def declared_libraries() -> set[str]:
    """The names in pyproject.toml's dependencies."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {normal(re.split(r"[^A-Za-z0-9._-]", line)[0]) for line in project["dependencies"]}


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()
