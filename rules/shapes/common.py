"""What all parts of a process file share: words for people, conditions, values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Text = str | Mapping[str, str]
"""Words for people: in the process's own language, or by language code."""


def listed(value: object) -> object:
    """One word stands for a list of it."""
    return [value] if isinstance(value, str) else value


Words = Annotated[
    tuple[str, ...], BeforeValidator(listed, json_schema_input_type=str | tuple[str, ...])
]
"""One word or a list of them."""


class Part(BaseModel):
    """Whatever stands in a process file: unknown keys are faults, nothing changes after loading."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True
    )


class Guard(Part):
    """What must hold; `says` is told where it does not."""

    that: str
    says: Text


class Case(Part):
    when: str | None = None
    value: str | bool | int | None = Field(default=None, alias="is")


class Value(Part):
    """A value that is worked out: from an argument, an expression, or the first case that holds."""

    argument: str | None = None
    expression: str | None = None
    first: tuple[Case, ...] = ()


Given = Value | bool | int | str | None
"""A literal as it stands, or a value to be worked out."""
