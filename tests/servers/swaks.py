"""swaks, the SMTP client of postmasters: one mail to a server, and the dialog as it was spoken."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from tests.servers.running import ENVIRONMENT, program

SECONDS = 60


@dataclass(frozen=True)
class Dialog:
    """What came of it: swaks's exit code (0 sent, 24 recipient refused …) and the transcript."""

    code: int
    text: str


def swaks(
    port: int,
    *,
    sender: str,
    recipients: Sequence[str],
    mail: bytes | None = None,
    subject: str = "test",
    body: str = "This is a test.",
    options: Sequence[str] = (),
) -> Dialog:
    """Send `mail`, or a plain one of `subject` and `body`, to 127.0.0.1:`port`.

    `sender` "" is the null sender. `options` are swaks's own: --tls, --helo NAME, --attach FILE,
    --protocol LMTP, --pipeline, --xclient "ADDR=192.0.2.1" …
    """
    command = [program("swaks", "swaks"), "--server", "127.0.0.1", "--port", str(port)]
    envelope = ["--from", sender or "<>", "--to", ",".join(recipients)]
    plain = ["--header", f"Subject: {subject}", "--body", body]
    what = plain if mail is None else ["--data", "-"]
    done = subprocess.run(
        [*command, *envelope, *what, "--timeout", "20", *options],
        input=mail,
        stdin=subprocess.DEVNULL if mail is None else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=ENVIRONMENT,
        timeout=SECONDS,
    )
    return Dialog(done.returncode, done.stdout.decode(errors="replace"))
