"""When a mail that could not be delivered is tried again."""

from __future__ import annotations

from datetime import timedelta

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=2)


def pause(attempts: int, chance: float) -> timedelta:
    """Twice as long each time, from half a minute to two hours, give or take a quarter, so that
    mails that failed together do not come back together (RFC 5321, 4.5.4.1).

    Args:
        attempts: how often it was tried, from 1.
        chance: from 0 to 1, anew each time.
    """
    doubled = FIRST * (1 << min(max(attempts - 1, 0), 16))
    return min(doubled, LONGEST) * (0.75 + chance / 2)
