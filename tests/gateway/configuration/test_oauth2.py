"""The file that `oauth2` names: what it says, and one clear fault for each mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.configuration.loading import read_client, read_configuration
from tests.servers.certificates import self_signed

MICROSOFT = 'provider = "microsoft"\ntenant = "accel.example"\nclient_id = "1"\n'
GOOGLE = 'provider = "google"\n'
OTHER = 'provider = "other"\ntoken_url = "https://login.test/token"\nclient_id = "1"\n'
SECRET = 'secret_env = "S"\n'

GOOD = {
    "Microsoft by secret": (
        MICROSOFT + SECRET + "expires = 2027-05-31\n",
        "client_credentials",
        "https://login.microsoftonline.com/accel.example/oauth2/v2.0/token",
        "https://outlook.office365.com/.default",
    ),
    "Microsoft by certificate": (
        MICROSOFT + 'certificate = "certificate.pem"\nkey = "key.pem"\n',
        "client_credentials",
        "https://login.microsoftonline.com/accel.example/oauth2/v2.0/token",
        "https://outlook.office365.com/.default",
    ),
    "Microsoft by somebody's agreement": (
        MICROSOFT + 'refresh_token_file = "people.yaml"\n',
        "refresh_token",
        "https://login.microsoftonline.com/accel.example/oauth2/v2.0/token",
        "https://outlook.office.com/IMAP.AccessAsUser.All "
        "https://outlook.office.com/SMTP.Send offline_access",
    ),
    "a national cloud": (
        MICROSOFT
        + SECRET
        + 'authority = "https://login.microsoftonline.us/"\nscopes = ["a", "b"]\n',
        "client_credentials",
        "https://login.microsoftonline.us/accel.example/oauth2/v2.0/token",
        "a b",
    ),
    "Google's service account": (
        GOOGLE + 'service_account = "account.json"\n',
        "service_account",
        "https://oauth2.googleapis.com/token",
        "https://mail.google.com/",
    ),
    "Google by somebody's agreement": (
        GOOGLE + 'client_id = "1"\nrefresh_token_env = "R"\n' + SECRET,
        "refresh_token",
        "https://oauth2.googleapis.com/token",
        "",
    ),
    "another": (OTHER + SECRET, "client_credentials", "https://login.test/token", ""),
    "this machine": (
        OTHER.replace("https://login.test", "http://127.0.0.1:8080") + SECRET,
        "client_credentials",
        "http://127.0.0.1:8080/token",
        "",
    ),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    self_signed(tmp_path)
    (tmp_path / "people.yaml").write_text("x")
    account = {"client_email": "a@b", "private_key": "x"}
    (tmp_path / "account.json").write_text(json.dumps(account))
    return tmp_path


@pytest.mark.parametrize("text, grant, endpoint, scope", GOOD.values(), ids=GOOD.keys())
def test_what_it_says(home: Path, text: str, grant: str, endpoint: str, scope: str) -> None:
    (home / "client.toml").write_text(text)
    loaded = read_client(home, home / "client.toml")
    assert loaded.faults == ()
    assert loaded.value is not None
    assert (loaded.value.grant, loaded.value.endpoint, loaded.value.scope) == (
        grant,
        endpoint,
        scope,
    )


WRONG = {
    "nothing": ("", ["provider is missing"]),
    "no TOML": ("provider =", ["1:11: Invalid value"]),
    "a provider that is none": ('provider = "mircosoft"', ["Did you mean microsoft?"]),
    "a key that is none": (MICROSOFT + SECRET + 'sercet_file = "x"', ["unknown key sercet_file"]),
    "no tenant": (
        'provider = "microsoft"\nclient_id = "1"\n' + SECRET,
        ["tenant is missing. Write the tenant's domain or its ID"],
    ),
    "no client": ('provider = "microsoft"\ntenant = "t"\n' + SECRET, ["client_id is missing"]),
    "no secret": (MICROSOFT, ["nothing says where the client's secret is"]),
    "two secrets": (
        MICROSOFT + SECRET + 'secret_file = "people.yaml"\n',
        ["secret_file: one of secret_env, secret_file, certificate is enough. Keep one of them"],
    ),
    "two refresh tokens": (
        OTHER + 'refresh_token_env = "R"\nrefresh_token_file = "people.yaml"\n',
        ["refresh_token_file: one of"],
    ),
    "a secret in the file": (MICROSOFT + 'secret = "x"\n', ["unknown key secret", "nothing says"]),
    "a file that is not there": (
        MICROSOFT + 'secret_file = "gone"\n',
        ["gone cannot be read: No such file or directory"],
    ),
    "no certificate": (MICROSOFT + 'certificate = "people.yaml"\n', ["no certificate in PEM"]),
    "no key": (
        MICROSOFT + 'certificate = "certificate.pem"\nkey = "certificate.pem"\n',
        ["no unencrypted RSA private key"],
    ),
    "a key alone": (MICROSOFT + SECRET + 'key = "key.pem"\n', ["there is no certificate that"]),
    "an end of what says so itself": (
        MICROSOFT + 'certificate = "certificate.pem"\nexpires = 2027-05-31\n',
        ["the certificate says itself when it ends"],
    ),
    "a day in quotation marks": (
        MICROSOFT + SECRET + 'expires = "31.5.2027"\n',
        ['expires: "31.5.2027" is no day. Write it as 2027-05-31'],
    ),
    "no https": (
        OTHER.replace("https:", "http:") + SECRET,
        ["http://login.test/token", "is no https address"],
    ),
    "Google's in Microsoft's": (
        MICROSOFT + SECRET + 'service_account = "account.json"\n',
        ['service_account is of no use with provider = "microsoft"'],
    ),
    "Google by nothing": (GOOGLE, ["nothing says how to sign in to Google"]),
    "Google twice": (
        GOOGLE + 'service_account = "account.json"\nclient_id = "1"\n',
        ["a service account needs no client_id"],
    ),
    "Google's key that is none": (
        GOOGLE + 'service_account = "people.yaml"\n',
        ["is no key of a service account"],
    ),
    "no token_url": ('provider = "other"\nclient_id = "1"\n' + SECRET, ["token_url is missing"]),
}


@pytest.mark.parametrize("text, says", WRONG.values(), ids=WRONG.keys())
def test_each_mistake(home: Path, text: str, says: list[str]) -> None:
    """By file and line, with its mend, and nothing is said twice."""
    (home / "client.toml").write_text(text)
    told = [str(fault) for fault in read_client(home, home / "client.toml").faults]
    assert all(fault.startswith(f"{home}/client.toml") for fault in told)
    for words in says:
        assert sum(words in fault for fault in told) == 1, told
    assert len(told) <= max(len(says), 2), told


GATEWAY = '[[desk]]\naddress = "helpdesk@accel.example"\nprocess = "helpdesk"\n'


def gateway(home: Path, text: str) -> list[str]:
    (home / "gateway.toml").write_text(text + GATEWAY)
    return [str(fault) for fault in read_configuration(home).faults]


def test_its_faults_are_those_of_the_installation(home: Path) -> None:
    """`check` tells them, and nothing is served."""
    (home / "client.toml").write_text(MICROSOFT)
    delivery = (
        '[delivery]\nurl = "smtp://desk%40accel.example@mx.test:587"\noauth2 = "client.toml"\n'
    )
    [fault] = gateway(home, delivery)
    assert "client.toml: nothing says where the client's secret is" in fault
    (home / "client.toml").write_text(MICROSOFT + SECRET)
    assert gateway(home, delivery) == []


@pytest.mark.parametrize(
    "text, says",
    [
        ('[delivery]\nurl = "smtp://mx.test"\noauth2 = "people.yaml"\n', "url names none"),
        ('[delivery]\nurl = "maildir:x"\noauth2 = "people.yaml"\n', "url names none"),
        ('[store]\noauth2 = "people.yaml"\n', "to no database"),
    ],
)
def test_where_it_is_of_no_use(home: Path, text: str, says: str) -> None:
    [fault] = gateway(home, text)
    assert says in fault
