"""Text and HTML must say the same commands."""

from __future__ import annotations

import pytest

from gateway.reading import agree

LONG = "#cancel the customer told us on the telephone that the printer works again since Monday"


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("Hello\n", "<p>Something else</p>"),
        ("#approve\n", "<p>#approve</p>"),
        ("#approve\n\nThanks\n", "<div>#approve<br><br>Thank you</div>"),
        ("#Approve\n", "<b>#approve</b>"),
        ("*#approve*\n", "<b>#approve</b>"),
        ("#quote 450   Server\n", "<p>#quote 450 Server</p>"),
        (LONG[:70].rsplit(" ", 1)[0] + "\n" + "works again", f"<p>{LONG}</p>"),
        ("Hello\n#close\n", "<p>Hello</p><p>#close</p>"),
        ("Hello\n", "<style>\n#header {color: red}\n</style><p style='color: #fff'>Hello</p>"),
    ],
)
def test_same(text: str, markup: str) -> None:
    """Clients write widths, marks and words differently; that is no difference."""
    assert not agree.differ(text, markup)


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("#approve\n", "<p>No!</p>"),
        ("No!\n", "<p>#approve</p>"),
        ("#approve\n", "<p>#decline</p>"),
        ("#approve\n", "<p>Please do not</p><p>#approve</p>"),
        ("#approve\n", "<p>I will never #approve</p>"),
        ("#approve\n#cancel\n", "<p>#approve</p>"),
        ("#quote 4500 Server\n", "<p>#quote 450 Server</p>"),
        ("#quote 450\n", "<p>#quote 4500</p>"),
        ("Hello\n#close\n", "<p>Hello</p>"),
        ("#approve\n", '<p style="display:none">#approve</p><p>No!</p>'),
    ],
)
def test_other(text: str, markup: str) -> None:
    """A leading command of one alone, and one of the text that the HTML has not, are."""
    assert agree.differ(text, markup)
