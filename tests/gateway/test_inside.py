"""What of an agent's text a customer should not read, and what is no reason to ask."""

from __future__ import annotations

import time

import pytest

from gateway.handle.inside import Ground, Said, inside

MARIE, TOM = "marie@accel.example", "tom@accel.example"
NOTE = "Jan owes us three invoices and his boss must not hear of it before Friday, says Anna."
TOKEN = f"helpdesk+88.{'k3' * 13}@accel.example"
GROUND = Ground(
    internal=(Said(TOM, NOTE), Said(MARIE, "The server is in the old rack behind the red door.")),
    public=("My printer is broken since the power cut of last Tuesday, please help me with it.",),
    staff={MARIE, TOM},
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"Dear Jan,\n\n{NOTE}\n\nMarie", True),
        ("As I heard: JAN OWES US three invoices -- and his boss must not\nhear of it!", True),
        (f"Ask {TOM} about it.", True),
        (f"Write to {TOKEN} please.", True),
        (r"It is on \\fileserver\hr\salaries.xlsx", True),
        ("See file:///srv/deskpost/notes.txt", True),
        (r"The log is C:\Users\tom\Desktop\log.txt", True),
        ("Look at /home/tom/notes.md", True),
        ("Thank you for your mail. We will look at it as soon as we can.", False),
        ("Jan owes us three invoices.", False),
        (f"Best regards\nMarie Peeters\n{MARIE}", False),
        ("You wrote: my printer is broken since the power cut of last Tuesday, please help", False),
        ("Edit /etc/hosts and C:\\Windows\\System32\\drivers\\etc\\hosts.", False),
        ("See https://accel.example/home/user/page and 1/2 of it.", False),
        ("The server is in the old rack behind the red door.", False),
        ("", False),
    ],
)
def test_what_is_asked_about(text: str, found: bool) -> None:
    """Words of a note, however they are set; addresses of colleagues, tokens, paths of ours. Not:
    phrases, what the customer wrote, one's own address, one's own text sent anew."""
    assert bool(inside(text, MARIE, GROUND)) is found


def test_own_note_among_other_words() -> None:
    """Only a text that is nearly all one's own of before is meant to go out at last."""
    text = (
        "Hello Jan, your disk has arrived and we shall build it in tomorrow at nine, if that suits "
        "you. The server is in the old rack behind the red door."
    )
    assert inside(text, MARIE, GROUND) == ("The server is in the old rack behind the red door",)


def test_what_customers_have_read_is_theirs() -> None:
    """An address or a sentence that a customer wrote or was sent is no secret any more."""
    public = (*GROUND.public, f"I spoke with {TOM}. {NOTE}")
    ground = Ground(GROUND.internal, public, GROUND.staff)
    assert inside(f"{TOM}: {NOTE}", MARIE, ground) == ()


def test_at_most_three_passages() -> None:
    """What is asked stays readable."""
    text = "\n".join(f"/home/tom/{n}.txt" for n in range(50))
    assert len(inside(text, MARIE, GROUND)) == 3


def test_time_is_linear() -> None:
    """Texts of a megabyte that are alike, or are nearly an address, take a moment."""
    ground = Ground((Said(TOM, "a b " * 250_000),), ("b a " * 250_000,), {TOM})
    begun = time.process_time()
    inside("a b " * 250_000, MARIE, ground)
    inside("a" * 1_000_000, MARIE, ground)
    inside("a@" * 500_000, MARIE, ground)
    inside("\\" * 1_000_000, MARIE, ground)
    assert time.process_time() - begun < 20
