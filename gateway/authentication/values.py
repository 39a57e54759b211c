"""What is known of the domain that a mail claims to come from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Authentication:
    """How well it is shown that a mail comes from the domain of its From (docs/security.md).

    `domain` is E1, `quality` E4; `failed` says that the domain's own DMARC policy was failed, so
    that the mail is answered to nobody. `reasons` say why, for the message's record.
    """

    domain: bool = False
    quality: bool = False
    failed: bool = False
    reasons: tuple[str, ...] = ()
