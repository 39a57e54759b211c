"""Write gateway/render/glyphs.txt: every character that the fonts inside typst can show.

`.venv/bin/python tools/glyphs.py`, after typst has changed; it takes a few minutes.
"""

from __future__ import annotations

import json
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import typst

TARGET = Path(__file__).resolve().parent.parent / "gateway" / "render" / "glyphs.txt"
FAMILIES = '("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")'
SOURCE = f"""#let characters = json(bytes(sys.inputs.data))
#set text(font: {FAMILIES})
#for character in characters [#character \\ ]
"""
LAST = 0x1FBFF
"""Beyond it there are ideographs, tags and private characters, which these fonts do not have."""
NOT_SHOWN = ("Cn", "Cc", "Cs", "Co")
TOGETHER = 32


def main() -> int:
    characters = [
        chr(n) for n in range(0x20, LAST) if unicodedata.category(chr(n)) not in NOT_SHOWN
    ]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.typ"
        source.write_text(SOURCE)
        probe = Probe(source)
        found: list[int] = []
        for start in range(0, len(characters), TOGETHER):
            found += map(ord, probe.covered(characters[start : start + TOGETHER]))
    TARGET.write_text("\n".join(_ranges(found)) + "\n")
    return 0


class Probe:
    """Asks typst, which refuses PDF/A where a character has no glyph."""

    def __init__(self, source: Path) -> None:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
        self._compiler = typst.Compiler(str(source), font_paths=fonts)

    def covered(self, characters: list[str]) -> list[str]:
        """Those of the characters that can be shown."""
        if not characters or self._all(characters):
            return characters
        if len(characters) == 1:
            return []
        middle = len(characters) // 2
        return self.covered(characters[:middle]) + self.covered(characters[middle:])

    def _all(self, characters: list[str]) -> bool:
        shown = ["x" + c if unicodedata.combining(c) else c for c in characters]
        try:
            self._compiler.compile(sys_inputs={"data": json.dumps(shown)}, pdf_standards=["a-2a"])
        except typst.TypstError:
            return False
        return True


def _ranges(numbers: list[int]) -> Iterator[str]:
    start = before = numbers[0]
    for number in [*numbers[1:], -1]:
        if number != before + 1:
            yield f"{start:04x}" if start == before else f"{start:04x}-{before:04x}"
            start = number
        before = number


if __name__ == "__main__":
    sys.exit(main())
