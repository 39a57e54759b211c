"""What was read in a mail, as `explain --json` says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gateway.values import ParsedMail
from gateway.views.scalars import Json, Object
from rules.model import Proof


def explained(
    file: str,
    mail: ParsedMail,
    *,
    commands: Iterable[Mapping[str, object]],
    ticket: int | None = None,
    verified: Proof = Proof.NONE,
    problems: Sequence[str] = (),
    would: Sequence[str] = (),
) -> Object:
    """`commands` have line, name and arguments; `would` says in sentences what would happen.

    `problems` come after those of the mail itself.
    """
    return {
        "file": file,
        "kind": mail.kind.value,
        "from": mail.sender.address if mail.sender else None,
        "original_sender": mail.original.sender.address if mail.original else None,
        "subject": mail.subject,
        "ticket": ticket,
        "sender_verified": verified.value,
        "new_text": mail.new_text,
        "commands": [_command(command) for command in commands],
        "attachments": [
            {"name": part.name, "type": part.type, "size": part.size, "sha256": part.sha256}
            for part in mail.attachments
        ],
        "problems": [*mail.problems, *problems],
        "would": list(would),
    }


def unreadable(file: str, reason: str) -> Object:
    """A mail that could not be read within its limits: it would wait for a person."""
    return {
        "file": file,
        "kind": None,
        "from": None,
        "original_sender": None,
        "subject": None,
        "ticket": None,
        "sender_verified": Proof.NONE.value,
        "new_text": "",
        "commands": [],
        "attachments": [],
        "problems": [reason],
        "would": ["quarantine the mail for a person to look at"],
    }


def _command(command: Mapping[str, object]) -> Json:
    arguments = command["arguments"]
    named = arguments if isinstance(arguments, Mapping) else {}
    return {
        "line": str(command["line"]),
        "name": str(command["name"]),
        "arguments": {str(name): _plain(value) for name, value in named.items()},
    }


def _plain(value: object) -> Json:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, list | tuple | frozenset):
        return [_plain(entry) for entry in value]
    return str(value)
