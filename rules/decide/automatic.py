"""Mails that no person wrote: evidence, and never a command or an answer."""

from __future__ import annotations

from rules.decide import clocks
from rules.decide.acts.people import tell_responsible
from rules.decide.facts import Mail
from rules.decide.opening import open_for
from rules.decide.outcome import conclude
from rules.decide.scene import Scene
from rules.effects import Decision, Note, Quarantine
from rules.said import Headline, What


def spam(scene: Scene, mail: Mail) -> Decision | None:
    if not mail.spam:
        return None
    scene.do(Quarantine("spam"))
    return conclude(scene, "spam")


def bounce(scene: Scene, mail: Mail) -> Decision | None:
    """Counts only where it came back to the very mail that it is about; says so to staff. While the
    other server still tries there is nothing for anybody to do."""
    if mail.kind != "bounce":
        return None
    if scene.ticket is None or mail.bounced is None:
        scene.set_aside("bounce of no mail of ours")
        return conclude(scene, "bounce_unmatched")
    if mail.delayed:
        scene.do(Note("delayed", mail.bounced))
        return conclude(scene, "delayed")
    scene.do(Note("bounced", mail.bounced))
    scene.say(What.NOT_DELIVERED, address=mail.bounced, text=mail.bounce_text)
    clocks.stop_counting(scene, mail.bounced_template)
    tell_responsible(scene, Headline.BOUNCED)
    return conclude(scene, "bounced")


def automatic(scene: Scene, mail: Mail) -> Decision | None:
    """Evidence on its ticket and no more; without one, a machine that reports of its own accord
    (monitoring, a list) gets a ticket, and an absence or a receipt is set aside."""
    if mail.kind == "human":
        return None
    if scene.ticket is not None:
        return _on_ticket(scene, mail)
    if mail.absence or mail.kind in ("report", "calendar"):
        scene.set_aside(f"automatic mail ({mail.kind_reason or mail.kind}) without a ticket")
        return conclude(scene, "automatic_without_ticket")
    open_for(scene, mail, mail.sender)
    tell_responsible(scene, Headline.NEW_TICKET)
    return conclude(scene, "opened_by_machine")


def _on_ticket(scene: Scene, mail: Mail) -> Decision:
    scene.do(Note("noted", mail.kind_reason or mail.kind))
    if mail.absence:
        scene.say(What.ABSENCE, address=mail.sender)
        tell_responsible(scene, Headline.ABSENT)
    if mail.flood:
        scene.say(What.BUSY, address=mail.sender)
        tell_responsible(scene, Headline.BUSY)
    return conclude(scene, "automatic")
