"""`audit`: what is not accounted for is named, and the exit code says so."""

from __future__ import annotations

import json

from gateway.configuration.starting import write_home
from store import evidence
from store.database import Database
from store.migrate import migrate
from store.objects import open_objects
from tests.gateway.cli.conftest import Shell


def test_faults_are_named(filled: Shell) -> None:
    """A ticket that is not what its journal tells: a line with what is wrong and what to do."""
    code, out, _ = filled("audit")
    assert code == 1
    assert "#1: its journal tells another ticket: status" in out
    assert "not accounted for; looked at 4 mails that arrived" in out


def test_for_programs(filled: Shell) -> None:
    """The documented keys, and the numbers of `status` beside them."""
    code, out, _ = filled("audit", "--json")
    found = json.loads(out)
    assert code == 1
    assert list(found) == ["faults", "looked_at", "status", "strays"]
    assert {fault["fault"] for fault in found["faults"]} >= {"ticket_differs"}
    assert list(found["faults"][0]) == ["fault", "id", "at", "message_id", "from", "text", "mend"]
    assert found["status"]["received"] == 4


def test_against_what_a_sender_believes(filled: Shell) -> None:
    """Lines with or without brackets; what never arrived is named."""
    file = filled.home / "believed.txt"
    file.write_text("<1@acme.example>\n\nto=<lost@acme.example>, sent\nbare@acme.example\n")
    _, out, _ = filled("audit", "--against", str(file), "--json")
    lost = {f["id"] for f in json.loads(out)["faults"] if f["fault"] == "never_arrived"}
    assert lost == {"<lost@acme.example>", "<bare@acme.example>"}


def test_an_object_of_no_mail_is_no_fault(shell: Shell) -> None:
    """A process that was killed before it wrote the row leaves it: it is listed, exit code 0."""
    write_home(shell.home, "run")
    file = shell.home / "gateway.toml"
    place = f"file://{shell.home}/mails"
    file.write_text(file.read_text().replace("[store]\n", f'[store]\nevidence = "{place}"\n'))
    database = Database(f"sqlite:///{shell.home.absolute()}/gateway.db", open_objects(place))
    migrate(database)
    evidence.begin(database)
    (name,) = evidence.keep_outside(database, [b"Subject: cut off"])
    database.dispose()
    code, out, _ = shell("audit")
    assert code == 0
    assert f"{name}: an object that belongs to no mail" in out
    code, out, _ = shell("audit", "--json")
    assert (code, json.loads(out)["strays"]) == (0, [name])
