"""What in a home is no fault, yet is worth a person's look before mail comes."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gateway.configuration.loading import Loaded
from gateway.configuration.places import KeyPath
from gateway.configuration.scalars import shown
from gateway.configuration.secrets import SecretMissing, password
from gateway.configuration.settings import Configuration, Secret
from gateway.configuration.spoken import unspoken
from gateway.configuration.urls import Maildir, Server
from rules.faults import Fault
from rules.model import Desk, People

if TYPE_CHECKING:
    from rules.process import Process, Role


def warnings_of(
    configuration: Loaded[Configuration],
    people: Loaded[People],
    processes: Mapping[str, Process],
    environ: Mapping[str, str],
) -> tuple[Fault, ...]:
    """In the order of the files; none about a file that has faults."""
    found: list[Fault] = []
    if configuration.value is not None:
        found += _of_gateway(configuration, configuration.value)
        found += _of_secrets(configuration, configuration.value, environ)
        found += _of_clients(configuration.value, environ)
        if people.value is not None:
            found += _unheld_roles(configuration, people.value, processes)
            found += unspoken(people, people.value, configuration.value.desks.values(), processes)
    if people.value is not None:
        found += _of_people(people, people.value)
    return tuple(sorted(found))


def _of_gateway(loaded: Loaded[Configuration], configuration: Configuration) -> Iterator[Fault]:
    trust, listen = configuration.trust, configuration.smtp.listen
    if not configuration.operators:
        message = "nobody is told what needs a person"
        yield loaded.fault(("operators",), message, 'set operators = ["you@domain.example"]')
    if trust.unverified == "allow" and not (listen.loopback and not configuration.mailboxes):
        message = 'unverified = "allow" lets anybody write in any name, and mail comes from outside'
        yield loaded.fault(("trust", "unverified"), message, 'write "confirm"')
    if not trust.authserv_id and not listen.loopback:
        message = "no border MTA is named: every sender is verified here, by DKIM and SPF"
        yield loaded.fault(
            ("trust", "authserv_id"), message, "behind a border, name its authserv_id and border"
        )
    yield from _of_watching(loaded, configuration)
    if trust.authserv_id:
        message = "a border that passes bare newlines on lets a second mail be smuggled in"
        mend = "on Postfix set smtpd_forbid_bare_newline = normalize (docs/running.md)"
        yield loaded.fault(("trust", "authserv_id"), message, mend)


def _of_watching(loaded: Loaded[Configuration], configuration: Configuration) -> Iterator[Fault]:
    watch = configuration.watch
    if watch.listen is not None and not watch.listen.loopback:
        message = "/metrics asks nobody for a password, and is open to more than this machine"
        yield loaded.fault(("watch", "listen"), message, "listen on 127.0.0.1, or close it off")
    if watch.canary is None:
        return
    if isinstance(configuration.delivery.url, Maildir):
        message = "canaries never come back: mail goes into a Maildir and not into the world"
        yield loaded.fault(("watch", "canary"), message, "take it out, or set delivery.url")
    if not configuration.operators:
        message = "nobody is told of canaries that do not come back"
        yield loaded.fault(("watch", "canary"), message, 'set operators = ["you@domain.example"]')


def _of_secrets(
    loaded: Loaded[Configuration], configuration: Configuration, environ: Mapping[str, str]
) -> Iterator[Fault]:
    entries: list[tuple[KeyPath, Secret]] = [
        (("store",), configuration.store),
        (("delivery",), configuration.delivery),
        *((("mailbox", n), mailbox) for n, mailbox in enumerate(configuration.mailboxes)),
    ]
    for path, secret in entries:
        yield from _of_secret(loaded, path, secret, environ)
        server = getattr(secret, "url", None)
        named = secret.password_env or secret.password_file or secret.oauth2
        if isinstance(server, Server) and server.user and not named:
            message = f"{shown(server.user)} has no secret to sign in with"
            mend = "say where it is: password_env, password_file or oauth2"
            yield loaded.fault((*path, "url"), message, mend)


def _of_secret(
    loaded: Loaded[Configuration], path: KeyPath, secret: Secret, environ: Mapping[str, str]
) -> Iterator[Fault]:
    try:
        password(secret, environ)
    except SecretMissing as missing:
        name = "password_env" if secret.password_env else "password_file"
        yield loaded.fault((*path, name), str(missing), "it has to be there when serve starts")
    for name in ("password_file", "oauth2"):
        file = getattr(secret, name)
        if file is not None and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            yield loaded.fault((*path, name), f"others may read {file}", f"chmod 600 {file}")


def _of_clients(configuration: Configuration, environ: Mapping[str, str]) -> Iterator[Fault]:
    """Of the files that `oauth2` names."""
    for file, client in configuration.oauth2.items():
        try:
            client.secret(environ)
            if client.grant == "refresh_token":
                client.refresh_token(environ)
        except SecretMissing as missing:
            yield Fault(str(file), 0, 0, str(missing), "it has to be there when serve starts")
        secret = client.secret_env or client.secret_file
        if client.provider == "microsoft" and secret and client.expires is None:
            message = "nobody is told before the client secret ends"
            yield Fault(str(file), 0, 0, message, "write its last day: expires = 2027-05-31")
        for path in (
            client.secret_file,
            client.signing_key,
            client.refresh_token_file,
            client.service_account,
        ):
            if path is not None and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
                yield Fault(str(file), 0, 0, f"others may read {path}", f"chmod 600 {path}")


def _unheld_roles(
    loaded: Loaded[Configuration], people: People, processes: Mapping[str, Process]
) -> Iterator[Fault]:
    for index, desk in enumerate(loaded.value.desks.values() if loaded.value else ()):
        process = processes.get(desk.process)
        for name, role in process.roles.items() if process else ():
            mend = _unheld(name, role, desk, people)
            if mend:
                message = f"at {desk.address} nobody holds the role {name}"
                yield loaded.fault(("desk", index, "process"), message, mend)


def _unheld(name: str, role: Role, desk: Desk, people: People) -> str:
    """The mend where nobody holds the role; "" where somebody does."""
    if role.held_by == "finance":
        return "" if desk.finance else "name the desk's finance addresses"
    if role.held_by == "account_manager":
        return ""  # said of each organisation
    held = any(people.staff(desk.address, name))
    return "" if held else f"give it to somebody in people.yaml: roles: [{name}]"


def _of_people(loaded: Loaded[People], people: People) -> Iterator[Fault]:
    for index, organisation in enumerate(people.organisations.values()):
        path: KeyPath = ("organisations", index)
        manager = organisation.account_manager
        if manager is not None and not people.person(manager).staff:
            message = f"the account manager {manager} is not on the staff"
            yield loaded.fault((*path, "account_manager"), message, "list them under staff")
        if not organisation.domains and not _members(people, organisation.name):
            message = f"nobody belongs to {organisation.name}"
            yield loaded.fault(path, message, "add its domains or its people")
    if not any(person.staff for person in people.persons.values()):
        yield loaded.fault(("staff",), "there is no staff: nobody can answer", "list somebody")


def _members(people: People, organisation: str) -> Iterable[str]:
    return [p.address for p in people.persons.values() if p.organisation == organisation]
