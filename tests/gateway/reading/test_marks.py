"""Single lines: what begins a quoted mail or a signature, and what only looks so."""

from __future__ import annotations

import pytest

from gateway.reading import doubts, lines, separators, signatures
from gateway.reading.attributions import attributions
from gateway.reading.separators import Separator
from gateway.reading.words import Header

ATTRIBUTIONS = [
    "On Tue, Mar 3, 2026 at 10:15 AM Jan <jan@acme.example> wrote:",
    "On 03/03/26 10:15 AM, Jan Maes wrote:",
    "Le mar. 3 mars 2026 à 10:15, Jan <jan@acme.example> a écrit :",
    "Op di 3 mrt 2026 om 10:15 schreef Jan <jan@acme.example>:",
    "Am Di., 3. März 2026 um 10:15 Uhr schrieb Jan <jan@acme.example>:",
    "út 3. 3. 2026 v 10:15 odesílatel Jan <jan@acme.example> napsal:",
    "Dne 03.03.2026 v 10:15 Jan Maes napsal(a):",
    "El mar, 3 mar 2026 a las 10:15, Jan (<jan@acme.example>) escribió:",
    "Il giorno mar 3 mar 2026 alle ore 10:15 Jan <jan@acme.example> ha scritto:",
    "Em ter., 3 de mar. de 2026 às 10:15, Jan <jan@acme.example> escreveu:",
    "W dniu 3.03.2026 o 10:15, Jan Maes pisze:",
    "Den tis 3 mars 2026 kl 10:15 skrev Jan <jan@acme.example>:",
    "вт, 3 мар. 2026 г. в 10:15, Jan <jan@acme.example>:",
    "Jan <jan@acme.example>, 3 Mar 2026 Sal, 10:15 tarihinde şunu yazdı:",
    "2026年3月3日(火) 10:15 Jan <jan@acme.example>:",
    "2026. márc. 3., K 10:15 időpontban Jan <jan@acme.example> ezt írta:",
    "---- On Tue, 03 Mar 2026 10:15:00 +0100 Jan <jan@acme.example> wrote ----",
    "10:15, 3 March 2026, Jan <jan@acme.example>:",
]

SENTENCES = [
    "The server stopped on 3 March 2026 at 10:15 with this:",
    "As I wrote on 3 March 2026:",
    "On Tuesday we will come.",
    "Please write to jan@acme.example:",
    "Opening hours:",
    "He wrote:",
    "1. March:",
    "--",
]


@pytest.mark.parametrize("text", ATTRIBUTIONS)
def test_attributions(text: str) -> None:
    """One line of any language, and the same wrapped over two."""
    assert attributions(lines.read(f"Yes.\n\n{text}\n\nold\n")) == {2: 3}
    words = text.split(" ")
    wrapped = f"{' '.join(words[:-2])}\n{' '.join(words[-2:])}"
    assert attributions(lines.read(f"Yes.\n\n{wrapped}\n\nold\n")) == {2: 4}


@pytest.mark.parametrize("text", SENTENCES)
def test_sentences_are_no_attributions(text: str) -> None:
    """A colon, a day or an address alone proves nothing."""
    assert attributions(lines.read(f"Yes.\n\n{text}\n\nmine\n")) == {}


@pytest.mark.parametrize(("text", "kind", "behind"), [
    ("-----Original Message-----", Separator.REPLIED, ""),
    ("-------- Původní zpráva --------", Separator.REPLIED, ""),
    ("---------- Forwarded message ---------", Separator.FORWARDED, ""),
    ("---------- Forwarded message from Jan ---------", Separator.FORWARDED, ""),
    ("----- Message transmis ----- De : Jan", Separator.FORWARDED, "De : Jan"),
    ("Begin forwarded message:", Separator.FORWARDED, ""),
    ("---- etwas anderes ----", Separator.UNKNOWN, ""),
])  # fmt: skip
def test_separators(text: str, kind: Separator, behind: str) -> None:
    """What stands between dashes tells, and what no table knows is left open."""
    assert separators.separator(text) == (kind, behind)


@pytest.mark.parametrize("text", [
    "--", "-----", "- item", "--verbose", "Forwarded message", "**bold**", "__init__", "a -- b",
    "-- etwas --",
])  # fmt: skip
def test_no_separators(text: str) -> None:
    """Rules, bullets and markup of a person separate nothing by themselves."""
    assert separators.separator(text) is None


def test_a_header_block_may_fold_and_gap() -> None:
    """Long lists of recipients go on in the next line; bold headers stand apart."""
    text = (
        "*From:* Jan <jan@acme.example>\n\n*To:* a@acme.example;\n  b@acme.example\n"
        "*Subject:* Re: Printer\nmine\n"
    )
    (block,) = separators.header_blocks(lines.read(text)).values()
    assert (block.start, block.end) == (0, 5)
    assert block.fields[Header.FROM] == "Jan <jan@acme.example>"


@pytest.mark.parametrize("text", [
    "Name: Jan\nEmail: jan@acme.example\nPhone: 555",
    "From: Prague\nTo: Brussels\nDate: 12 March 2026",
    "From: a@acme.example\nTo: b@acme.example",
    "Host: printer\nTime: 10:15",
    "From: Jan Maes",
])  # fmt: skip
def test_forms_are_no_header_blocks(text: str) -> None:
    """What people list themselves stays theirs."""
    assert separators.header_blocks(lines.read(text)) == {}


@pytest.mark.parametrize("text", [
    "Sent from my iPhone", "Envoyé de mon iPad", "Von meinem Samsung Galaxy gesendet",
    "Verstuurd vanaf mijn iPhone", "Odesláno z iPhonu", "Az iPhone-omról küldve",
    "Get Outlook for iOS<https://aka.ms/o0ukef>", "Отправлено с iPhone", "iPhoneから送信",
    "Sent with Proton Mail secure email.", "Gesendet von Outlook für Android",
])  # fmt: skip
def test_devices(text: str) -> None:
    """What telephones add, in the languages that they speak."""
    assert signatures.is_device(lines.line(text))


@pytest.mark.parametrize("text", [
    "Sent from the warehouse", "The mail was sent from my iPhone", "Sent", "Do you use Outlook?",
    "Von meinem Handy aus geht es nicht", "> Sent from my iPhone",
    "Sent from my iPhone, which is broken since yesterday, so please call me at the office",
])  # fmt: skip
def test_sentences_are_no_devices(text: str) -> None:
    """A sentence about a device is the sender's."""
    assert not signatures.is_device(lines.line(text))


@pytest.mark.parametrize(("line", "is_one"), [
    ("#approve", True), ("  #approve now", True), ("# heading", True), ("#1 is wrong", False),
    ("##", False), ("a #b", False), ("#", False),
])  # fmt: skip
def test_what_looks_like_a_command(line: str, is_one: bool) -> None:
    """A number sign and a letter at the start of the line."""
    assert doubts.looks_like_command(line) is is_one


@pytest.mark.parametrize("above", [
    "Jan <jan@acme.example> 03.03.2026",
    "3 March 2026, 10:15",
    "Jan wrote:",
    "Jan jan@acme.example wrote on Monday",
    "From: Jan",
    "Nga: Jan\nDërguar: 03.03.2026 10:15",
    "_____________",
    "--- etwas ---",
    "-Jan Maes",
    "Kind regards",
])  # fmt: skip
def test_traces_of_history(above: str) -> None:
    """Below each of them a command is asked about."""
    read = lines.read(f"Yes.\n\n{above}\n\nold text\n\n#approve")
    assert doubts.commands(read, range(len(read)), everything=False) == ("#approve",)


@pytest.mark.parametrize("above", [
    "I replaced the disk on 3 March 2026.",
    "Visited 3 March 2026, 10:15 to 11:00.",
    "- toner\n- paper",
    "Arrived: 10:15\nLeft: 12:00",
    "Note: the door is open.",
    "See https://acme.example/a?b=1",
    "Hello Jan,",
])  # fmt: skip
def test_no_traces(above: str) -> None:
    """What people write themselves does not stop their commands."""
    read = lines.read(f"{above}\n\nmore text\n\n#approve")
    assert doubts.commands(read, range(len(read)), everything=False) == ()
