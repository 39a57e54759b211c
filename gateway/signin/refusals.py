"""Why a token endpoint gives no token, in words, and whether waiting helps.

Codes of RFC 6749 (5.2), and beside them Microsoft's AADSTS numbers, which say more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gateway.signin.values import SignInFailed

_NUMBER: Final = re.compile(r"AADSTS(\d{4,9})")

_MICROSOFT: Final[Mapping[str, str]] = {
    "16000": "the account is known to another tenant; name this tenant in the file",
    "50020": "the account belongs to another tenant; name that one in the file",
    "50034": "there is no such account in this tenant; look at the user in the URL",
    "50053": "the account is locked after too many failed sign-ins; unlock it",
    "50055": "the account's password has expired; sign in once and set another",
    "50057": "the account is disabled; enable it in the admin center",
    "50076": "a second factor is asked for; sign in anew and store the new refresh token",
    "50079": "a second factor has to be set up; sign in anew and store the new refresh token",
    "50173": "the agreement was withdrawn, as after a change of password; sign in anew and store "
    "the new refresh token",
    "50196": "the client asks too often; it is slowed down",
    "53003": "a Conditional Access policy refuses it; let the application or this address through",
    "65001": "nobody has agreed to these permissions; give admin consent in Entra",
    "70000": "the refresh token is not valid any more; sign in anew and store the new one",
    "70008": "the refresh token has ended unused; sign in anew and store the new one",
    "70011": "a scope is not known; look at scopes in the file",
    "70043": "the sign-in has to be repeated by policy; sign in anew and store the new refresh "
    "token",
    "700016": "the tenant has no such application; look at client_id and tenant in the file",
    "700024": "the time of our assertion is refused; look at the clock of this machine",
    "700027": "the certificate is not the one that is registered; upload it to the application",
    "700082": "the refresh token has ended unused; sign in anew and store the new one",
    "700084": "the refresh token is one of a web page, which lasts a day; register the application "
    "as a desktop one and sign in anew",
    "7000112": "the application is disabled; enable it in Entra",
    "7000215": "the client secret is wrong; store its value, not its ID",
    "7000222": "the client secret has ended; make another one in Entra and store it",
    "90002": "there is no such tenant; look at tenant in the file",
    "500011": "the tenant does not know what the scope names; look at scopes in the file",
    "900023": "there is no such tenant; look at tenant in the file",
}
_MICROSOFT_LATER: Final = frozenset({"50196", "90006", "90024", "90033", "90055", "90056", "50000"})

_GOOGLE: Final = (
    ("invalid jwt signature", "the key of the service account was deleted; make another one"),
    ("short-lived", "the time of our assertion is refused; look at the clock of this machine"),
    ("invalid email or user", "there is no such account; look at the user in the URL"),
    ("account not found", "the service account is gone; make another one"),
    ("expired or revoked", "the agreement was withdrawn, or the application is in testing, where "
     "it lasts seven days; sign in anew and store the new refresh token"),
    ("unauthorized to retrieve", "the service account may not act for this mailbox; give its "
     "client ID the scope under domain-wide delegation"),
)  # fmt: skip

_CODES: Final[Mapping[str, str]] = {
    "invalid_client": "the client is not known, or its secret is wrong",
    "invalid_grant": "the agreement has ended or was withdrawn; sign in anew and store the new "
    "refresh token",
    "unauthorized_client": "the client may not get tokens this way",
    "invalid_scope": "a scope is not known or not allowed; look at scopes in the file",
    "access_denied": "access was refused",
    "unsupported_grant_type": "the server gives no tokens this way",
    "invalid_request": "the server did not understand what was asked",
}
_CODES_LATER: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_TOO_MANY: Final = 429


def refused(where: str, status: int, told: Mapping[str, object]) -> SignInFailed:
    """Why there is no token. `told` is the answer's JSON object, empty where it was none."""
    error, description = _text(told.get("error")), _text(told.get("error_description"))
    number = next(iter(_NUMBER.findall(description)), "")
    words = _MICROSOFT.get(number) or _google(description) or _CODES.get(error)
    later = number in _MICROSOFT_LATER or error in _CODES_LATER
    if later or status >= 500 or status == _TOO_MANY or not error:
        said = " ".join(filter(None, (str(status), error, _first(description))))
        return SignInFailed(f"{where} gives no token for now: {said}", permanent=False)
    exactly = f"AADSTS{number}" if number else ": ".join(filter(None, (error, _first(description))))
    return SignInFailed(f"{where} gives no token: {words or error} ({exactly})", permanent=True)


def _google(description: str) -> str | None:
    lower = description.lower()
    return next((words for told, words in _GOOGLE if told in lower), None)


def _first(description: str) -> str:
    """The first sentence: Microsoft's trace IDs and links after it help nobody here."""
    return re.split(r"\. |\r?\n| Trace ID", description)[0].rstrip(".")[:200]


def _text(value: object) -> str:
    return (
        "".join(c if c.isprintable() else " " for c in value)[:1000]
        if isinstance(value, str)
        else ""
    )
