"""Where HTML may hide a line that reads like a command."""

from __future__ import annotations

import time

import pytest

from gateway.reading import ParsedMail, parse, problems, unseen

SEEN = [
    "<p>#approve</p>",
    "<div><span>#approve</span></div>",
    "<p>&nbsp;</p><p>&#8203;</p><p>#approve</p>",
    "<p style='margin-left:36.0pt;text-indent:-18.0pt;color:#1f497d;font-size:11.0pt'>#approve</p>",
    "<p style='border:none;height:100%;line-height:1.5;background-color:white'>#approve</p>",
    "<p style='color:white'>Hello</p><p>#approve</p>",
    "<p style='color:white'>Room #12</p><p>#approve</p>",
    "<style>.x{display:none} p{margin:0cm;font-size:11.0pt}</style><p class=y>#approve</p>",
    "<style>@media print{.x{display:none}}</style><p>#approve</p>",
    "<p>no command</p>",
    "",
]
UNSEEN = [
    "<p style='color:white'>#approve</p>",
    "<p style='color: #FFFFFE;'>#approve</p>",
    "<p style='color:rgba(0, 0, 0, 0)'>#approve</p>",
    "<p style='COLOR :\ttransparent'>#approve</p>",
    "<font color='#ffffff'>#approve</font>",
    "<div style='position: absolute; left:-9999px'><p>Hi</p><p>#approve</p></div>",
    "<div style='text-indent:-9999px'>#approve</div>",
    "<div style='height:0;overflow:hidden'>#approve</div>",
    "<div style='font-size:1px'>#approve</div>",
    "<div style='font:1px x'>#approve</div>",
    "<div style='opacity:.01'>#approve</div>",
    "<div style='mso-hide:all'>#approve</div>",
    "<div style='unicode-bidi:bidi-override;direction:rtl'>#approve</div>",
    "<div style='c\\6flor:white'>#approve</div>",
    "<style>.x{display:none}</style><p class='y x'>#approve</p>",
    "<style>#z{di/**/splay:none}</style><p id=z>#approve</p>",
    "<style>p{color:#fff}</style><p>#approve</p>",
    "<style>@media screen{* {visibility:hidden}}</style><p>#approve</p>",
    "<p style='color:white'><b></b>#approve</p>",
    "<p style='color:white'><b>#</b>approve</p>",
    "<p style='color:white'>Hi\n#approve</p>",
    "<div>" * 300 + "#approve",
]


@pytest.mark.parametrize(
    ("markup", "doubt"), [*((one, False) for one in SEEN), *((one, True) for one in UNSEEN)]
)
def test_hidden_commands(markup: str, doubt: bool) -> None:
    """By colour, size, place, a style sheet or what is too deep to tell; what people's mail
    programs write is none of it, and other text may look as it likes."""
    assert unseen.hides_command(markup) is doubt


@pytest.mark.parametrize(("markup", "clear"), [(SEEN[0], True), (UNSEEN[0], False)])
def test_a_line_that_may_be_unseen_binds_nobody(markup: str, clear: bool) -> None:
    """Its mail is not unambiguous, with a text that says the same beside it or alone."""
    head = (
        b"From: jan@acme.example\r\nMIME-Version: 1.0\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n"
    )
    head += b"Message-ID: <1@acme.example>\r\n"
    alone = head + b"Content-Type: text/html\r\n\r\n" + markup.encode()
    both = (
        head + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n#approve\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n" + markup.encode() + b"\r\n--b--\r\n"
    )
    for raw in (alone, both):
        mail = parse(raw)
        assert isinstance(mail, ParsedMail)
        assert mail.new_text.strip() == "#approve"
        assert mail.unambiguous is clear
        assert (problems.PERHAPS_UNSEEN in mail.problems) is not clear


@pytest.mark.parametrize(
    "piece",
    ["<style>", "<style>/*", "<style>x{", "<p style='color:'>#a", "rgba(", "#", "<i class='a b'>#"],
)
def test_it_takes_no_longer_than_the_text(piece: str) -> None:
    """Linear, whatever is written."""
    began = time.process_time()
    unseen.hides_command(piece * (200_000 // len(piece)) + "#a")
    assert time.process_time() - began < 2
