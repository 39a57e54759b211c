"""Octets broken the same way each time."""

from __future__ import annotations

import random

BITS = (
    *(
        b"\r",
        b"\n",
        b"\r\n",
        b"\0",
        b"\xff",
        b"=?utf-8?q?",
        b"?=",
        b'"',
        b"(",
        b"<",
        b">",
        b";",
        b":",
    ),
    *(
        b"=",
        b"--",
        b"\r\n\r\n",
        b"%",
        b"'",
        b"*0*=",
        b"\x1b$B",
        b"+ACM-",
        b"\xe2\x80\xa8",
        b"#approve",
    ),
)


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """`raw` with a few pieces cut, doubled, moved or put in."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        at = chance.randint(0, len(data))
        piece = data[at : at + chance.choice((1, 3, 20, 200))]
        match chance.randint(0, 3):
            case 0:
                del data[at : at + len(piece)]
            case 1:
                data[at:at] = piece
            case 2:
                data[at:at] = chance.choice(BITS)
            case _:
                to = chance.randint(0, len(data))
                data[to:to] = piece
    return bytes(data)
