"""What `make` says on a machine that lacks something, and that nothing is installed twice."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import environment


def test_an_old_python_is_named_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has Python 3.9 learns which one is needed and how to name it."""
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert "Python 3.11 or newer is needed" in environment.missing()
    assert "make PYTHON=" in environment.missing()


def test_a_python_without_venv_is_named_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pristine Debian has no ensurepip."""
    monkeypatch.setattr(builtins, "__import__", without("ensurepip"))
    assert "apt-get install python3-venv" in environment.missing()


def test_this_python_lacks_nothing() -> None:
    """Whoever runs the tests has what is needed."""
    assert environment.missing() == ""


def test_a_lock_is_installed_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Pip runs for a new lock and a changed one, not for a known one."""
    installed: list[str] = []
    (tmp_path / ".venv").mkdir()
    for lock in (environment.BUILD, "requirements.lock"):
        (tmp_path / lock).write_text("one==1\n")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "HOME", tmp_path / ".venv")
    monkeypatch.setattr(environment, "works", lambda: True)
    monkeypatch.setattr(environment, "install", lambda lock, *options: installed.append(lock))
    both = [environment.BUILD, "requirements.lock"]
    assert environment.main("requirements.lock") == 0
    assert environment.main("requirements.lock") == 0
    assert installed == both
    (tmp_path / "requirements.lock").write_text("one==2\n")
    environment.main("requirements.lock")
    assert installed == both * 2


def test_the_locks_name_no_registry() -> None:
    """They hold versions and hashes; where packages come from is the machine's affair."""
    for lock in Path(environment.__file__).parent.parent.glob("requirements*.lock"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert not any(word in text for word in ("http:", "https:", "file:", "index", "find-links"))


def without(name: str) -> Callable[..., object]:
    """An import that does not find one module."""
    real = builtins.__import__

    def find(wanted: str, *arguments: object) -> object:
        if wanted == name:
            raise ImportError(name)
        return real(wanted, *arguments)  # type: ignore[arg-type]

    return find
