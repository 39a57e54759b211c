"""The server as a whole: time, places, TLS, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import stat
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gateway.intake.conversation import Settings
from gateway.intake.limits import Border, Limits
from gateway.intake.smtp import CannotListen
from gateway.values import Channel
from tests.gateway.intake.desk import (
    BILLING,
    HELPDESK,
    NOW,
    Client,
    Desk,
    Served,
    client,
    in_data,
    run,
    serving,
)

SOON = 0.15
"""Seconds, where a real timeout has to pass."""


def with_limits(**limits: Any) -> Settings:
    return Settings("desk.example", limits=Limits(**limits))


def reset(talk: Client) -> None:
    """The client's machine is gone: no FIN, its next packet is RST."""
    raw = talk.writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.writer.transport.abort()


def test_envelope() -> None:
    """The envelope says how, from whom, to whom, when, by which peer and under which name."""

    async def test() -> None:
        async with serving() as served, in_data(served.address, (HELPDESK, BILLING)) as talk:
            assert await talk.ask("Hi\r\n.") == ["250 2.0.0 Stored"]
        envelope = served.desk.mails[0].envelope
        assert (envelope.channel, envelope.received_at) == (Channel.SMTP, NOW)
        assert (envelope.peer, envelope.helo) == ("127.0.0.1", "c.example")
        assert (envelope.mail_from, envelope.rcpt_to) == ("jan@acme.example", (HELPDESK, BILLING))

    run(test())


def test_chunks_do_not_matter() -> None:
    """However the packets are cut, the mail is the same and the next command is understood."""
    rnd = random.Random(7)
    pieces = [b".", b"\r\n", b"\r", b"\n", b"a", b"..", b"\r\n.", b"x."]

    async def one(talk: Client) -> bytes:
        body = b"".join(rnd.choice(pieces) for _ in range(rnd.randrange(12)))
        lines = [b"." + line if line.startswith(b".") else line for line in body.split(b"\r\n")]
        wire = b"\r\n".join(lines) + b"\r\n.\r\nNOOP\r\n"
        cuts = sorted(rnd.sample(range(len(wire) + 1), rnd.randrange(4)))
        for begin, end in pairwise([0, *cuts, len(wire)]):
            await talk.say(wire[begin:end])
            await asyncio.sleep(0)
        assert [await talk.reply(), await talk.reply()] == ["250 2.0.0 Stored", "250 2.0.0 OK"]
        return body + b"\r\n"

    async def test() -> None:
        async with serving() as served, client(served.address) as talk:
            await talk.reply()
            await talk.ask("HELO c")
            sent = []
            for _ in range(150):
                replies = await talk.ask("MAIL FROM:<a@b.example>", f"RCPT TO:<{HELPDESK}>", "DATA")
                assert replies[-1].startswith("354")
                sent.append(await one(talk))
        assert [mail.body for mail in served.desk.mails] == sent

    run(test())


@pytest.mark.parametrize("half", [b"", b"EHL", b"EHLO c\r\nMAIL FROM:<a@b.example>\r\n"])
def test_silent_client_loses_its_place(half: bytes) -> None:
    """Silence is ended with 421, whatever the client was saying."""

    async def test() -> None:
        async with (
            serving(settings=with_limits(idle=SOON)) as served,
            client(served.address) as talk,
        ):
            await talk.say(half)
            assert (await talk.rest())[-1].startswith("421 4.4.2 ")
            assert served.service._gate.connections == 0

    run(test())


def test_silence_within_a_mail() -> None:
    """A client that stops within its mail loses its place too, and nothing is stored."""

    async def test() -> None:
        async with (
            serving(settings=with_limits(idle=SOON)) as served,
            in_data(served.address) as talk,
        ):
            await talk.say(b"half a mail\r\n")
            assert (await talk.rest())[-1].startswith("421 4.4.2 ")
        assert served.desk.mails == []

    run(test())


@pytest.mark.parametrize("begin", [b"", b"NOOP "])
def test_dribbling_client_loses_its_place(begin: bytes) -> None:
    """A client that is never silent but too slow does not hold its place either."""

    async def dribble(talk: Client) -> None:
        while True:
            await talk.say(b"x")
            await asyncio.sleep(SOON / 10)

    async def test() -> None:
        limits = with_limits(whole_command=SOON * 2)
        async with serving(settings=limits) as served, client(served.address) as talk:
            await talk.reply()
            if not begin:
                await talk.ask("HELO c", "MAIL FROM:<>", f"RCPT TO:<{HELPDESK}>", "DATA")
            slow = asyncio.create_task(dribble(talk))
            assert (await talk.line()).startswith("421 4.4.2 ")
            slow.cancel()
            await asyncio.gather(slow, return_exceptions=True)

    run(test())


def test_client_that_reads_nothing_is_cut_off() -> None:
    """Replies that nobody reads do not keep a connection beyond its time."""

    async def test() -> None:
        limits = with_limits(idle=SOON, linger=SOON, junk_commands=10**9)
        async with serving(settings=limits) as served:
            loop = asyncio.get_running_loop()
            with socket.create_connection(("127.0.0.1", served.port)) as deaf:
                deaf.setblocking(False)
                cut = False
                while not cut:
                    try:
                        await asyncio.wait_for(loop.sock_sendall(deaf, b"HELP\r\n" * 20_000), 30)
                    except ConnectionError:
                        cut = True
            while served.service._gate.connections:
                await asyncio.sleep(0.01)

    run(test())


def test_our_own_slowness_is_not_the_clients() -> None:
    """While we store, the client may be silent or say its next command; it keeps its place."""

    async def test() -> None:
        desk = Desk(held=asyncio.Event())
        limits = with_limits(idle=SOON, whole_command=SOON)
        async with serving(desk, limits) as served, in_data(served.address) as talk:
            await talk.say(b"Hi\r\n.\r\nNOOP\r\n")
            await asyncio.sleep(SOON * 2)
            assert desk.held is not None
            desk.held.set()
            assert [await talk.reply(), await talk.reply()] == ["250 2.0.0 Stored", "250 2.0.0 OK"]

    run(test())


def test_commit_that_takes_too_long_is_temporary() -> None:
    """The client is told to come again; the commit itself goes on."""

    async def test() -> None:
        desk = Desk(held=asyncio.Event())
        async with serving(desk, with_limits(commit=SOON)) as served:
            async with in_data(served.address) as talk:
                assert (await talk.ask("Hi\r\n."))[0].startswith("451 4.3.0 ")
            assert desk.held is not None
            desk.held.set()
            await served.service.stop(5)
        assert len(desk.mails) == 1

    run(test())


@pytest.mark.parametrize("leave", [reset, lambda talk: talk.writer.close()])
def test_client_gone_while_we_store(leave: Any) -> None:
    """The commit finishes whether or not anybody waits for it, and others are served."""

    async def test() -> None:
        desk = Desk(held=asyncio.Event())
        async with serving(desk) as served:
            async with in_data(served.address) as talk:
                await talk.say(b"Hi\r\n.\r\n")
                await asyncio.wait_for(desk.entered.wait(), 5)
                leave(talk)
            assert desk.held is not None
            desk.held.set()
            async with in_data(served.address) as other:
                assert await other.ask("Ho\r\n.") == ["250 2.0.0 Stored"]
        assert [mail.body for mail in desk.mails] == [b"Hi\r\n", b"Ho\r\n"]

    run(test())


def test_hostile_clients_leave_nothing_behind() -> None:
    """Whatever is said, in whatever order, cut off anywhere: places come back, the server lives."""
    rnd = random.Random(11)
    words = [
        *(b"EHLO c", b"HELO \xff", b"MAIL FROM:<>", b"MAIL FROM:<((((a@b>", b"RCPT TO:<", b"DATA"),
        *(
            b"RCPT TO:<helpdesk@accel.example>",
            b"RSET",
            b"STARTTLS",
            b"HELP MAIL",
            b".",
            b"\r",
            b"",
        ),
        *(b"QUIT", b"VRFY \0", b"MAIL FROM:<a@b.example> SIZE=\xc2\xb2", b"x" * 70_000, b"LHLO c"),
    ]

    async def one(address: str) -> None:
        async with client(address) as talk:
            with contextlib.suppress(ConnectionError):
                for _ in range(rnd.randrange(30)):
                    await talk.say(rnd.choice(words) + b"\r\n")
                    if rnd.random() < 0.3:
                        await asyncio.sleep(0)
                    if rnd.random() < 0.02:
                        talk.writer.write_eof()
                        break
            if rnd.random() < 0.5 and not talk.writer.is_closing():
                reset(talk)

    async def test() -> None:
        limits = with_limits(connections_per_peer=50, connects_per_minute=1000)
        async with serving(settings=limits) as served:
            for _ in range(10):
                await asyncio.gather(*(one(served.address) for _ in range(20)))
            while served.service._gate.connections:
                await asyncio.sleep(0.01)
            async with in_data(served.address) as talk:
                assert await talk.ask("Hi\r\n.") == ["250 2.0.0 Stored"]

    run(test())


def test_stop_before_the_greeting() -> None:
    """Who has just come is told that the server closes."""

    async def test() -> None:
        async with serving() as served, client(served.address) as talk:
            while not served.service._conversations:
                await asyncio.sleep(0)
            await served.service.stop(30)
            assert (await talk.rest())[-1].startswith("421 4.3.2 ")

    run(test())


def test_places_are_limited_and_given_back() -> None:
    """Beyond the limit 421; a place that is left can be taken at once."""

    async def test() -> None:
        async with (
            serving(settings=with_limits(connections=2)) as served,
            client(served.address) as one,
            client(served.address) as two,
        ):
            assert [(await c.line())[:3] for c in (one, two)] == ["220", "220"]
            async with client(served.address) as three:
                assert await three.rest() == [
                    "421 4.7.0 Please try again later: all connections are in use"
                ]
            assert await one.ask("QUIT") == ["221 2.0.0 Bye"]
            assert await one.line() == "(closed)"
            async with client(served.address) as four:
                assert (await four.line()).startswith("220 ")

    run(test())


@pytest.mark.parametrize(
    ("border", "greetings"), [((), ["220", "421"]), (("127.0.0.1",), ["220", "220"])]
)
def test_places_of_one_peer(border: tuple[str, ...], greetings: list[str]) -> None:
    """One peer does not take all places, the border may."""

    async def test() -> None:
        limits = with_limits(connections_per_peer=1)
        async with (
            serving(settings=limits, border=Border(border)) as served,
            client(served.address) as one,
            client(served.address) as two,
        ):
            assert [(await c.line())[:3] for c in (one, two)] == greetings

    run(test())


def test_mails_of_one_peer_come_no_faster_than_allowed() -> None:
    """Too many mails a minute are put off, not refused."""

    async def test() -> None:
        limits = with_limits(mails_per_minute=1)
        async with serving(settings=limits) as served, client(served.address) as talk:
            await talk.reply()
            replies = await talk.ask("HELO c", "MAIL FROM:<>", "RSET", "MAIL FROM:<>")
        assert [reply[:9] for reply in replies[1:]] == ["250 2.1.0", "250 2.0.0", "450 4.7.1"]

    run(test())


def test_full_disk_puts_mails_off() -> None:
    """Below one and a half of the largest mails no mail is begun (security.md's 452)."""

    async def test() -> None:
        free = [149, 150]
        settings = Settings("desk.example", max_size=100)
        async with (
            serving(settings=settings, free_disk=lambda: free.pop(0)) as served,
            client(served.address) as talk,
        ):
            await talk.reply()
            replies = await talk.ask("HELO c", "MAIL FROM:<>", "MAIL FROM:<>", "MAIL FROM:<>")
        assert [reply[:9] for reply in replies[1:]] == ["452 4.3.1", "250 2.1.0", "503 5.5.1"]

    run(test())


def test_failure_at_a_command_is_temporary() -> None:
    """What fails of ours outside a mail says nothing of itself, and the connection lives on."""

    async def test() -> None:
        def gone() -> int:
            raise OSError("/var/lib/deskpost is gone")

        async with serving(free_disk=gone) as served, client(served.address) as talk:
            await talk.reply()
            replies = await talk.ask("HELO c", "MAIL FROM:<>", "NOOP")
        assert replies[1:] == [
            "451 4.3.0 Something went wrong here; please try again later",
            "250 2.0.0 OK",
        ]

    run(test())


def test_stop_between_commands() -> None:
    """Who waits is told 421, and nobody new is let in."""

    async def test() -> None:
        async with serving() as served, client(served.address) as talk:
            await talk.reply()
            await talk.ask("HELO c", "MAIL FROM:<>")
            await served.service.stop(30)
            assert await talk.rest() == ["421 4.3.2 This server is closing; please try again later"]
            with pytest.raises(ConnectionRefusedError):
                async with client(served.address):
                    pass

    run(test())


def test_stop_lets_a_mail_finish() -> None:
    """A mail on its way is taken and answered before 421."""

    async def test() -> None:
        async with serving() as served, in_data(served.address) as talk:
            await talk.say(b"Hi\r\n")
            stopping = asyncio.create_task(served.service.stop(30))
            await asyncio.sleep(0)
            await talk.say(b".\r\n")
            assert await talk.rest() == [
                "250 2.0.0 Stored",
                "421 4.3.2 This server is closing; please try again later",
            ]
            await stopping
        assert len(served.desk.mails) == 1

    run(test())


@pytest.mark.parametrize("end", [b"", b".\r\n"])
def test_stop_does_not_wait_for_ever(end: bytes) -> None:
    """After the grace, a mail that does not end and one that is not stored are given up."""

    async def test() -> None:
        desk = Desk(held=asyncio.Event())
        async with serving(desk) as served, in_data(served.address) as talk:
            await talk.say(b"Hi\r\n" + end)
            if end:
                await asyncio.wait_for(desk.entered.wait(), 5)
            await served.service.stop(SOON)
            assert await talk.rest() == []
        assert desk.mails == []

    run(test())


def test_many_clients_at_once() -> None:
    """Concurrent mails are handed over concurrently, so that their commits can be grouped."""

    async def test() -> None:
        desk = Desk(held=asyncio.Event())

        async def one(served: Served, number: int) -> list[str]:
            async with in_data(served.address) as talk:
                return await talk.ask(f"{number}\r\n.")

        async with serving(desk, with_limits(connections_per_peer=50)) as served:
            mails = [asyncio.create_task(one(served, number)) for number in range(40)]
            while len(served.service._reception._running) < 40:
                await asyncio.sleep(0.01)
            assert desk.held is not None
            desk.held.set()
            assert await asyncio.gather(*mails) == [["250 2.0.0 Stored"]] * 40
        assert len({mail.body for mail in desk.mails}) == 40

    run(test())


def test_memory_of_many_mails_is_shared() -> None:
    """Mails that are being stored wait for each other where memory would not do; none is lost."""

    async def test() -> None:
        desk = Desk(held=asyncio.Event())
        body = "x" * 60 + "\r\n."

        async with (
            serving(desk, with_limits(memory=100)) as served,
            in_data(served.address) as one,
            in_data(served.address) as two,
        ):
            await one.say(body.encode() + b"\r\n")
            await asyncio.wait_for(desk.entered.wait(), 5)
            desk.entered.clear()
            await two.say(body.encode() + b"\r\n")
            while len(served.service._reception._running) < 2:
                await asyncio.sleep(0.01)
            assert not desk.entered.is_set()
            assert desk.held is not None
            desk.held.set()
            assert [await one.line(), await two.line()] == ["250 2.0.0 Stored"] * 2

    run(test())


def test_lmtp_on_a_socket(tmp_path: Path) -> None:
    """A Unix socket has no peer and is for its owner and group; it is gone after the end."""

    async def test() -> None:
        path = tmp_path / "lmtp"
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(path))
        async with (
            serving(listen=str(path), channel=Channel.LMTP) as served,
            client(served.address) as talk,
        ):
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
            assert await talk.reply() == "220 desk.example LMTP"
            await talk.ask("LHLO c", "MAIL FROM:<>", f"RCPT TO:<{HELPDESK}>", "DATA")
            assert await talk.ask("Hi\r\n.") == ["250 2.0.0 Stored"]
        assert not path.exists()
        envelope = served.desk.mails[0].envelope
        assert (envelope.channel, envelope.peer) == (Channel.LMTP, None)

    run(test())


@pytest.mark.parametrize(
    ("listen", "why"),
    [
        ("8025", "write host:port"),
        ("127.0.0.1:99999", "port must be"),
        ("127.0.0.1:smtp", "write host:port"),
        ("/absent/folder/socket", "No such file"),
        ("192.0.2.1:0", "192.0.2.1"),
    ],
)
def test_cannot_listen(listen: str, why: str) -> None:
    """An address that cannot be bound is one line for the operator."""

    async def test() -> None:
        with pytest.raises(CannotListen, match=why) as caught:
            async with serving(listen=listen):
                pass
        assert "\n" not in str(caught.value)
        assert listen in str(caught.value)

    run(test())


def test_port_in_use() -> None:
    """A second server on the same port says so."""

    async def test() -> None:
        async with serving() as served:
            with pytest.raises(CannotListen, match="in use"):
                async with serving(listen=served.address):
                    pass

    run(test())


def test_listens_on_ipv6() -> None:
    """An IPv6 address is written in brackets, as is what was bound."""

    async def test() -> None:
        try:
            async with serving(listen="[::1]:0") as served:
                host, _, port = served.address.rpartition(":")
                reader, writer = await asyncio.open_connection("::1", int(port))
                assert (await reader.readline()).startswith(b"220 ")
                writer.close()
                await writer.wait_closed()
            assert host == "[::1]"
        except CannotListen:
            pytest.skip("no IPv6 here")

    run(test())
