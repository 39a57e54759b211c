"""What may go wrong with the store.

StoreError
|-- StoreUnavailable        later (connection lost, locked, disk full, read-only)
|   |-- OutcomeUnknown      lost while committing: look it up, it may have been kept
|   `-- EvidenceUnavailable the place outside of the database where mails are kept is away
|-- Conflict                again at once: somebody else was there first
|   `-- LeaseLost           the work was taken over by another owner
|-- StoreTooNew             a newer Deskpost has migrated it
|-- StoreOutdated           it has to be migrated first
|-- StoreRefused            it will not take this, now or later
|-- EvidenceMissing         no such bytes here
`-- EvidenceAltered         the bytes are not those that were put
"""

from __future__ import annotations


class StoreError(Exception):
    """`temporary`: the same transaction may succeed another time."""

    temporary = False


class StoreUnavailable(StoreError):
    temporary = True


class OutcomeUnknown(StoreUnavailable):
    pass


class EvidenceUnavailable(StoreUnavailable):
    pass


class Conflict(StoreError):
    temporary = True


class LeaseLost(Conflict):
    pass


class StoreTooNew(StoreError):
    pass


class StoreOutdated(StoreError):
    pass


class StoreRefused(StoreError):
    pass


class EvidenceMissing(StoreError):
    pass


class EvidenceAltered(StoreError):
    pass
