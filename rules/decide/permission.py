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
    """Another person is asked (E6)."""


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
    act_class: ActClass,
    actor: Actor,
    policy: Policy,
    *,
    token: bool,
    first: bool = False,
    single: bool = True,
) -> Verdict:
    """What happens to an act of this class.

    Args:
        first: the command is the first visible line.
        single: the mail has one text, which everybody reads alike.
    """
    if actor.operator:
        return Verdict.DO
    if act_class >= ActClass.BIND:
        bound = first and single and proven(ActClass.BIND, actor, token=token)
        if not (bound or actor.confirmed):
            return Verdict.CONFIRM
        alone = act_class is ActClass.MONEY and not actor.seconded
        return Verdict.SECOND_PERSON if alone else Verdict.DO
    allowed = policy.unverified is Unverified.ALLOW and not actor.failed
    if actor.confirmed or allowed or act_class <= ActClass.READ:
        # What is read is answered to the address on file, and a comment is kept as unverified:
        # neither gives a stranger anything.
        return Verdict.DO
    believed = actor.confirmed_here and not actor.failed
    if single and (believed or proven(act_class, actor, token=token)):
        return Verdict.DO
    refuses = policy.unverified is Unverified.REFUSE
    return Verdict.REFUSE if refuses else Verdict.CONFIRM
