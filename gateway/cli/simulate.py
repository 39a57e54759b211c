"""`rules simulate`: what a process decides on given facts."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.frame import Session, Wrong, as_json, pass_session
from rules.faults import Unsound

if TYPE_CHECKING:
    from gateway.simulation.play import Played
    from gateway.views.scalars import Json, Object
    from rules.process import Process


@click.command("simulate")
@click.argument("name")
@click.argument("facts")
@as_json
@pass_session
def command(session: Session, name: str, facts: str, as_json: bool) -> None:
    """Play process NAME, or a process file, without mail: what it decides on FACTS, a file in YAML
    or JSON (- for standard input), step by step."""
    from gateway.cli.rules_file import process_of
    from gateway.cli.screen import print_json
    from gateway.configuration.loading import process_folders
    from gateway.simulation.facts_file import read_facts
    from gateway.simulation.play import play
    from rules.loading import load_processes

    process = process_of(session, name)
    processes, _ = load_processes(process_folders(session.home))
    shown = "standard input" if facts == "-" else facts
    read = read_facts(_text(facts), shown, process, {**processes, process.process: process})
    if isinstance(read, tuple):
        raise Unsound(read)
    steps = [
        _step(process, read.line(played.step), played)
        for played in play(read.facts, process, processes)
    ]
    if as_json:
        print_json({"process": process.process, "version": process.version, "steps": [*steps]})
    else:
        _print(steps)


def _text(facts: str) -> str:
    if facts == "-":
        return sys.stdin.read()
    try:
        return Path(facts).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Wrong(f"{facts} is not in UTF-8: save it in that encoding") from None


def _step(process: Process, line: int, played: Played) -> Object:
    from gateway.views.decisions import mails, sentences
    from gateway.views.scalars import moment

    made, after = played.decided, played.after
    event: Object = {name: _plain(value) for name, value in played.event.items()}
    did: list[Json] = [s for s in sentences(made) if not s.startswith("mail ")]
    return {
        "line": line,
        "at": moment(played.at),
        "event": event,
        "reason": str(made["reason"]),
        "from": played.before,
        "to": after.status if after else None,
        "effects": did,
        "refusals": [_refusal(process, refusal) for refusal in played.decision.refusals],
        "mails": [{"template": m["template"], "to": m["to"]} for m in mails(made)],
        "timers": [
            {"name": timer.name, "due_at": moment(timer.due_at)}
            for timer in (after.timers if after else ())
        ],
    }


def _refusal(process: Process, refusal: Mapping[str, object]) -> Object:
    says = refusal.get("says")
    words = process.say(says, "en") if isinstance(says, str | Mapping) else None
    return {"line": str(refusal.get("line", "")), "why": str(refusal["why"]), "says": words}


def _plain(value: object) -> Json:
    return value if isinstance(value, bool) else str(value)


def _print(steps: Iterable[Object]) -> None:
    from gateway.cli.screen import visible, when

    for step in steps:
        event = step["event"]
        assert isinstance(event, dict)
        what = " ".join(str(value) for value in event.values() if value is not True)
        click.echo(f"line {step['line']}, {when(str(step['at']))}: {visible(what)}")
        for sentence in _sentences(step):
            click.echo(f"    {visible(sentence)}")


def _sentences(step: Object) -> Iterable[str]:
    """What was decided, who is written to, and where the ticket stands then."""
    yield f"because: {step['reason']}"
    yield from map(str, _list(step["effects"]))
    for refusal in _list(step["refusals"]):
        assert isinstance(refusal, dict)
        if refusal["says"]:
            yield f"says: {refusal['says']}"
    for mail in _list(step["mails"]):
        assert isinstance(mail, dict)
        yield f"mail {mail['template']} to {', '.join(map(str, _list(mail['to'])))}"
    before, after = step["from"] or "no ticket", step["to"] or "no ticket"
    yield f"status: {after}" if before == after else f"status: {before} -> {after}"


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
