"""Run by test_memory in a process of its own: prints how many octets a server grew by.

Arguments: how many clients at once, and what each sends (`blank`, `line` or `half`).
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import structlog

from gateway.intake.answers import Answer
from gateway.intake.conversation import Settings
from gateway.intake.limits import Border
from gateway.values import RawMail
from tests.gateway.intake.desk import Desk, in_data, serving

PIECE = 1 << 16
MAILS = {
    "blank": (b"\r\n" * (PIECE // 2), 30_000_000, b".\r\n"),
    "line": (b"x" * PIECE, 60_000_000, b"\r\n.\r\n"),
    "half": (b"text\r\n" * (PIECE // 6), 1_500_000, b""),
}


class Forgetful(Desk):
    """Holds a mail for a moment, as a commit does, and keeps none."""

    async def accept(self, raw: RawMail) -> tuple[Answer, ...]:
        await asyncio.sleep(0.05)
        answers = await super().accept(raw)
        self.mails.clear()
        return answers


def resident(what: str) -> int:
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


async def send(address: str, kind: str) -> str:
    piece, size, end = MAILS[kind]
    async with in_data(address) as talk:
        for _ in range(size // len(piece)):
            await talk.say(piece)
        await talk.say(end)
        return await talk.line() if end else ""


async def main(clients: int, kind: str) -> None:
    border = Border(["127.0.0.1"])
    async with serving(Forgetful(), Settings("desk.example"), border=border) as served:
        async with in_data(served.address) as talk:
            assert (await talk.ask("Hi\r\n."))[0].startswith("250")
        before = resident("VmRSS")
        replies = await asyncio.gather(*(send(served.address, kind) for _ in range(clients)))
        print(resident("VmHWM") - before, *{reply[:3] for reply in replies})


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
