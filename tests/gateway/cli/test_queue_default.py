"""`queue` and `quarantine` without more list what there is."""

from __future__ import annotations

import pytest

from tests.gateway.cli.conftest import Shell


@pytest.mark.parametrize("verb", ["queue", "quarantine"])
def test_the_verb_alone_lists(verb: str, filled: Shell) -> None:
    """The same as `list`, as a table and as JSON."""
    assert filled(verb) == filled(verb, "list")
    assert filled(verb)[0] == 0
    assert filled(verb, "--json") == filled(verb, "list", "--json")
