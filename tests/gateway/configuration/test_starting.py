"""The files that a new home begins with."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.configuration.loading import load_configuration, load_people
from gateway.configuration.settings import Configuration
from gateway.configuration.starting import Kind, write_home
from rules.loading import COMMON_FILE, SHIPPED
from rules.model import People
from tests.gateway.configuration.test_loading import PROCESSES


@pytest.mark.parametrize("kind", ["init", "run"])
def test_a_new_home_is_without_fault(kind: Kind, tmp_path: Path) -> None:
    """What we write passes our own check."""
    files = write_home(tmp_path / "new" / "home", kind)
    assert [file.name for file in files] == ["gateway.toml", "people.yaml"]
    home = tmp_path / "new" / "home"
    configuration = load_configuration(home, PROCESSES)
    assert isinstance(configuration, Configuration), configuration
    people = load_people(home, configuration, PROCESSES)
    assert isinstance(people, People), people
    assert any(people.staff("helpdesk@accel.example", "engineer"))
    assert people.person("jan@acme.example").organisation == "Acme"


def test_the_comment_names_every_process(tmp_path: Path) -> None:
    """Who fills the file in sees all that can run."""
    gateway, _ = write_home(tmp_path, "init")
    (line,) = (line for line in gateway.read_text().splitlines() if line.startswith("process ="))
    named = line.partition("# ")[2].partition(", or your own")[0].split(", ")
    shipped = {file.stem for file in SHIPPED.glob("*.yaml")} - {Path(COMMON_FILE).stem}
    assert set(named) == shipped


def test_trust_without_proof_is_for_loopback_alone(tmp_path: Path) -> None:
    """The home to try it believes who writes, since only this machine can; init's does not."""
    trying, real = tmp_path / "run", tmp_path / "init"
    write_home(trying, "run")
    write_home(real, "init")
    loaded = load_configuration(trying)
    assert isinstance(loaded, Configuration)
    assert loaded.trust.unverified == "allow"
    assert loaded.smtp.listen.loopback and not loaded.mailboxes
    careful = load_configuration(real)
    assert isinstance(careful, Configuration)
    assert careful.trust.unverified == "confirm"


@pytest.mark.parametrize("name", ["gateway.toml", "people.yaml"])
def test_what_is_there_stays(name: str, tmp_path: Path) -> None:
    """Nothing is written where one of the files exists."""
    (tmp_path / name).write_text("mine")
    with pytest.raises(FileExistsError, match=name):
        write_home(tmp_path, "init")
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_every_documented_key_of_init_is_a_key(tmp_path: Path) -> None:
    """What stands commented out in init's file may be taken in as it stands."""
    write_home(tmp_path, "init")
    file = tmp_path / "gateway.toml"
    lines = [uncommented(line) for line in file.read_text().splitlines()]
    file.write_text("\n".join(lines))
    faults = load_configuration(tmp_path, PROCESSES)
    assert isinstance(faults, tuple)
    told = {fault.message.split(":")[0] for fault in faults if "unknown key" in fault.message}
    assert not told, faults


def uncommented(line: str) -> str:
    """A setting that was commented out, as a setting."""
    bare = line.removeprefix("# ")
    is_key = bare.split(" ")[0].isidentifier() and " = " in bare
    return bare if is_key or bare.startswith("[[") else line
