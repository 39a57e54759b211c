"""The mail inside a forwarded mail: who wrote it, about what, and what the forwarder says."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import forward
from gateway.values import Mailbox

JAN = Mailbox("Jan Maes", "jan@acme.example")

MARKS = {
    "Gmail": """---------- Forwarded message ---------
From: Jan Maes <jan@acme.example>
Date: Tue, Mar 3, 2026 at 10:15 AM
Subject: Printer
To: <helpdesk@accel.example>
""",
    "Outlook in Dutch": """________________________________
Van: Jan Maes <jan@acme.example>
Verzonden: dinsdag 3 maart 2026 10:15
Aan: helpdesk@accel.example <helpdesk@accel.example>
Onderwerp: Printer
""",
    "Outlook in Czech, bold": """*Od:* Jan Maes <jan@acme.example>
*Odesláno:* úterý 3. března 2026 10:15
*Komu:* helpdesk@accel.example
*Předmět:* Printer
""",
    "old Outlook": """-----Original Message-----
From: Jan Maes [mailto:jan@acme.example]
Sent: Tuesday, March 3, 2026 10:15 AM
To: helpdesk
Subject: Printer
""",
    "Thunderbird in German": """-------- Weitergeleitete Nachricht --------
Betreff: \tPrinter
Datum: \tTue, 3 Mar 2026 10:15:00 +0100
Von: \tJan Maes <jan@acme.example>
An: \thelpdesk@accel.example
""",
    "Apple Mail in French": """Début du message réexpédié :

De: Jan Maes <jan@acme.example>
Objet: Printer
Date: 3 mars 2026 à 10:15:00 UTC+1
À: helpdesk@accel.example
""",
    "Yahoo, all on one line": (
        "----- Forwarded Message ----- From: Jan Maes <jan@acme.example>"
        'To: "helpdesk@accel.example" <helpdesk@accel.example>'
        "Sent: Tuesday, March 3, 2026, 10:15:00 AM GMT+1Subject: Printer\n"
    ),
    "in a language of no table": """-------- Mesazhi i përcjellë --------
Nga: Jan Maes <jan@acme.example>
Dërguar: 03.03.2026 10:15
Për: helpdesk@accel.example
""",
    "Outlook 2019 for Mac": "On 03/03/2026, 10:15, \"Jan Maes\" <jan@acme.example> wrote:\n",
}  # fmt: skip


@pytest.mark.parametrize("client", MARKS)
def test_the_mail_of_a_client_is_found(client: str) -> None:
    """Sender, subject, text and comment, whatever program forwarded it."""
    text = f"Can you see to this?\n\n{MARKS[client]}\nIt is broken.\n\nJan\n"
    found = forward.find(text, "Fwd: Printer")
    assert found is not None
    assert (found.sender, found.subject) == (JAN, "Printer")
    assert (found.text, found.comment) == ("It is broken.\n\nJan", "Can you see to this?")


def test_a_quoted_forward_is_read_without_its_marks() -> None:
    """Apple Mail quotes what it forwards; what the forwarder wrote below is not the original's."""
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in MARKS["Gmail"].splitlines())
    found = forward.find(f"Look:\n\n{quoted}>\n> It is\n> broken.\n\nMarie\n", "Fwd: Printer")
    assert found is not None
    assert (found.sender, found.text, found.comment) == (JAN, "It is\nbroken.", "Look:")


@pytest.mark.parametrize("subject", ["Re: Printer", "Printer", "", "Re: Fwd: Printer"])
def test_a_reply_forwards_nothing(subject: str) -> None:
    """A header block alone is the history of a reply; the subject makes it a forwarded mail."""
    assert forward.find(f"Done.\n\n{MARKS['Outlook in Dutch']}\nIt is broken.\n", subject) is None


def test_a_forward_deep_in_the_history_is_no_forward() -> None:
    """The first mark decides: this is a reply to somebody who forwarded."""
    text = f"Done.\n\nOn 4 March 2026 9:00, Marie <m@accel.example> wrote:\n\n{MARKS['Gmail']}\nx\n"
    assert forward.find(text, "Re: Fwd: Printer") is None


def test_the_inner_sender_is_never_taken() -> None:
    """Of a mail forwarded twice the outer original counts, and the inner one is its text."""
    inner = MARKS["Gmail"].replace("Jan Maes", "Mallory").replace("jan@acme", "mallory@evil")
    found = forward.find(f"{MARKS['Gmail']}\nSee below.\n\n{inner}\nHi\n", "Fwd: Fwd: Printer")
    assert found is not None
    assert found.sender == JAN
    assert "Mallory" in found.text


def test_a_mark_without_an_address_names_nobody() -> None:
    """Better no original than a wrong one further down."""
    mark = MARKS["Outlook in Dutch"].replace("<jan@acme.example>", "")
    inner = MARKS["Gmail"].replace("jan@acme", "mallory@evil")
    assert forward.find(f"{mark}\nx\n\n{inner}\ny\n", "FW: Printer") is None


@pytest.mark.parametrize(("subject", "bare"), [
    ("Fwd: Printer", "Printer"),
    ("FW: WG: Printer", "Printer"),
    ("[#88] TR : Printer", "Printer"),
    ("RV: Printer: paper jam", "Printer: paper jam"),
    ("İLT: Printer", "Printer"),
    ("Fwd[2]: Printer", "Printer"),
])  # fmt: skip
def test_the_subject_stands_in_where_the_mark_has_none(subject: str, bare: str) -> None:
    """An attribution names no subject; the mail's own is taken without what forwarding added."""
    found = forward.find(MARKS["Outlook 2019 for Mac"] + "\n    It is broken.\n", subject)
    assert found is not None
    assert (found.subject, found.text) == (bare, "It is broken.")


@given(st.text(max_size=300), st.text(max_size=40))
def test_any_text_is_read(text: str, subject: str) -> None:
    """No text and no subject make it raise."""
    forward.find(text, subject)
    forward.find(f"{text}\n{MARKS['Gmail']}{text}", f"Fwd: {subject}")


def test_crafted_subjects_and_texts_do_not_hang() -> None:
    """Long runs of what marks are made of are read in one pass."""
    began = time.monotonic()
    for piece in ("Fwd:", "[", "From: ", "a@", "----", "> ", "On 1.1.2026 "):
        forward.find(piece * 20_000, piece * 500)
        forward.find(f"{piece}\n" * 10_000, "Fwd: x")
    assert time.monotonic() - began < 20
