"""Commands as links that write the answer."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.render.offers import mailto, offer_links, questions
from rules.process import Offer
from tests.gateway.render.samples import PROCESS, REPLY_TO, TICKET, recipient

LINKS = (
    ("approve", "nl", "#goedkeuren\r\n\r\n", "#goedkeuren", "Goedkeuren"),
    ("approve", "en", "#approve\r\n\r\n", "#approve", "Approve"),
    ("approve", "de", "#approve\r\n\r\n", "#approve", "Approve"),
    ("decline", "nl", "#weigeren ", "#weigeren …", "Weigeren"),
    ("impact blocked all", "nl", "#hinder blocked all\r\n\r\n", "#hinder blocked all", "Geen"),
    ("unknown", "nl", "#unknown\r\n\r\n", "#unknown", "Unknown"),
)


def parts(href: str) -> tuple[str, str, str]:
    """Address, subject and body as a mail client decodes them (RFC 6068)."""
    url = urlsplit(href)
    query = parse_qs(url.query.replace("+", "%2B"), strict_parsing=True)
    return url.path.replace("%2B", "+"), query["subject"][0], query["body"][0]


@pytest.mark.parametrize(("does", "language", "body", "by_hand", "label"), LINKS)
def test_links_write_the_answer(
    does: str, language: str, body: str, by_hand: str, label: str
) -> None:
    """In the reader's words; the cursor stands where words of theirs are needed."""
    (link,) = offer_links(PROCESS, (does,), recipient(language), REPLY_TO, TICKET)
    to, subject, written = parts(link.href)
    assert to == REPLY_TO
    assert written == body
    assert link.command == by_hand
    assert subject.startswith("[#88] ")
    if label != "Geen":
        assert link.label == label


def test_labels_are_the_files_own() -> None:
    """An offer named by its command alone is labelled as the process file does it elsewhere."""
    (asked,) = questions(PROCESS, PROCESS.mails.asks, recipient("en"), REPLY_TO, TICKET)
    (link,) = offer_links(PROCESS, ("impact blocked all",), recipient("en"), REPLY_TO, TICKET)
    assert link == asked.links[0]
    assert link.label == "No, nobody"
    own = Offer(does="approve", label={"nl": "Ja graag"})
    (labelled,) = offer_links(PROCESS, (own,), recipient("nl"), REPLY_TO, TICKET)
    assert labelled.label == "Ja graag"


def test_links_hold_nothing_of_the_senders() -> None:
    """The subject of a link names the ticket, not what somebody wrote."""
    links = offer_links(PROCESS, ("approve",), recipient("en"), REPLY_TO, TICKET)
    assert "Printer" not in links[0].href
    (without,) = offer_links(PROCESS, ("approve",), recipient("en"), REPLY_TO, None)
    assert parts(without.href)[1] == "Approve"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), st.text(max_size=0))
def test_any_words_survive_the_url(words: str, _: str) -> None:
    """Ampersands, percent signs, plus signs, umlauts and line breaks come back as they were."""
    href = mailto("a+b@desk.example", f"s{words}", f"b{words}")
    assert href.isascii()
    assert not set(' "<>\r\n') & set(href)
    assert parts(href) == ("a+b@desk.example", f"s{words}", f"b{words}")
