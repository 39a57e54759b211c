"""What signing in may come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class SignInFailed(Exception):
    """Nobody is signed in now. `permanent`: it stays so until a person mends it; the text says
    what is wrong, and how."""

    def __init__(self, text: str, *, permanent: bool) -> None:
        super().__init__(text)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Granted:
    """What a token endpoint gave. `refresh_token`: the one to use from now on; None where it stays
    as it is."""

    access_token: str
    expires_at: datetime
    refresh_token: str | None = None


class AccessTokens(Protocol):
    """The tokens of one client, for whoever signs in to a mail server."""

    @property
    def mechanism(self) -> str | None:
        """ "xoauth2" or "oauthbearer" where one of them is wanted."""

    def token(self) -> str:
        """One that is valid now. Raises SignInFailed."""

    def refused(self, token: str) -> None:
        """The mail server does not take it: the next one will be another."""
