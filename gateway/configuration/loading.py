"""gateway.toml and people.yaml from a home: the values they say, or every fault at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from gateway.configuration.faults import faults_of
from gateway.configuration.home import command
from gateway.configuration.oauth2 import OAuth2Client, wrong_in_oauth2
from gateway.configuration.peoplefile import PeopleFile
from gateway.configuration.places import KeyPath, Malformed, Places, Text
from gateway.configuration.references import Wrong, wrong_in_gateway, wrong_in_people
from gateway.configuration.settings import Configuration, GatewayFile
from gateway.configuration.toml import read_toml
from gateway.configuration.yaml import read_yaml
from rules.faults import Fault
from rules.model import People

if TYPE_CHECKING:
    from rules.process import Process

GATEWAY = "gateway.toml"
PEOPLE = "people.yaml"
SHIPPED = Path(__file__).parents[2] / "rules" / "processes"

V = TypeVar("V")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[V]):
    """One file: its value where it has no faults, and where its keys stand."""

    file: str
    value: V | None
    faults: tuple[Fault, ...]
    places: Places

    def fault(self, path: KeyPath, message: str, mend: str = "") -> Fault:
        """Something about the value at `path`."""
        return Fault(self.file, *self.places.of(path), message, mend)


def process_folders(home: Path) -> tuple[Path, ...]:
    """Where process files are looked for: the first that has one of a name wins."""
    return (home / "rules" / "processes", home / "rules", SHIPPED)


def load_configuration(
    home: Path, processes: Mapping[str, Process] | None = None
) -> Configuration | tuple[Fault, ...]:
    """What gateway.toml of this home says, or its faults in the order of the file.

    `processes` are all that can be run here, by name; without them what the file says of processes
    is believed.
    """
    loaded = read_configuration(home, processes)
    return loaded.faults if loaded.value is None else loaded.value


def load_people(
    home: Path, configuration: Configuration, processes: Mapping[str, Process] | None = None
) -> People | tuple[Fault, ...]:
    """What people.yaml of this home says, or its faults in the order of the file.

    Roles must be ones of `processes`, which may be left out; desks those of the configuration.
    """
    loaded = read_people(home, configuration.desks, processes)
    return loaded.faults if loaded.value is None else loaded.value


def read_configuration(
    home: Path,
    processes: Mapping[str, Process] | None = None,
    broken: Collection[str] = (),
) -> Loaded[Configuration]:
    """`load_configuration` with the places of the keys.

    `broken` are processes whose own file has faults: to name one is no further fault.
    """
    loaded = _load(
        home,
        GATEWAY,
        read_toml,
        GatewayFile,
        lambda data: wrong_in_gateway(data, processes, broken),
    )
    if loaded.value is None:
        return Loaded(loaded.file, None, loaded.faults, loaded.places)
    clients = _clients(home, loaded.value)
    faults = tuple(fault for client in clients.values() for fault in client.faults)
    found = {path: client.value for path, client in clients.items() if client.value is not None}
    value = None if faults else _configuration(home, loaded.value, found)
    return Loaded(loaded.file, value, faults, loaded.places)


def read_client(home: Path, file: Path) -> Loaded[OAuth2Client]:
    """A file that `oauth2` names; its own paths are from the home too."""
    return _load(home, str(file), read_toml, OAuth2Client, wrong_in_oauth2)


def _clients(home: Path, file: GatewayFile) -> Mapping[Path, Loaded[OAuth2Client]]:
    named = (file.delivery.oauth2, *(mailbox.oauth2 for mailbox in file.mailbox))
    return {path: read_client(home, path) for path in named if path is not None}


def read_people(
    home: Path,
    desks: Iterable[str] | None,
    processes: Mapping[str, Process] | None = None,
    more_roles: Collection[str] = (),
) -> Loaded[People]:
    """`load_people` with the places of the keys.

    `desks` are the addresses that there are; None where nobody knows, and any is believed.
    `more_roles` are those of processes whose own file has faults.
    """
    known = None if desks is None else frozenset(desks)
    roles = None
    if processes is not None:
        roles = {role for process in processes.values() for role in process.roles} | {*more_roles}
    loaded = _load(
        home, PEOPLE, read_yaml, PeopleFile, lambda data: wrong_in_people(data, known, roles)
    )
    value = None if loaded.value is None else loaded.value.people()
    return Loaded(loaded.file, value, loaded.faults, loaded.places)


def _configuration(
    home: Path, file: GatewayFile, clients: Mapping[Path, OAuth2Client]
) -> Configuration:
    return Configuration(
        home=home,
        operators=file.operators,
        store=file.store,
        smtp=file.smtp,
        delivery=file.delivery,
        trust=file.trust,
        limits=file.limits,
        desks={entry.address: entry.desk() for entry in file.desk},
        mailboxes=file.mailbox,
        oauth2=clients,
        watch=file.watch,
    )


def _load(
    home: Path,
    name: str,
    read: Callable[[str], Text],
    model: type[M],
    wrong: Callable[[Mapping[str, object]], Iterator[Wrong]],
) -> Loaded[M]:
    file = str(home / name)
    try:
        text = read((home / name).read_bytes().decode("utf-8-sig"))
    except Malformed as malformed:
        faults = (Fault(file, *fault) for fault in malformed.faults)
        return Loaded(file, None, tuple(faults), Places())
    except (OSError, UnicodeDecodeError) as error:
        return Loaded(file, None, (_unreadable(home, file, error),), Places())
    return _validated(home, file, text, model, wrong)


def _unreadable(home: Path, file: str, error: OSError | UnicodeDecodeError) -> Fault:
    if isinstance(error, FileNotFoundError):
        return Fault(file, 0, 0, "there is no such file", _made(home))
    if isinstance(error, OSError):
        return Fault(file, 0, 0, f"cannot be read: {error.strerror}")
    line = error.object.count(b"\n", 0, error.start) + 1
    return Fault(file, line, 0, "is not in UTF-8", "save it in that encoding")


def _made(home: Path) -> str:
    """How to come by a file that is missing: `init` writes both where neither is there."""
    if any((home / name).exists() for name in (GATEWAY, PEOPLE)):
        return "docs/running.md says what stands in it"
    return f"make it with: {command(home, 'init')}"


def _validated(
    home: Path,
    file: str,
    text: Text,
    model: type[M],
    wrong: Callable[[Mapping[str, object]], Iterator[Wrong]],
) -> Loaded[M]:
    value, faults = None, {}
    try:
        value = model.model_validate(text.data, context={"home": home})
    except ValidationError as error:
        faults = dict(faults_of(error, model, file, text.places))
    for path, message, mend in wrong(text.data):
        faults.setdefault(path, Fault(file, *text.places.of(path), message, mend))
    return Loaded(file, None if faults else value, tuple(sorted(faults.values())), text.places)
