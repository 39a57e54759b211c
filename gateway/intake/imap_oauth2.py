"""Signing in to a mailbox by an access token: a `SignIn` beside that by password."""

from __future__ import annotations

from dataclasses import dataclass

from imapclient import IMAPClient

from gateway.intake.imap_signin import NotSignedIn, by_sasl
from gateway.signin import sasl
from gateway.signin.values import AccessTokens, SignInFailed


class TokenRefused(NotSignedIn):
    """It was shown, and the server does not take it."""


@dataclass(frozen=True, slots=True)
class OAuth2SignIn:
    """By XOAUTH2 or OAUTHBEARER, as `user` on the server at `host` and `port`."""

    user: str
    tokens: AccessTokens
    host: str
    port: int

    def sign_in(self, client: IMAPClient) -> None:
        """Once more with another token where the first is refused, since it may have been withdrawn
        before its time."""
        offered = {name.decode("ascii", "replace").upper() for name in client.capabilities()}
        ways = sorted(name.removeprefix("AUTH=") for name in offered if name.startswith("AUTH="))
        mechanism = sasl.mechanism(ways, self.tokens.mechanism)
        if mechanism is None:
            text = f"the server takes no access token: it offers {', '.join(ways) or 'nothing'}"
            raise NotSignedIn(text)
        try:
            self._show(client, mechanism, self._token())
        except TokenRefused:
            self._show(client, mechanism, self._token())

    def _token(self) -> str:
        try:
            return self.tokens.token()
        except SignInFailed as failed:
            raise NotSignedIn(str(failed), temporary=not failed.permanent) from failed

    def _show(self, client: IMAPClient, mechanism: str, token: str) -> None:
        answer = sasl.first_answer(mechanism, self.user, token, self.host, self.port)
        try:
            by_sasl(client, mechanism, answer, sasl.last_answer(mechanism), sasl.refusal)
        except NotSignedIn as refused:
            if refused.temporary:
                raise
            self.tokens.refused(token)
            raise TokenRefused(f"{self.user} is not let in: {refused}") from refused
