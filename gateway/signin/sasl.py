"""How an access token is shown to a mail server, and what the server answers to a bad one.

XOAUTH2 is Google's and Microsoft's; OAUTHBEARER is RFC 7628. In both a refusal is a JSON object
that the client has to answer once more before the server says no (RFC 7628, 3.2.3).
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable
from typing import Final

XOAUTH2: Final = "XOAUTH2"
OAUTHBEARER: Final = "OAUTHBEARER"

_WORDS: Final = {
    "400": "the token is refused",
    "401": "the token is refused: it has ended, or is for another server or mailbox",
    "403": "the token is good, yet gives no right to this mailbox",
    "invalid_token": "the token is refused: it has ended, or is for another server or mailbox",
    "invalid_request": "the server did not understand the token",
    "insufficient_scope": "the token does not have the scope that is needed",
}


def mechanism(offered: Iterable[str], wanted: str | None = None) -> str | None:
    """The one to use of those that a server offers; None where it offers neither."""
    known = {name.upper() for name in offered}
    order = (wanted.upper(),) if wanted else (XOAUTH2, OAUTHBEARER)
    return next((name for name in order if name in known), None)


def first_answer(mechanism: str, user: str, token: str, host: str, port: int) -> bytes:
    """The only message of the client, before base64."""
    if mechanism == XOAUTH2:
        return f"user={user}\1auth=Bearer {token}\1\1".encode()
    name = user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801, 4
    return f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1".encode()


def last_answer(mechanism: str) -> bytes:
    """What the server's error text is answered with, before base64."""
    return b"" if mechanism == XOAUTH2 else b"\1"


def refusal(challenge: bytes) -> str:
    """The server's error text, base64 or plain JSON, in words; as it is where it says something
    else."""
    told = _told(challenge)
    status, scope = told.get("status", ""), told.get("scope", "")
    words = _WORDS.get(status, f"the server says {status!r}") if status else ""
    wanted = f" (it asks for the scope {scope})" if scope and words else ""
    return f"{words}{wanted}" or " ".join(challenge.decode("utf-8", "replace").split())[:300]


def _told(challenge: bytes) -> dict[str, str]:
    try:
        text = challenge if challenge.lstrip().startswith(b"{") else b64decode(challenge)
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {str(k): str(v)[:200] for k, v in told.items()} if isinstance(told, dict) else {}
