"""Single values, from how people write them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.configuration import scalars
from gateway.configuration.freemail import is_free_mail
from gateway.configuration.scalars import Rate, TcpAddress, Unfit
from gateway.configuration.secrets import SecretMissing, database_url, password
from gateway.configuration.settings import Secret, Store


@pytest.mark.parametrize(
    ("read", "given", "value"),
    [
        (scalars.size, "35MB", 35_000_000),
        (scalars.size, "64 kB", 64_000),
        (scalars.size, "1MiB", 1_048_576),
        (scalars.size, "500 b", 500),
        (scalars.size, 4096, 4096),
        (scalars.speed, "500B/s", 500),
        (scalars.speed, "1kB/s", 1_000),
        (scalars.span, "60s", 60),
        (scalars.span, "5min", 300),
        (scalars.span, "1h", 3_600),
        (scalars.span, "2 days", 172_800),
        (scalars.rate, "3/10min", Rate(3, 600)),
        (scalars.rate, "12/day", Rate(12, 86_400)),
        (scalars.rate, "60 / h", Rate(60, 3_600)),
        (scalars.rate, "0/s", Rate(0, 1)),
        (scalars.amount, "90.00", Decimal("90.00")),
        (scalars.amount, 90, Decimal(90)),
        (scalars.amount, Decimal("90.1"), Decimal("90.1")),
        (scalars.address, " Jan.Maes@Acme.Example ", "jan.maes@acme.example"),
        (scalars.address, "ops@localhost", "ops@localhost"),
        (scalars.domain, "Acme.Example.", "acme.example"),
        (scalars.listener, "127.0.0.1:8025", TcpAddress("127.0.0.1", 8025)),
        (scalars.listener, "[::1]:25", TcpAddress("::1", 25)),
        (scalars.listener, "mail.accel.example:0", TcpAddress("mail.accel.example", 0)),
        (scalars.time_zone, "Europe/Prague", "Europe/Prague"),
        (scalars.currency, "czk", "CZK"),
        (scalars.country, "be", "BE"),
        (scalars.language, "NL", "nl"),
        (scalars.authserv_id, "MX.example.com", "mx.example.com"),
        (scalars.authserv_id, "", ""),
        (scalars.folder, " /Deskpost/Vyřízeno/ ", "Deskpost/Vyřízeno"),
    ],
)
def test_reads(read: Callable[[object], object], given: object, value: object) -> None:
    """Units, case and spaces as people have them; one value each."""
    assert read(given) == value


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (scalars.size, "35"[:0]),
        (scalars.size, "1.5MB"),
        (scalars.size, True),
        (scalars.size, -1),
        (scalars.speed, "500B"),
        (scalars.span, "60"),
        (scalars.rate, "3/0min"),
        (scalars.rate, "3/fortnight"),
        (scalars.rate, 3),
        (scalars.amount, "NaN"),
        (scalars.amount, "1,50"),
        (scalars.amount, True),
        (scalars.address, "jan@acme@example"),
        (scalars.address, "jan maes@acme.example"),
        (scalars.address, "jan@-acme.example"),
        (scalars.address, "jan@acme.example\nBcc: x@y.z"),
        (scalars.address, f"{'a' * 65}@acme.example"),
        (scalars.desk_address, f"{'a' * 31}@acme.example"),
        (scalars.domain, "com"),
        (scalars.listener, "::1:25"),
        (scalars.listener, "127.0.0.1:65536"),
        (scalars.listener, ":25"),
        (scalars.time_zone, "../etc/passwd"),
        (scalars.time_zone, ""),
        (scalars.label, "a\nb"),
        (scalars.label, "\u202eevil"),
        (scalars.folder, "/"),
        (scalars.folder, "Done*"),
        (scalars.folder, "Done\r\nA1 LOGOUT"),
    ],
)
def test_refuses(read: Callable[[object], object], given: object) -> None:
    """What cannot be said is a fault of one line."""
    with pytest.raises(Unfit) as caught:
        read(given)
    assert "\n" not in caught.value.message + caught.value.mend


def test_countries_are_those_with_holidays() -> None:
    """Every country that is taken has public holidays to look up, and none is left out."""
    from holidays import list_supported_countries

    def is_taken(code: str) -> bool:
        try:
            return scalars.country(code) == code
        except Unfit:
            return False

    codes = {f"{a}{b}" for a in ascii_uppercase for b in ascii_uppercase}
    supported = {code for code in list_supported_countries() if len(code) == 2} - {"UK"}
    assert {code for code in codes if is_taken(code)} == supported


READERS = [
    scalars.size,
    scalars.speed,
    scalars.span,
    scalars.rate,
    scalars.amount,
    scalars.desk_address,
    scalars.domain,
    scalars.network,
    scalars.listener,
    scalars.time_zone,
    scalars.currency,
    scalars.language,
    scalars.label,
    scalars.authserv_id,
    scalars.list_id,
]


@given(
    st.sampled_from(READERS),
    st.text() | st.integers() | st.booleans() | st.none() | st.lists(st.text()) | st.decimals(),
)
def test_raises_nothing_else(read: Callable[[object], object], value: object) -> None:
    """Whatever stands in the file, it is a value or a fault, in words that can be printed."""
    try:
        read(value)
    except Unfit as unfit:
        assert (unfit.message + unfit.mend).isprintable()


@pytest.mark.parametrize(
    ("domain", "free"),
    [
        ("gmail.com", True),
        ("hotmail.fr", True),
        ("yahoo.co.uk", True),
        ("outlook.com", True),
        ("seznam.cz", True),
        ("telenet.be", True),
        ("acme.example", False),
        ("gmail.acme.example", False),
        ("mail.acme.be", False),
        ("mygmail.com", False),
    ],
)
def test_free_mail(domain: str, free: bool) -> None:
    """Where anybody gets an address, by family or by name; no company's subdomain."""
    assert is_free_mail(domain) is free


def test_passwords(tmp_path: Path) -> None:
    """From the environment or a file, without the newline at its end."""
    file = tmp_path / "secret"
    file.write_text("p@ss\n")
    assert password(Secret(), {}) is None
    assert password(Secret(password_env="A"), {"A": "p"}) == "p"
    assert password(Secret.model_construct(password_file=file), {}) == "p@ss"
    with pytest.raises(SecretMissing, match="no A"):
        password(Secret(password_env="A"), {})
    file.write_text("")
    with pytest.raises(SecretMissing, match="is empty"):
        password(Secret.model_construct(password_file=file), {})


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("sqlite:///gateway.db", "sqlite:////gateway.db"),
        ("postgresql://me@db/desk", "postgresql+psycopg://me:p%40ss%2F@db/desk"),
        ("postgresql://db/desk", "postgresql+psycopg://:p%40ss%2F@db/desk"),
    ],
)
def test_the_url_of_the_store_gets_its_password(url: str, whole: str) -> None:
    """Only where there is a server to sign in to."""
    context = {"home": Path("/")}
    store = Store.model_validate({"url": url, "password_env": "DB"}, context=context)
    assert database_url(store, {"DB": "p@ss/"}) == whole
