"""people.yaml as frozen values: the shape of the file, and `People` as the rules know them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator

from gateway.configuration import scalars
from gateway.configuration.freemail import is_free_mail
from gateway.configuration.scalars import Unfit, shown
from gateway.configuration.settings import (
    Address,
    Amount,
    Country,
    Currency,
    Label,
    Language,
    Section,
)
from rules.model import Contract, Organisation, People, Person


def _own_domain(value: object) -> str:
    domain = scalars.domain(value)
    if is_free_mail(domain):
        raise Unfit(
            f"anybody gets an address at {shown(domain)}",
            "list the customer's addresses under people instead",
        )
    return domain


OwnDomain = Annotated[str, BeforeValidator(_own_domain)]


class StaffEntry(Section):
    name: Label
    email: Address
    language: Language | None = None
    roles: tuple[str, ...] = ()
    desks: tuple[Address, ...] | None = None

    def person(self) -> Person:
        return Person(
            address=self.email,
            name=self.name,
            language=self.language,
            roles=frozenset(self.roles),
            desks=None if self.desks is None else frozenset(self.desks),
            staff=True,
        )


class CustomerEntry(Section):
    name: Label
    email: Address
    language: Language | None = None
    may: tuple[Literal["approve", "list"], ...] = ()

    def person(self, organisation: str) -> Person:
        return Person(
            address=self.email,
            name=self.name,
            language=self.language,
            organisation=organisation,
            may=frozenset(self.may),
        )


class ContractEntry(Section):
    name: Label
    hours_per_month: Amount | None = None
    amount_per_month: Amount | None = None
    currency: Currency | None = None
    rates: Mapping[str, Amount] = {}

    def contract(self) -> Contract:
        return Contract(**{name: getattr(self, name) for name in type(self).model_fields})


class OrganisationEntry(Section):
    name: Label
    domains: tuple[OwnDomain, ...] = ()
    segment: Label | None = None
    account_manager: Address | None = None
    country: Country | None = None
    contracts: tuple[ContractEntry, ...] = ()
    people: tuple[CustomerEntry, ...] = ()

    def organisation(self) -> Organisation:
        return Organisation(
            name=self.name,
            domains=frozenset(self.domains),
            segment=self.segment,
            account_manager=self.account_manager,
            contracts=tuple(entry.contract() for entry in self.contracts),
            country=self.country,
        )


class PeopleFile(Section):
    """The whole of people.yaml."""

    staff: tuple[StaffEntry, ...] = ()
    organisations: tuple[OrganisationEntry, ...] = ()

    def people(self) -> People:
        return People(
            persons={person.address: person for person in self._persons()},
            organisations={o.name: o.organisation() for o in self.organisations},
        )

    def _persons(self) -> Iterator[Person]:
        for staff in self.staff:
            yield staff.person()
        for organisation in self.organisations:
            for customer in organisation.people:
                yield customer.person(organisation.name)
