"""An S3 server in this process: moto, which obeys If-None-Match as S3 does.

    def test_it(bucket: Bucket): ...   # an empty bucket; its URL is what [store] evidence names

The credentials are in the environment, where the gateway looks for them.
"""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

import pytest
from moto.server import ThreadedMotoServer

_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class S3Bucket:
    """`environment` is what a process needs to reach it."""

    url: str
    environment: Mapping[str, str]


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of the server that all tests of this process share."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> S3Bucket:
    name = f"bucket-{next(_NUMBERS)}"
    make = urllib.request.Request(f"{s3}/{name}", method="PUT")
    with urllib.request.urlopen(make, timeout=10):
        pass
    environment = {
        "AWS_ENDPOINT_URL": s3,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    return S3Bucket(f"s3://{name}/mails", environment)
