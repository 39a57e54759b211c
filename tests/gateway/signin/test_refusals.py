"""Why there is no token, in words, and whether waiting helps."""

from __future__ import annotations

import pytest

from gateway.signin.refusals import refused

EXPIRED = (
    "AADSTS7000222: The provided client secret keys for app '1' are expired. Visit the Azure "
    "portal to create new keys.\r\nTrace ID: 1\r\nTimestamp: 2"
)
CASES = {
    "Microsoft's secret has ended": (401, "invalid_client", EXPIRED, True, "make another one"),
    "Microsoft's secret is its ID": (
        401,
        "invalid_client",
        "AADSTS7000215: Invalid client secret provided. Trace ID: 1",
        True,
        "store its value, not its ID",
    ),
    "no consent": (400, "invalid_grant", "AADSTS65001: The user …", True, "admin consent"),
    "Microsoft is busy": (400, "invalid_request", "AADSTS90033: transient", False, "for now"),
    "a number that nobody knows": (400, "invalid_grant", "AADSTS999999: eh", True, "AADSTS999999"),
    "Google's agreement has ended": (
        400,
        "invalid_grant",
        "Token has been expired or revoked.",
        True,
        "seven days",
    ),
    "Google without delegation": (
        401,
        "unauthorized_client",
        "Client is unauthorized to retrieve access tokens using this method",
        True,
        "domain-wide delegation",
    ),
    "the clock": (
        400,
        "invalid_grant",
        "Invalid JWT: Token must be a short-lived token (60 minutes)",
        True,
        "clock of this machine",
    ),
    "plain": (400, "invalid_scope", "", True, "look at scopes"),
    "a code that nobody knows": (400, "odd_error", "it is odd. Really", True, "odd_error: it is"),
    "too many": (429, "", "", False, "429"),
    "out of order": (503, "temporarily_unavailable", "", False, "for now"),
    "a web page": (403, "", "", False, "for now: 403"),
    "no token in it": (200, "", "", False, "for now: 200"),
}


@pytest.mark.parametrize("status, error, description, permanent, says", CASES.values(), ids=CASES)
def test_words(status: int, error: str, description: str, permanent: bool, says: str) -> None:
    told = {"error": error, "error_description": description} if error else {}
    failed = refused("login.test", status, told)
    assert failed.permanent is permanent
    assert str(failed).startswith("login.test gives no token")
    assert says in str(failed)
    assert "Trace ID" not in str(failed)


def test_what_is_no_text_at_all() -> None:
    """Odd values and control characters of the answer break nothing and are not shown."""
    failed = refused("login.test", 400, {"error": ["x"], "error_description": {"a": 1}})
    assert failed.permanent is False
    failed = refused("login.test", 400, {"error": "e\x1b[0m", "error_description": "d\r\nx"})
    assert str(failed).isprintable()
