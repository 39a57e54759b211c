"""LMTP: SMTP's sibling for local delivery, with an answer per recipient (RFC 2033)."""

from __future__ import annotations

from aiosmtpd.smtp import syntax

from gateway.intake.conversation import Conversation
from gateway.values import Channel


class LmtpConversation(Conversation):
    """LMTP: the final dot is answered once for each recipient that was accepted (RFC 2033, 4.2)."""

    channel = Channel.LMTP
    greeting = "LMTP"

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, hostname: str | None) -> None:
        await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, _: str | None) -> None:
        await self.push("500 5.5.1 This is LMTP: say LHLO")

    async def smtp_EHLO(self, _: str | None) -> None:
        await self.push("500 5.5.1 This is LMTP: say LHLO")

    async def check_helo_needed(self, helo: str = "LHLO") -> bool:
        return await super().check_helo_needed(helo)

    def final_reply(self, replies: list[str]) -> str:
        return "\r\n".join(replies)
