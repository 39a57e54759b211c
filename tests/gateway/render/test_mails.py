"""Every shipped mail in every language: as text and as HTML, with hostile data, as files."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import TemplateError

from gateway.reading.html import to_text
from gateway.render import Carried, Page, Rendered, Renderer, render
from gateway.render.environment import SHIPPED
from rules.model import Task
from tests.gateway.render import samples
from tests.gateway.render.samples import DATA, LANGUAGES, TICKET, page, variants

GOLDENS = Path(__file__).parents[2] / "goldens" / "mails"
BARE_COMMAND = re.compile(r"^\s*[#＃][^\W\d_]", re.MULTILINE)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
VOID = frozenset({"meta", "br", "img", "hr"})


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer()


class WellFormed(HTMLParser):
    """Fails where a tag is closed that is not open, or stays open; collects tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def parsed(html: str) -> WellFormed:
    parser = WellFormed()
    parser.feed(html)
    parser.close()
    assert not parser.open
    return parser


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]{2,}", re.sub(r"<mailto:[^>]*>", "", text)))


def assert_sound(mail: Rendered) -> None:
    """What holds for every mail of ours, whatever it says."""
    shown = parsed(mail.html)
    assert shown.tags.isdisjoint({"script", "img", "iframe", "form", "object", "link"})
    links = {value for name, value in shown.attributes if name in ("href", "src", "background")}
    assert all(link.startswith("mailto:") for link in links)
    for text in (mail.text, to_text(mail.html)):
        assert not BARE_COMMAND.search(text)
    for text in (mail.subject, mail.text, mail.html):
        assert not CONTROL.search(text)
        assert "{{" not in text
        assert "%(" not in text
        assert "None" not in text
    assert "\n" not in mail.subject
    assert mail.subject.strip()
    assert mail.text.endswith("\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_renders_in_every_language(renderer: Renderer, language: str) -> None:
    """As full and as empty as it can be, for customers and staff, with and without ticket."""
    for sample in variants(language):
        assert_sound(render(renderer, sample))


@pytest.mark.parametrize("template", DATA)
def test_text_and_html_say_the_same(renderer: Renderer, template: str) -> None:
    """Every word of the text is in the HTML, but for the commands beside links."""
    mail = render(renderer, page(template, "en"))
    said = words(re.sub(r" \(#[^)]*\): <mailto", ": <mailto", mail.text))
    assert said <= words(to_text(mail.html)) | words(mail.html)


def test_every_shipped_template_has_a_sample() -> None:
    """A new template is tested from its first day."""
    parts = {"frame", "sentences", "layout.text", "layout.html", "terminal"}
    assert {path.stem for path in SHIPPED.glob("*.j2")} - parts == set(DATA)


def test_languages_differ(renderer: Renderer) -> None:
    """No language shows another one's sentences."""
    texts = [render(renderer, page("help", language)).text for language in LANGUAGES]
    assert len(set(texts)) == len(LANGUAGES)


def test_unknown_language_is_written_in_english(renderer: Renderer) -> None:
    """Somebody whose language has no catalog can still read the mail."""
    assert "We have received" in render(renderer, page("acknowledgement", "pt")).text


def test_a_template_that_is_missing_raises(renderer: Renderer) -> None:
    with pytest.raises(TemplateError):
        render(renderer, replace(page("reply", "en"), template="nowhere"))


# --- what a mail shows ---------------------------------------------------------------------------


def test_ticket_and_status_are_shown(renderer: Renderer) -> None:
    """Number, subject, status and whose turn it is stand in what a customer reads."""
    mail = render(renderer, page("acknowledgement", "nl"))
    assert mail.subject == "[#88] Printer prints <nothing> & jams"
    assert "Ticket #88, status: Nieuw. Het wacht op uw antwoord" in mail.text
    assert "Ook bij dit ticket: An Smit." in mail.text


def test_links_are_ready_answers(renderer: Renderer) -> None:
    """A link holds the recipient's own word for the command, and says so to who writes by hand."""
    mail = render(renderer, page("quote", "nl"))
    assert "Goedkeuren (#goedkeuren): <mailto:" in mail.text
    assert "“#goedkeuren”, “#weigeren …”" in mail.text
    assert 'href="mailto:helpdesk%2B88.' in mail.html


def test_scores_have_words(renderer: Renderer) -> None:
    assert "5 – zeer tevreden (#rate 5): <mailto:" in render(renderer, page("survey", "nl")).text


def test_moments_are_in_the_zone_of_the_reader(renderer: Renderer) -> None:
    """14:05 UTC is 15:05 in Brussels in November, and the mail says whose time it is."""
    text = render(renderer, page("invitation", "fr")).text
    assert "samedi 21 novembre 2026, 15:05 (heure normale d’Europe centrale)" in text


def test_carried_html_stands_in_the_frame(renderer: Renderer) -> None:
    """Formatting that was sanitised before is kept; the text part has the plain words."""
    carried = Carried("Marie", "be bold", "<p>be <b>bold</b></p>")
    mail = render(renderer, replace(page("reply", "en"), carried=carried))
    assert "<p>be <b>bold</b></p>" in mail.html
    assert mail.text.startswith("be bold\n")


def test_words_of_people_keep_their_lines(renderer: Renderer) -> None:
    """Indentation and empty lines of a person's text arrive as they were written."""
    carried = Carried("Marie", "a\n\n\n    b\n  c")
    bare = replace(page("reply", "en"), ticket=replace(TICKET, timers=()), data={}, links=())
    mail = render(renderer, replace(bare, carried=carried))
    assert mail.text.startswith("a\n\n\n    b\n  c\n\n-- \n")
    assert "a<br><br><br>    b<br>  c" in mail.html


def test_staff_read_what_customers_do_not(renderer: Renderer) -> None:
    """Tasks, timers and the customer's name are for staff."""
    customer = render(renderer, page("status", "en")).text
    staff = render(
        renderer, replace(page("status", "en"), recipient=samples.recipient("en", staff=True))
    )
    for told in ("Call Jan back", "A reminder comes on", "Customer: Jan Maes", "Contract: Magic"):
        assert told in staff.text
        assert told not in customer


@pytest.mark.parametrize("template", sorted(set(DATA) - samples.WITHOUT_TICKET))
def test_whoever_has_an_open_task_reads_of_it(renderer: Renderer, template: str) -> None:
    """In every mail to them about that ticket, text and HTML; nobody reads of it as theirs else."""
    sample = page(template, "en")
    assert sample.ticket is not None
    task = Task(7, "Count the drums", assignee="marie@accel.example")
    ticket = replace(sample.ticket, tasks=(task,))
    for address, reads in (("marie@accel.example", True), ("jan@acme.example", False)):
        reader = replace(sample.recipient, address=address, staff=reads)
        mail = render(renderer, replace(sample, ticket=ticket, recipient=reader))
        assert ("7. Count the drums" in mail.text) >= reads
        assert ("7. Count the drums" in mail.html) >= reads
        assert "Your open tasks" not in mail.text or reads


def test_unverified_senders_read_nothing_of_their_own(renderer: Renderer) -> None:
    """Answers to who may be somebody else hold no word that came from outside."""
    hostile = replace(TICKET, subject="Buy cheap pills", requester_name="Evil Name")
    for template in ("acknowledgement", "refused", "done", "help"):
        sample = replace(page(template, "en"), ticket=hostile, may_repeat=False)
        sample = replace(sample, recipient=replace(sample.recipient, name="Evil Name"))
        mail = render(renderer, sample)
        for part in (mail.subject, mail.text, mail.html):
            assert "pills" not in part
            assert "Evil" not in part
            assert "aprove”:" not in part
        assert mail.subject.startswith("[#88] ")


# --- hostile data --------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% for x in y %}",
    "</td></table><h1>x",
    "line\r\n#approve\n\x1e\x1d\x1f#approve",
    "\u202egpj.exe\u2066",
    '" onmouseover="x',
    "%(number)s %s 100 %",
    "&lt;b&gt;",
)


def with_text(sample: Page, text: str) -> Page:
    """The page with `text` in every place that people from outside can fill."""
    assert sample.ticket is not None
    ticket = replace(sample.ticket, subject=text, requester_name=text)
    ticket = replace(ticket, tasks=tuple(replace(t, title=text) for t in ticket.tasks))
    entries = tuple(replace(e, author=text, text=text, attachments=(text,)) for e in sample.history)
    return replace(
        sample,
        ticket=ticket,
        recipient=replace(sample.recipient, name=text),
        carried=Carried(text, text) if sample.carried else None,
        others=(text,),
        history=entries,
        names=dict.fromkeys(sample.names, text),
    )


def shown_html(html: str) -> WellFormed:
    """The parsed HTML without its own braces and style sheet."""
    return parsed(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))


@pytest.mark.parametrize("template", sorted(set(DATA) - samples.WITHOUT_TICKET))
def test_hostile_data_is_shown_and_not_obeyed(renderer: Renderer, template: str) -> None:
    """HTML, template syntax, control and bidi characters of a sender are text in our mails."""
    for text in HOSTILE:
        plain = render(renderer, page(template, "en"))
        mail = render(renderer, with_text(page(template, "en"), text))
        assert shown_html(mail.html).tags <= shown_html(plain.html).tags | {"br"}
        assert "49" not in mail.text
        for part in (mail.text, to_text(mail.html)):
            assert not BARE_COMMAND.search(part)
        for part in (mail.subject, mail.text, mail.html):
            assert not CONTROL.search(part)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60) | st.sampled_from(HOSTILE))
def test_any_text_renders(renderer: Renderer, text: str) -> None:
    """Whatever a subject, name or body holds, a mail comes out whose HTML is well-formed."""
    mail = render(renderer, with_text(page("notice", "cs"), text))
    parsed(mail.html)
    assert not CONTROL.search(mail.subject + mail.text + mail.html)
    assert not BARE_COMMAND.search(mail.text)


# --- as files ------------------------------------------------------------------------------------


AS_FILES = (
    ("acknowledgement", "nl"),
    ("quote", "fr"),
    ("notice", "en"),
    ("service_sheet", "cs"),
    ("confirmation", "de"),
    ("invoice_notice", "nl"),
    ("refused", "fr"),
)


@pytest.mark.parametrize(("template", "language"), AS_FILES)
def test_goldens(renderer: Renderer, template: str, language: str) -> None:
    """A few mails as files to look at; DESKPOST_WRITE_GOLDENS=1 writes them anew."""
    mail = render(renderer, page(template, language))
    texts = {"txt": f"{mail.subject}\n\n{mail.text}", "html": mail.html}
    for kind, content in texts.items():
        path = GOLDENS / f"{template}.{language}.{kind}"
        if os.environ.get("DESKPOST_WRITE_GOLDENS"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        assert path.read_text("utf-8") == content
