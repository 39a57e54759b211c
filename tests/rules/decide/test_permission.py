"""Which act needs which proof: docs/security.md's table, line by line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.decide.facts import Actor, Policy, Unverified
from rules.decide.permission import Verdict, judge, proven
from rules.model import ActClass, Person

PERSON = Person("jan@acme.example")
NOTHING = Actor(PERSON)
DOMAIN = Actor(PERSON, domain=True)
QUALITY = Actor(PERSON, domain=True, quality=True)


@pytest.mark.parametrize(
    ("act_class", "actor", "token", "shown"),
    [
        (ActClass.KEEP, NOTHING, False, True),
        (ActClass.COMMENT, NOTHING, False, False),
        (ActClass.COMMENT, NOTHING, True, True),
        (ActClass.COMMENT, DOMAIN, False, True),
        (ActClass.READ, NOTHING, True, False),
        (ActClass.READ, DOMAIN, False, True),
        (ActClass.WORK, NOTHING, True, False),
        (ActClass.WORK, DOMAIN, False, True),
        (ActClass.OUTWARD, DOMAIN, False, False),
        (ActClass.OUTWARD, DOMAIN, True, True),
        (ActClass.OUTWARD, QUALITY, False, True),
        (ActClass.BIND, QUALITY, False, False),
        (ActClass.BIND, DOMAIN, True, False),
        (ActClass.BIND, QUALITY, True, True),
        (ActClass.MONEY, QUALITY, True, False),
    ],
)
def test_what_is_proven(act_class: ActClass, actor: Actor, token: bool, shown: bool) -> None:
    """E1 is the domain, E2 the signed address, E4 the quality of the signature."""
    assert proven(act_class, actor, token=token) is shown


@pytest.mark.parametrize("unverified", list(Unverified))
@pytest.mark.parametrize("act_class", [ActClass.BIND, ActClass.MONEY])
def test_nothing_relaxes_what_binds(act_class: ActClass, unverified: Unverified) -> None:
    """`unverified` reaches classes 1 to 4 alone."""
    verdict = judge(act_class, NOTHING, Policy(unverified), token=True, first=True)
    assert verdict is Verdict.CONFIRM


def test_money_needs_the_proof_of_what_binds_and_a_second_person() -> None:
    """Who has shown who they are needs somebody else; who has not is asked first."""
    policy = Policy()

    def money(actor: Actor) -> Verdict:
        return judge(ActClass.MONEY, actor, policy, token=True, first=True)

    assert money(QUALITY) is Verdict.SECOND_PERSON
    assert money(replace(QUALITY, seconded="tom@accel.example")) is Verdict.DO
    assert money(replace(NOTHING, seconded="tom@accel.example")) is Verdict.CONFIRM


@pytest.mark.parametrize("act_class", [ActClass.WORK, ActClass.OUTWARD, ActClass.BIND])
def test_a_mail_of_two_readings_is_asked_about(act_class: ActClass) -> None:
    """Text and HTML that differ, look-alikes: nothing is done by them without a yes."""
    policy = Policy()
    assert judge(act_class, QUALITY, policy, token=True, first=True) is Verdict.DO
    verdict = judge(act_class, QUALITY, policy, token=True, first=True, single=False)
    assert verdict is Verdict.CONFIRM


@pytest.mark.parametrize(
    ("unverified", "work", "comment"),
    [
        (Unverified.REFUSE, Verdict.REFUSE, Verdict.DO),
        (Unverified.CONFIRM, Verdict.CONFIRM, Verdict.DO),
        (Unverified.ALLOW, Verdict.DO, Verdict.DO),
    ],
)
def test_what_happens_to_the_unverified(
    unverified: Unverified, work: Verdict, comment: Verdict
) -> None:
    """Work is refused, asked back or allowed; a comment is always kept."""
    policy = Policy(unverified)
    assert judge(ActClass.WORK, NOTHING, policy, token=False, first=False) is work
    assert judge(ActClass.COMMENT, NOTHING, policy, token=False, first=False) is comment


def test_a_binding_command_stands_first_and_alone() -> None:
    """Proven or not: below other text it is asked back."""
    policy = Policy(Unverified.ALLOW)
    assert judge(ActClass.BIND, QUALITY, policy, token=True, first=True) is Verdict.DO
    assert judge(ActClass.BIND, QUALITY, policy, token=True, first=False) is Verdict.CONFIRM


def test_who_said_yes_and_who_is_at_the_machine() -> None:
    """A confirmation is proof enough for what binds, not for money; an operator is trusted."""
    policy = Policy(Unverified.REFUSE)
    confirmed = Actor(PERSON, confirmed=True)
    assert judge(ActClass.BIND, confirmed, policy, token=False, first=False) is Verdict.DO
    assert (
        judge(ActClass.MONEY, confirmed, policy, token=False, first=False) is Verdict.SECOND_PERSON
    )
    operator = Actor(PERSON, operator=True)
    assert judge(ActClass.MONEY, operator, policy, token=False, first=False) is Verdict.DO


@pytest.mark.parametrize("act_class", [ActClass.WORK, ActClass.OUTWARD])
def test_nothing_is_allowed_to_who_is_shown_to_be_false(act_class: ActClass) -> None:
    """dmarc=fail: `allow` is for senders of whom nothing is known, not for forged ones."""
    forged = Actor(PERSON, failed=True)
    verdict = judge(act_class, forged, Policy(Unverified.ALLOW), token=False, first=True)
    assert verdict is Verdict.CONFIRM
    again = replace(forged, confirmed_here=True)
    assert judge(act_class, again, Policy(), token=True, first=True) is Verdict.CONFIRM
