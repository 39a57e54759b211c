"""Writes docs/process.schema.json anew, from which editors complete process files."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from rules.jsonschema import schema_text  # noqa: E402 - the root must be on the path first

(ROOT / "docs" / "process.schema.json").write_text(schema_text(), encoding="utf-8")
