"""Which act needs which proof (docs/security.md): one table, and how it may be relaxed."""

from __future__ import annotations

from enum import StrEnum

from rules.decide.facts import Actor, Policy, Unverified
from rules.model import ActClass


class Verdict(StrEnum):
    DO = "do"
    CONFIRM = "confirm"
    """Asked back at the address on file (E5)."""
    REFUSE = "refuse"
    SECOND_PERSON = "second_person"
    """E6: not to be had by one person's mail at all."""


def proven(act_class: ActClass, actor: Actor, *, token: bool) -> bool:
    """Whether the sender has shown what acts of this class need.

    Args:
        token: the mail came in by a signed address that was given to this very person (E2).
    """
    domain, quality = actor.domain, actor.quality
    needs = {
        ActClass.KEEP: True,
        ActClass.COMMENT: domain or token,
        ActClass.READ: domain,
        ActClass.WORK: domain,
        ActClass.OUTWARD: domain and (token or quality),
        ActClass.BIND: domain and token and quality,
        ActClass.MONEY: False,
    }
    return needs[act_class]


def judge(
    act_class: ActClass, actor: Actor, policy: Policy, *, token: bool, plain: bool
) -> Verdict:
    """What happens to an act of this class.

    Args:
        plain: the command is the first visible line of a single unambiguous text.
    """
    if actor.operator:
        return Verdict.DO
    if act_class is ActClass.MONEY:
        return Verdict.SECOND_PERSON
    if actor.confirmed:
        return Verdict.DO
    if act_class is ActClass.BIND:
        bound = plain and proven(act_class, actor, token=token)
        return Verdict.DO if bound else Verdict.CONFIRM
    allowed = policy.unverified is Unverified.ALLOW and not actor.failed
    known = actor.confirmed_here or allowed
    if known or proven(act_class, actor, token=token):
        return Verdict.DO
    return _unproven(act_class, policy)


def _unproven(act_class: ActClass, policy: Policy) -> Verdict:
    # What is read is answered to the address on file, and a comment is kept as unverified:
    # neither gives a stranger anything.
    if act_class <= ActClass.READ:
        return Verdict.DO
    refuses = policy.unverified is Unverified.REFUSE
    return Verdict.REFUSE if refuses else Verdict.CONFIRM
