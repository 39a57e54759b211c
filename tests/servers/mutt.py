"""A person at a real mail client: mutt, driven on a pseudo terminal.

    jan = "jan@acme.example"
    mutt_reply(dovecot.maildir(jan), "#approve", postfix.sendmail, jan)

What leaves is what mutt makes of it: its headers, its quoting, its line ends.
"""

from __future__ import annotations

import os
import pty
import select
import shlex
import subprocess
import sys
import termios
import time
from contextlib import suppress
from email import message_from_bytes
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.running import ENVIRONMENT, program

SECONDS = 30.0

CONFIGURATION = """\
set folder={home}
set spoolfile={maildir}
set from={address}
set realname="{name}"
set sendmail="{sendmail}"
set use_envelope_from=yes
set envelope_from_address={address}
set hostname=client.example
set editor="{editor}"
set record=""
set postponed={home}/postponed
set header_cache=""
set tmpdir={home}
set sort=date-received
set include=yes
set fast_reply=yes
set reply_to=yes
set edit_headers=no
set abort_nosubject=no
set abort_unmodified=no
set confirmappend=no
set read_inc=0
set mark_old=no
set wait_key=no
set beep=no
set quit=yes
unset help
unset mbox
unset move
unset crypt_autosign
"""

EDITOR = """\
import sys
from pathlib import Path

text, draft = Path(sys.argv[1]), Path(sys.argv[2])
draft.write_bytes(text.read_bytes() + b"\\n\\n" + draft.read_bytes())
"""


def mutt_reply(
    maildir: Path,
    text: str,
    sendmail: str,
    my_address: str,
    *,
    my_name: str = "",
    to_all: bool = False,
    seconds: float = SECONDS,
) -> None:
    """Answer the newest mail of a Maildir with `text` above the quoted original.

    That mail is found by its Message-ID. `sendmail` is a command as sendmail(1), to which mutt adds
    `-f address -- recipients`. AssertionError with the screen if mutt has not sent it and left
    after `seconds`.
    """
    with TemporaryDirectory(prefix="deskpost-mutt-") as folder:
        home = Path(folder)
        reply = "<group-reply>" if to_all else "<reply>"
        _configure(home, maildir, text, sendmail, (my_address, my_name))
        keys = f"<search>=i {_newest(maildir)}<enter>{reply}<send-message><exit>"
        _run_on_terminal(
            [program("mutt", "mutt"), "-F", str(home / "muttrc"), "-e", f'push "{keys}"'],
            home,
            seconds,
        )


def _newest(maildir: Path) -> str:
    """The Message-ID of the mail that came last, without its angle brackets."""
    files = [*maildir.glob("new/*"), *maildir.glob("cur/*")]
    last = max(files, key=lambda file: (file.stat().st_mtime_ns, file.name))
    return str(message_from_bytes(last.read_bytes())["Message-ID"]).strip("<> ")


def _configure(home: Path, maildir: Path, text: str, sendmail: str, me: tuple[str, str]) -> None:
    address, name = me
    (home / "text").write_text(text, encoding="utf-8")
    (home / "editor.py").write_text(EDITOR)
    editor = shlex.join([sys.executable, str(home / "editor.py"), str(home / "text")])
    values = {"home": home, "maildir": maildir, "sendmail": sendmail, "editor": editor}
    muttrc = CONFIGURATION.format(**values, address=address, name=name)
    (home / "muttrc").write_text(muttrc, encoding="utf-8")


def _run_on_terminal(command: list[str], home: Path, seconds: float) -> None:
    """Run a full-screen program until it ends by itself, reading its screen all the while."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    environment = ENVIRONMENT | {"TERM": "vt100", "HOME": str(home)}
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    screen = _watch(ours, time.monotonic() + seconds)
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
    os.close(ours)
    assert process.returncode == 0, f"{command[0]} did not come to its end:\n{screen}"


def _watch(terminal: int, end: float) -> str:
    """What is written to a terminal until its last writer closes it, or until `end`."""
    screen = b""
    while (left := end - time.monotonic()) > 0:
        if not select.select([terminal], [], [], left)[0]:
            break
        part = b""
        with suppress(OSError):  # EIO: the last writer has gone
            part = os.read(terminal, 65536)
        if not part:
            break
        screen += part
    return screen.decode(errors="replace")[-4000:]
