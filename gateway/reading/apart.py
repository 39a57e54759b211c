"""The child of `guard.read_apart`: a request on standard input, the answer on its output."""

from __future__ import annotations

import pickle
import resource
import sys

from gateway.reading.guard import Request
from gateway.reading.parse import read
from gateway.values import Unreadable


def main(arguments: list[str]) -> None:
    """Read one mail with the given bytes of memory and seconds of processor time."""
    request = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    if not isinstance(request, Request):
        raise SystemExit(2)
    memory, seconds = map(int, arguments)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        mail = read(request.raw, request.mail_from, request.list_ids, request.bounds)
        answer = pickle.dumps(mail)
    except MemoryError:
        answer = pickle.dumps(Unreadable("reading took more memory than allowed"))
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main(sys.argv[1:])
