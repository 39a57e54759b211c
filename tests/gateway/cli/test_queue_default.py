"""`queue` and `quarantine` without more list what there is."""

from __future__ import annotations

import pytest

from tests.gateway.cli.conftest import Shell


@pytest.mark.parametrize("verb", ["queue", "quarantine"])
def test_the_verb_alone_lists(verb: str, shell: Shell) -> None:
    """The same as `list`, as a table and as JSON."""
    assert shell(verb) == shell(verb, "list")
    assert shell(verb, "--json") == shell(verb, "list", "--json")
