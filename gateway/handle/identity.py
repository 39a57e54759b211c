"""Who sent a mail, and how well that is shown."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.authentication import Authentication
from gateway.handle.matching import TicketMatch
from gateway.values import ParsedMail
from rules.decide.facts import Actor
from rules.model import People, Person, Proof


@dataclass(frozen=True, slots=True)
class Identity:
    actor: Actor
    reasons: tuple[str, ...]


NOBODY = Person(address="")


def identify(
    parsed: ParsedMail, match: TicketMatch, people: People, authentication: Authentication
) -> Identity:
    """The From line names a person; only domain and signed address prove that it is theirs."""
    sender = parsed.sender
    if sender is None:
        return Identity(Actor(NOBODY), ("no single well-formed From",))
    person = people.person(sender.address)
    token = match.token is not None and match.token.address == sender.address
    actor = Actor(
        person,
        proof=_proof(authentication.domain, token),
        domain=authentication.domain,
        quality=authentication.quality,
        failed=authentication.failed,
    )
    return Identity(actor, (*authentication.reasons, *_token_reasons(match, token)))


def _proof(domain: bool, token: bool) -> Proof:
    if domain:
        return Proof.BOTH if token else Proof.DOMAIN
    return Proof.TOKEN if token else Proof.NONE


def _token_reasons(match: TicketMatch, theirs: bool) -> tuple[str, ...]:
    if match.token is None:
        return ()
    return ("signed address of the sender" if theirs else "signed address of somebody else",)
