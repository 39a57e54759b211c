"""Lets Postfix's pipe(8) run a command as whoever runs the tests.

pipe(8) refuses to run anything as root, and nobody may be unable to read the checkout or its
Python. So it runs a few lines of Perl as nobody, which pass recipient, sender and mail through a
socket; here the command, fixed beforehand, runs in the account of the tests. Its exit code and
output go back, so that sysexits codes count.
"""

from __future__ import annotations

import shutil
import socketserver
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import cast

COMMAND_SECONDS = 60

CLIENT = """\
use strict;
use IO::Socket::UNIX;
my $door = IO::Socket::UNIX->new(Peer => shift @ARGV) or exit 75;
print $door join("\\0", @ARGV), "\\n";
while (read STDIN, my $part, 65536) { print $door $part }
shutdown $door, 1;
my $code = <$door>;
exit 75 unless defined $code;
print while <$door>;
exit $code;
"""


class Door:
    """Runs one command for each mail that the client passes in; `arguments` goes into master.cf."""

    def __init__(self, folder: Path, name: str, command: Sequence[str], user: str) -> None:
        client, socket = folder / "door.pl", folder / f"{name}.socket"
        client.write_text(CLIENT)
        self.arguments = f"/usr/bin/perl {client} {socket} ${{recipient}} ${{sender}}"
        self._server = _Server(str(socket), _Visit)
        self._server.command = tuple(command)
        socket.chmod(0o600)
        shutil.chown(socket, user)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    command: tuple[str, ...]


class _Visit(socketserver.StreamRequestHandler):
    """One mail: in come a line of recipient NUL sender and the mail, out go code and output."""

    def handle(self) -> None:
        server = cast("_Server", self.server)
        recipient, sender = self.rfile.readline().rstrip(b"\n").decode().split("\0")
        names = {"${recipient}": recipient, "${sender}": sender}
        done = subprocess.run(
            [names.get(part, part) for part in server.command],
            input=self.rfile.read(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_SECONDS,
        )
        self.wfile.write(b"%d\n%s" % (done.returncode, done.stdout))
