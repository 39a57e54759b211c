"""A decision as plain values: what is kept and compared of it, and said to people.

Wording is left out: a template or a label that changed is no other decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules.effects import Decision
from store.coding import encode

Decided = Mapping[str, Any]
"""reason, internal, effects (as the journal has them), lines (what was said) and refusals."""

_OF_A_MAIL = ("effect", "template", "to", "internal", "purpose", "version")
_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")


def decided(decision: Decision) -> dict[str, Any]:
    """What of a decision makes it that decision. The version of the file does not."""
    return {
        "reason": decision.reason,
        "internal": decision.internal,
        "effects": [_reduced(encode(effect)) for effect in decision.effects],
        "lines": [str(line["what"]) for line in decision.lines],
        "refusals": [{"line": r.get("line", ""), "why": r["why"]} for r in decision.refusals],
    }


def _reduced(effect: dict[str, Any]) -> dict[str, Any]:
    match effect["effect"]:
        case "QueueMail":
            return {name: effect[name] for name in _OF_A_MAIL}
        case "MoveTo":
            return {name: value for name, value in effect.items() if name != "version"}
        case "OpenTicket" | "OpenOther" | "OnOther":
            return {name: _within(name, value) for name, value in effect.items()}
    return effect


def _within(name: str, value: Any) -> Any:
    if name == "effects":
        return [_reduced(effect) for effect in value]
    if name == "ticket" and isinstance(value, Mapping):
        return {key: part for key, part in value.items() if key != "process_version"}
    return value


# --- for people ----------------------------------------------------------------------------------


def sentences(made: Decided) -> list[str]:
    """A line for each thing that the decision does, or does not for a reason."""
    return [*map(_refusal, made["refusals"]), *map(_effect, made["effects"])]


def mails(made: Decided) -> list[dict[str, Any]]:
    """The mails that it sends: template, and to whom."""
    return [
        {"template": effect["template"], "to": list(effect["to"])}
        for effect in made["effects"]
        if effect["effect"] == "QueueMail"
    ]


def _refusal(refusal: Mapping[str, Any]) -> str:
    return f"refuse {refusal['line'] or 'it'}: {refusal['why']}"


def _effect(effect: Mapping[str, Any]) -> str:
    match effect:
        case {"effect": "QueueMail", "template": template, "to": to}:
            return f"mail {template} to {', '.join(to)}"
        case {"effect": "MoveTo", "status": status}:
            return f"move to {status}"
        case {"effect": "OpenTicket", "ticket": {"number": number, "status": status}}:
            return f"open ticket {number}, {status}"
        case {"effect": "OpenOther", "ticket": {"number": number, "desk": desk}}:
            return f"open ticket {number} at {desk}"
        case {"effect": "OnOther", "ticket": number, "effects": effects}:
            return f"on ticket {number}: {'; '.join(map(_effect, effects))}"
        case {"effect": "Hold", "address": address, "commands": commands}:
            return f"hold until {address} confirms: {' '.join(commands.split())}"
        case {"effect": "Note", "what": what, "text": text}:
            return f"note {what} {text}".rstrip()
    return _any(effect)


def _any(effect: Mapping[str, Any]) -> str:
    words = _CAMEL.sub(" ", effect["effect"]).lower()
    given = ", ".join(_given(effect))
    return f"{words}: {given}" if given else words


def _given(effect: Mapping[str, Any]) -> Iterator[str]:
    for name, value in effect.items():
        if name == "effect" or value in (None, "", [], {}):
            continue
        shown = value
        if isinstance(value, Mapping):
            shown = " ".join(_given(value))
        elif isinstance(value, Sequence) and not isinstance(value, str):
            shown = " ".join(map(str, value))
        yield f"{name} {shown}"
