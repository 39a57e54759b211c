"""The option that writes what is expected."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--scenario-write",
        action="store_true",
        help="write the `out` files of scenarios from the mails that leave, for a person to review",
    )
