"""The look of HTML mails: mail clients read style attributes, people write a style sheet.

The rules of `style.css` are put beside the class attributes of our own templates once, when a
template is compiled: no foreign text is there yet (css-inline dies of deeply nested HTML).
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

import css_inline
from jinja2 import Environment
from jinja2.ext import Extension
from markupsafe import escape

_CLASS = re.compile(r'class="([a-z][a-z0-9 _-]*)"')
_STYLE = re.compile(r'style="([^"]*)"')


class InlineStyles(Extension):
    """Puts the style of `environment.style_sheet` beside each class attribute of a template."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """`source` on the same lines, so that faults are reported where they stand."""
        sheet = style_sheet_of(self.environment)
        return _CLASS.sub(lambda found: _styled(found.group(1), sheet), source)


def style_sheet_of(environment: Environment) -> str:
    """The style sheet of the environment's folders."""
    loader = environment.loader
    assert loader is not None
    return loader.get_source(environment, "style.css")[0]


@lru_cache(maxsize=256)
def _styled(classes: str, sheet: str) -> str:
    fragment = css_inline.inline_fragment(f'<p class="{classes}"></p>', sheet)
    style = _STYLE.search(fragment)
    if style is None:
        return f'class="{classes}"'
    return f'class="{classes}" style="{escape(unescape(style.group(1)))}"'
