"""Address fields become mailboxes; a From is believed only without any doubt."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.reading import addresses, headers, problems
from gateway.reading.bounds import STANDARD

BOSS, ATTACK = "boss@victim.example", "a@attack.example"


def sender_of(*values: str) -> addresses.Sender:
    return addresses.sender(headers.Headers(tuple(("from", value) for value in values)))


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("jan@acme.example", "", "jan@acme.example"),
        ("Jan Maes <Jan@ACME.example>", "Jan Maes", "jan@acme.example"),
        ('"Maes, Jan" <jan@acme.example>', "Maes, Jan", "jan@acme.example"),
        ("jan@acme.example (Jan Maes)", "Jan Maes", "jan@acme.example"),
        ("<jan@acme.example>", "", "jan@acme.example"),
        ("Dr. J. Maes <jan@acme.example>", "Dr. J. Maes", "jan@acme.example"),
        ("Jan [Acme] <jan@acme.example>", "Jan [Acme]", "jan@acme.example"),
        ("jan@acme.example <jan@acme.example>", "jan@acme.example", "jan@acme.example"),
        (f'"{BOSS}" <{ATTACK}>', BOSS, ATTACK),
        (f"=?utf-8?Q?{BOSS.replace('@', '=40')}?= <{ATTACK}>", BOSS, ATTACK),
        ('"jan.maes"@acme.example', "", "jan.maes@acme.example"),
        ("Jan <jan@fußball.example>", "Jan", "jan@xn--fuball-cta.example"),
        ("Jan <jan@BÜCHER.example>", "Jan", "jan@xn--bcher-kva.example"),
        ("Jan <jan@[192.0.2.1]>", "Jan", "jan@[192.0.2.1]"),
        ("=?gb2312?B?6Oo=?= <jan@acme.example>", "桕", "jan@acme.example"),
        ("Jan\r\n <jan@acme.example>", "Jan", "jan@acme.example"),
        ("jan@acme.example,", "", "jan@acme.example"),
    ],
)
def test_believed(value: str, name: str, address: str) -> None:
    """What has one reading has a sender, lower-case, its domain in ASCII."""
    found = sender_of(value)
    assert found.problems == ()
    assert found.only is not None
    assert (found.only.name, found.only.address) == (name, address)


@pytest.mark.parametrize(
    "value",
    [
        f"{BOSS} <{ATTACK}>",
        f"{BOSS}\t<{ATTACK}>",
        f"Boss {BOSS} <{ATTACK}>",
        f"{BOSS}:<{ATTACK}>;",
        f"Boss:<{ATTACK}>;",
        f"Boss:{ATTACK};",
        f"{BOSS}:{ATTACK};",
        f"<{BOSS}> <{ATTACK}>",
        f"<{BOSS}><{ATTACK}>",
        f"<{ATTACK}> {BOSS}",
        f"<{BOSS}",
        f"{BOSS}>",
        f"{BOSS}\0<{ATTACK}>",
        f"(<{BOSS}> <{ATTACK}>",
        f'"<{BOSS}> <{ATTACK}>',
        f"<@victim.example:{ATTACK}>",
        f'"{BOSS}"@attack.example',
        f'"{BOSS}> x"@attack.example',
        f"boss@victim.example@{ATTACK}",
        f"=?utf-8?Q?{BOSS.replace('@', '=40')}=3C?=@attack.example",
        "boss@victim.example\\@attack.example",
        "boss@",
        "@victim.example",
        "boss",
        "<>",
        "",
        "boss\u200b@victim.example",
        "boss@victim.example.",
        "\u212aate@acme.example",
    ],
)
def test_not_believed(value: str) -> None:
    """What another program may read as someone else has no sender (security.md, fact 4)."""
    found = sender_of(value)
    assert found.only is None
    assert found.problems == (problems.MALFORMED_FROM,)


@pytest.mark.parametrize(
    "values", [(BOSS, ATTACK), (BOSS, BOSS), (f"{BOSS}, {ATTACK}",), (BOSS, "")]
)
def test_several(values: tuple[str, ...]) -> None:
    """Two From fields, or two mailboxes in one, are nobody in particular."""
    found = sender_of(*values)
    assert found.only is None
    assert found.problems == (problems.SEVERAL_FROM,)


def test_none() -> None:
    """Without a From there is no sender, and that is said."""
    assert sender_of() == addresses.Sender(None, (), (problems.NO_FROM,))


def test_lists() -> None:
    """Every address of every field once, groups opened, odd ones left out."""
    block = headers.Headers(
        (
            ("to", "A <a@x.example>, undisclosed-recipients:;, b@x.example, nonsense,"),
            ("to", "Team: c@x.example, a@x.example;"),
        )
    )
    found = [box.address for box in addresses.boxes(block, "to")]
    assert found == ["a@x.example", "b@x.example", "c@x.example", "a@x.example"]


def test_cap() -> None:
    """No more than 1,000 addresses are read."""
    value = ",".join(f"a{number}@x.example" for number in range(3000))
    assert len(addresses.boxes(headers.Headers((("to", value),)), "to")) == STANDARD.addresses


SPECIAL = st.text(alphabet='<>@,:;()"\\[] .=?\t\r\n\0ab=', max_size=12)


@given(SPECIAL, SPECIAL, SPECIAL)
@example("", " <", ">")
def test_never_the_boss(before: str, between: str, after: str) -> None:
    """Around two addresses no punctuation makes the first one the sender where a reader that
    takes the angle brackets sees the second."""
    value = f"{before}{BOSS}{between}{ATTACK}{after}"
    found = sender_of(value)
    if f"<{ATTACK}>" in value and "(" not in value and '"' not in value and "\\" not in value:
        assert found.only is None or found.only.address == ATTACK


@given(st.text(max_size=200))
def test_never_raises(value: str) -> None:
    """Any text is an address field."""
    for box in addresses.parse_field(value).boxes:
        assert box.address == box.address.lower()
        assert box.address.isprintable()
