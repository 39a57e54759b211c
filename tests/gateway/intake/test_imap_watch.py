"""How a mailbox is come back to, and how much is fetched at once; no server needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from gateway.configuration.urls import Server
from gateway.intake import imap_watch
from gateway.intake.imap_connection import Account, Away
from gateway.intake.imap_folder import PIECE, Selected, Waiting
from gateway.intake.imap_reading import TOGETHER, floor_of, groups
from gateway.intake.imap_signin import PasswordSignIn
from gateway.intake.imap_watch import Patience, Watch


class Records:
    """A ledger that is always ours."""

    def __init__(self) -> None:
        self.failures: list[str] = []

    def take(self) -> bool:
        return True

    def failed(self, text: str) -> None:
        self.failures.append(text)

    def release(self) -> None:
        pass

    def begin(self, uidvalidity: int, uidnext: int | None) -> NoReturn:
        raise AssertionError

    new = keep = leave = unfiled = filed = caught_up = hold = short_of_room = begin


def pauses(monkeypatch: pytest.MonkeyPatch, *, person: bool, tries: int) -> list[float]:
    """The longest pauses after so many failures, and at once the end."""

    @contextmanager
    def away(*_: object) -> Iterator[NoReturn]:
        raise Away("away", person=person)
        yield

    monkeypatch.setattr(imap_watch, "signed_in", away)
    records = Records()
    waited: list[float] = []
    account = Account(Server(True, "h", 993, "u", "INBOX"), PasswordSignIn("u", lambda: "p"))
    watch = Watch(
        account,
        records,  # type: ignore[arg-type]
        max_size=lambda: 1,
        jitter=lambda _least, most: waited.append(most) or 0.0,  # type: ignore[func-returns-value]
        patience=Patience(),
    )
    for _ in range(tries):
        watch.turn()
    assert records.failures == ["away"] * tries
    return waited


def test_pauses_grow_to_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """And never end."""
    waited = pauses(monkeypatch, person=False, tries=40)
    assert waited[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert set(waited[9:]) == {300}


def test_a_wrong_password_is_not_tried_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would lock the account."""
    assert pauses(monkeypatch, person=True, tries=5) == [30, 60, 120, 240, 300]


def test_groups_are_few_and_light() -> None:
    """In their order; a mail that is heavy alone stands alone."""
    small = [Waiting(uid, 1_000, None) for uid in range(1, 201)]
    heavy = [Waiting(300, 50 * PIECE, None), Waiting(301, 3 * PIECE, None)]
    found = list(groups([*small, *heavy, Waiting(302, 10, None)]))
    assert [len(group) for group in found] == [TOGETHER, TOGETHER, TOGETHER, 8, 1, 2]
    assert [mail.uid for group in found for mail in group][:3] == [1, 2, 3]
    assert list(groups([])) == []


@pytest.mark.parametrize(
    ("uidnext", "uids", "left", "floor"),
    [
        (11, [5, 6], [], 10),
        (11, [5, 6, 7], [6], 5),
        (None, [5, 6], [], 6),
        (None, [], [], 3),
        (4, [], [], 3),
    ],
)
def test_the_floor_is_below_what_is_left(
    uidnext: int | None, uids: list[int], left: list[int], floor: int
) -> None:
    """All below it is dealt with or was gone."""
    assert floor_of(Selected(1, uidnext, 9), uids, left, 3) == floor
