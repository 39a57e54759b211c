"""HTML bodies read as text, cut to the new part, and made safe to show."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import html, newtext

GMAIL = (
    '<div dir="ltr"><p>Hello <b>Marie</b>,</p><ul><li>one</li>'
    '<li>two <a href="https://acme.example/a">here</a></li></ul>'
    '<div>See <img src="cid:shot"></div><div>#close</div><div>Thanks.</div></div><br>'
    '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Tue, Mar 3, 2026 at 10:15 AM '
    "Marie &lt;marie@accel.example&gt; wrote:<br></div>"
    '<blockquote class="gmail_quote" style="border-left:1px solid">old<img src="cid:old">'
    "<div>#approve</div></blockquote></div>"
)
APPLE = (
    "<html><body>Fine.<div><br></div><div><blockquote type='cite'><div>On 3 Mar 2026, at 10:15, "
    "Marie &lt;m@accel.example&gt; wrote:</div><br><div>#approve</div></blockquote></div></body>"
)
OUTLOOK = (
    "<div class=WordSection1><p class=MsoNormal>Fine.<o:p></o:p></p>"
    "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
    "<p class=MsoNormal><b>Ua:</b> Marie<br><b>Naar:</b> Jan</p></div>"
    "<p class=MsoNormal>#approve</p></div>"
)
OUTLOOK_WEB = (
    "<div>Fine.</div><div id='appendonsend'></div><hr><div id='divRplyFwdMsg'><b>Von:</b> Marie"
    "<br></div><div>#approve</div>"
)
THUNDERBIRD = (
    "<p>Fine.</p><div class='moz-cite-prefix'>Am 03.03.26 um 10:15 schrieb Marie:<br></div>"
    "<blockquote type='cite' cite='mid:x'>#approve</blockquote>"
)
YAHOO = (
    "<div>Fine.</div><div id='yahoo_quoted_1' class='yahoo_quoted'><div>Marie, 10:15</div>"
    "<div>#approve</div></div>"
)
PROTON = (
    "<div>Fine.</div><div class='protonmail_quote'>Marie<blockquote>#approve</blockquote></div>"
)

CRAFTED: dict[str, Callable[[int], str]] = {
    "attributes": lambda size: "<a " + " ".join(f"b{n}=1" for n in range(size // 6)) + ">x</a>",
    "nesting": lambda size: "<div>" * (size // 5) + "x",
    "comments": lambda size: "<!--" * (size // 4),
    "angles": lambda size: "<" * size,
    "open quotes": lambda size: '<a x="' * (size // 6),
    "unclosed styles": lambda size: "<style>" * (size // 7),
    "stray ends": lambda size: "<b></i>" * (size // 7),
    "hidden": lambda size: "<i hidden>a</i>b" * (size // 16),
    "tables": lambda size: "<table><tr><td>" * 60 + "x" * size,
    "wide table": lambda size: (
        f"<table><tr><td>{'x' * (size // 2)}<tr><td>b" + "<tr><td>a<td>b" * (size // 28)
    ),
    "entities": lambda size: "&" * size,
    "spaces": lambda size: "<a" + " " * size,
}


@pytest.mark.parametrize(("markup", "text"), [
    ("a<b>b</b> c<br>d", "ab c\nd\n"),
    ("<p>one</p><p>two</p>", "one\n\ntwo\n"),
    ("<ul><li>one<li>two</ul>", "  * one\n  * two\n"),
    ("<table><tr><td>1<td>2</table>", "1  2\n"),
    ("x &lt; y &amp;&nbsp;z", "x < y &\xa0z\n"),
    ("a<script>#b</script><style>c</style><!-- d --><title>e</title>", "a\n"),
    ("a<div style='display: none'>#b</div><i hidden>c</i><p style='font-size:0'>d</p>", "a\n"),
    ("<div style='font-size:0.9em'>seen</div>", "seen\n"),
    ("<blockquote>old<blockquote>older</blockquote></blockquote>new", "> old\n> > older\nnew\n"),
    ("<blockquote style='margin:0 0 0 40px;border:none'>indented</blockquote>", "indented\n"),
    ("yes<div class='gmail_signature'>Jan<br>#x</div>", "yes\n--\nJan\n#x\n"),
    ("", "\n"),
])  # fmt: skip
def test_text_of_markup(markup: str, text: str) -> None:
    """What a reader sees, hidden things left out, quotations and signatures marked."""
    found = html.to_text(markup)
    assert found.strip("\n") == text.strip("\n").replace("\xa0", " ")


@pytest.mark.parametrize("markup", [GMAIL, APPLE, OUTLOOK, OUTLOOK_WEB, THUNDERBIRD, YAHOO, PROTON])
def test_a_command_in_what_a_client_quotes_is_history(markup: str) -> None:
    """The structure of the HTML tells, also where no language is known."""
    found = newtext.split(html.to_text(markup))
    assert found.new
    assert "#approve" in found.history
    assert "#approve" not in found.new


def test_too_rich_markup_is_read_without_its_tags() -> None:
    """No mail program nests so deep; inscriptis would show nothing at all."""
    assert html.to_text("<div>" * 300 + "x<br>y") == "x\ny\n"


@pytest.mark.parametrize("name", CRAFTED)
def test_crafted_markup_does_not_hang(name: str) -> None:
    """Time and text grow with the length of the markup alone."""
    began = time.monotonic()
    for size in (10_000, 100_000):
        markup = CRAFTED[name](size)
        assert len(html.to_text(markup)) <= 4 * len(markup) + 100
        assert len(html.sanitise(markup)) <= 20 * len(markup) + 100
        html.cut(markup, "x")
        html.drop_lines(markup, ["x"])
    assert time.monotonic() - began < 20


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_is_taken_for_markup(markup: str, text: str) -> None:
    """Nothing makes any of them raise."""
    for wrapped in (markup, f"<p>{markup}<div {markup}>{text}"):
        html.to_text(wrapped)
        html.sanitise(wrapped)
        html.cut(wrapped, text)
        html.drop_lines(wrapped, [text])


def test_the_new_part_keeps_its_formatting() -> None:
    """Bold, lists, links and pictures of the sender stay, what is quoted goes."""
    text = "Hello *Marie*,\n\n   - one\n   - two here <https://acme.example/a>\n\nSee [image: a]\n"
    found = html.cut(GMAIL, text + "#close\nThanks.\n")
    assert found == (
        '<div dir="ltr"><p>Hello <b>Marie</b>,</p><ul><li>one</li>'
        '<li>two <a href="https://acme.example/a">here</a></li></ul>'
        '<div>See <img src="cid:shot"></div><div>#close</div><div>Thanks.</div></div>'
    )


@pytest.mark.parametrize("markup", [APPLE, OUTLOOK, OUTLOOK_WEB, THUNDERBIRD, YAHOO, PROTON])
def test_the_new_part_of_every_client(markup: str) -> None:
    """What is cut says just the new text."""
    found = html.cut(markup, "Fine.\n")
    assert found is not None
    assert html.to_text(found) == "Fine.\n"


@pytest.mark.parametrize(("markup", "text", "part"), [
    ("<p>a</p><img src='cid:x'><p>On Monday</p>", "a", '<p>a</p><img src="cid:x">'),
    ("<p>a</p><p>--</p><img src='cid:logo'>", "a", "<p>a</p>"),
    ("<blockquote>q</blockquote><p>my <i>words</i> here</p>", "my words here",
     "<p>my <i>words</i> here</p>"),
    ("<ol><li>x</li><li>y</li></ol>z", "1. x\n2. y\n", "<ol><li>x</li><li>y</li></ol>"),
    ("<p>Yes. On Monday Jan wrote:</p>", "Yes.", "<p>Yes. </p>"),
    ("<table><tr><td>a</td><td>b</td></tr></table><hr>From", "a  b",
     "<table><tr><td>a</td><td>b</td></tr></table>"),
    ("<p>other words</p>", "words of mine", None),
    ("<p>x</p><p>yes</p><p>yes</p>", "yes", None),
    ("<p>x</p>", "", None),
    ("<div>" * 300 + "x", "x", None),
])  # fmt: skip
def test_cut(markup: str, text: str, part: str | None) -> None:
    """The one place that says the text is cut out; else nothing."""
    assert html.cut(markup, text) == part


@pytest.mark.parametrize(("markup", "lines", "rest"), [
    ("<p>#close</p><p>Done.</p>", ["#close"], "Done."),
    ("<p>#close<br>Done.</p>", ["#close"], "Done."),
    ("<p>Done.<br>#close&nbsp;</p>", ["#close"], "Done."),
    ("<p><b>#time</b>  90</p>Done.", ["#time 90"], "Done."),
    ("<p>Done. #close</p>", ["#close"], None),
    ("<p>Done.</p>", ["#close"], None),
    ("<p>Done.</p>", [], "Done."),
])  # fmt: skip
def test_drop_lines(markup: str, lines: list[str], rest: str | None) -> None:
    """Whole lines go; where a line is not found as one, nothing is said to be sure."""
    found = html.drop_lines(markup, lines)
    assert (found if found is None else html.to_text(found).strip()) == rest


@pytest.mark.parametrize(("markup", "safe"), [
    ("<p onclick='x()' class='y'>a</p>", "<p>a</p>"),
    ("<script>a</script><form><input>b</form>", "b"),
    ("<img src='https://evil.example/x.png'>a", "<span></span>a"),
    ("<img src='data:image/png;base64,AAAA'>a", "<span></span>a"),
    ("<img src='cid:x'>", '<img src="cid:x">'),
    ("<a href='javascript:x()'>a</a>", '<a rel="noopener noreferrer nofollow">a</a>'),
    ("<a href='mailto:jan@acme.example'>a</a>",
     '<a href="mailto:jan@acme.example" rel="noopener noreferrer nofollow">a</a>'),
    ("<p style='color:red;position:fixed'>a</p>", '<p style="color:red">a</p>'),
    ("<p style='background:url(https://evil.example)'>a</p>", "<p>a</p>"),
    ("<p style='display:none'>#a</p>b", "<span></span>b"),
    ("<svg><script>a</script></svg>b<iframe src='x'></iframe>", "b"),
    ("<style><img src=x onerror=y></style>b", "b"),
    ("<div>" * 300 + "a < b<br>c", "a &lt; b<br>c"),
])  # fmt: skip
def test_sanitise(markup: str, safe: str) -> None:
    """Nothing acts, hides or loads from elsewhere."""
    assert html.sanitise(markup) == safe


@given(st.lists(st.sampled_from([
    "<", ">", "\"", "'", "=", "/", "<!--", "-->", "<script>", "</script>", "<style>", "<svg>",
    "<math>", "<p ", "onerror", "=alert(1)", "<img src=x ", "&lt;", "a", " ", "</style>",
]), max_size=30).map("".join))  # fmt: skip
def test_sanitised_markup_stays_as_it_is(markup: str) -> None:
    """What is safe once needs nothing more, and holds nothing that acts."""
    safe = html.sanitise(markup)
    assert html.sanitise(safe) == safe
    assert "<script" not in safe
    assert "<img src=x" not in safe
