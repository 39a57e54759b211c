"""A real Dovecot: IMAP, IMAP over TLS and LMTP on loopback ports, one Maildir per address.

    def test_it(start_dovecot: StartDovecot) -> None:
        dovecot = start_dovecot()
        dovecot.deliver("jan@acme.example", b"Subject: hello\r\n\r\nHello")

Every address exists; everybody's password is `PASSWORD`.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.servers.certificates import Certificate, self_signed
from tests.servers.running import Daemon, free_port, program, unavailable

PASSWORD = "secret"

CONFIGURATION = """\
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
mail_location = maildir:{folder}/mail/%u
mail_uid = {owner}
mail_gid = {owner_group}
first_valid_uid = 1
first_valid_gid = 1
recipient_delimiter = +
disable_plaintext_auth = no
auth_mechanisms = plain login{mechanisms}
auth_failure_delay = 0
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
{oauth2}passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={folder}/home/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
  }}
}}
service anvil {{
  chroot =
}}
service auth {{
  inet_listener sasl {{
    port = {sasl_port}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
"""

OAUTH2 = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""

LOCAL_VALIDATION = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = email
"""


class Dovecot:
    """A running server; its Maildirs may be read and written behind its back."""

    def __init__(
        self, folder: Path, binary: str, certificate: Certificate, token_key: str | None
    ) -> None:
        self.imap_port, self.imaps_port, self.lmtp_port = free_port(), free_port(), free_port()
        self.sasl_port = free_port()
        self.certificate = certificate.certificate
        self._token_key = token_key
        self._folder = folder
        configuration = folder / "dovecot.conf"
        configuration.write_text(self._configure(certificate))
        self._server = Daemon([binary, "-F", "-c", str(configuration)], log=folder / "output.log")

    def start(self) -> None:
        self._server.start(self.imap_port, self.imaps_port, self.lmtp_port)

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        self._server.kill()

    def maildir(self, address: str) -> Path:
        """Where the mail of an address lies; made by the first delivery or login."""
        return self._folder / "mail" / address

    def inbox(self, address: str) -> list[bytes]:
        """The mails in somebody's INBOX, the oldest first."""
        return _mails_in(self.maildir(address))

    def deliver(self, address: str, mail: bytes, sender: str = "") -> None:
        """Put one mail into a mailbox by LMTP."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port, local_hostname="localhost") as client:
            client.sendmail(sender, [address], mail)

    def freeze(self) -> None:
        """It goes on holding its connections and answers nothing, until `thaw` or `kill`."""
        self._server.freeze()

    def thaw(self) -> None:
        self._server.thaw()

    def fill(self, address: str, mails: Iterable[bytes]) -> None:
        """Put mails into a mailbox as files, as fast as the disk is; for an account that has not
        been used yet, or while nobody reads it."""
        owner, group = _owner()
        folder = self.maildir(address)
        for part in (folder, *(folder / name for name in ("cur", "new", "tmp"))):
            part.mkdir(exist_ok=True)
            shutil.chown(part, owner, group)
        for number, mail in enumerate(mails):
            file = folder / "new" / f"{1_700_000_000 + number}.M{number}P1.test"
            file.write_bytes(mail)
            shutil.chown(file, owner, group)

    def renumber(self, address: str) -> None:
        """Give a mailbox another UIDVALIDITY, and its mails new UIDs. While nobody reads it."""
        folder = self.maildir(address)
        known = folder / "dovecot-uidlist"
        version, validity, *_ = known.read_text().split()
        for file in folder.glob("dovecot.*"):
            file.unlink()
        known.write_text(f"{version} V{int(validity.removeprefix('V')) + 1} N1\n")

    def folder(self, address: str, name: str) -> list[bytes]:
        """The mails in a folder beside somebody's INBOX."""
        return _mails_in(self.maildir(address) / f".{name}")

    @property
    def log(self) -> str:
        """What Dovecot logged so far."""
        return (self._folder / "dovecot.log").read_text(errors="replace")

    def _configure(self, certificate: Certificate) -> str:
        owner, group = _owner()
        if self._token_key is not None:
            keys = self._folder / "keys" / "default" / "RS256"
            keys.mkdir(parents=True)
            (keys / "default").write_text(self._token_key)
            text = LOCAL_VALIDATION.format(folder=self._folder)
            (self._folder / "oauth2.conf").write_text(text)
        root = os.geteuid() == 0
        return CONFIGURATION.format(
            folder=self._folder,
            mechanisms=" xoauth2 oauthbearer" if self._token_key else "",
            oauth2=OAUTH2.format(folder=self._folder) if self._token_key else "",
            sasl_port=self.sasl_port,
            password=PASSWORD,
            owner=owner,
            owner_group=group,
            internal="dovecot" if root else owner,
            internal_group="dovecot" if root else group,
            login="dovenull" if root else owner,
            imap_port=self.imap_port,
            imaps_port=self.imaps_port,
            lmtp_port=self.lmtp_port,
            certificate=certificate.certificate,
            key=certificate.key,
        )


def _mails_in(maildir: Path) -> list[bytes]:
    files = [*maildir.glob("new/*"), *maildir.glob("cur/*")]
    return [file.read_bytes() for file in sorted(files, key=lambda file: file.name)]


class StartDovecot(Protocol):
    """What the fixture gives; `token_key`: the public key of whoever issues access tokens, PEM."""

    def __call__(self, token_key: str | None = None) -> Dovecot: ...


def _owner() -> tuple[str, str]:
    """User and group that own the mail; Dovecot refuses root."""
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return user.pw_name, grp.getgrgid(user.pw_gid).gr_name


def _new_server(token_key: str | None) -> tuple[Path, Dovecot]:
    binary = program("dovecot", "dovecot-imapd dovecot-lmtpd")
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    if not version.stdout.startswith("2.3."):
        unavailable("Dovecot 2.3 (2.4 speaks another configuration language)", "dovecot-imapd")
    folder = Path(tempfile.mkdtemp(prefix="deskpost-dovecot-"))
    folder.chmod(0o755)
    owner, group = _owner()
    for name in ("mail", "home"):
        (folder / name).mkdir()
        shutil.chown(folder / name, owner, group)
    return folder, Dovecot(folder, binary, self_signed(folder), token_key)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """One that many tests share, each with addresses of its own; it is never stopped."""
    folder, server = _new_server(None)
    server.start()
    yield server
    server.kill()
    shutil.rmtree(folder)


@pytest.fixture
def start_dovecot() -> Iterator[StartDovecot]:
    """Starts Dovecots that end with the test."""
    started: list[tuple[Path, Dovecot]] = []

    def start(token_key: str | None = None) -> Dovecot:
        started.append(_new_server(token_key))
        started[-1][1].start()
        return started[-1][1]

    yield start
    for folder, server in started:
        server.kill()  # an orderly end takes a second
        shutil.rmtree(folder)
