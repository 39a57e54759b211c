"""Objects in a bucket of S3, or of what speaks its protocol (MinIO, Ceph, Garage …).

Credentials, region and endpoint are the environment's, under AWS's own names (docs/running.md).
Buckets are named in the path unless AWS_VIRTUAL_HOSTED_STYLE_REQUEST says otherwise, which suits
every server.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from store.errors import EvidenceUnavailable

_CONNECT = timedelta(seconds=5)
_WHOLE = timedelta(seconds=30)
"""So long one request may take: 35 MB at 10 Mbit/s."""
_RETRIES: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}


class Bucket:
    """A `store.objects.Place`. The bucket has to be there."""

    def __init__(self, bucket: str, prefix: str) -> None:
        endpoint = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
        self._url = f"s3://{bucket}/{prefix}"
        with self._faults():
            self._store = S3Store(
                bucket,
                prefix=prefix or None,
                client_options={
                    "connect_timeout": _CONNECT,
                    "timeout": _WHOLE,
                    "allow_http": endpoint.startswith("http:"),
                },
                retry_config=_RETRIES,
            )

    def create(self, name: str, body: bytes) -> bool:
        """By If-None-Match: * (RFC 9110, 13.1.2), so that of two at once one is the first."""
        with self._faults():
            try:
                obstore.put(self._store, name, body, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def read(self, name: str) -> bytes | None:
        with self._faults():
            try:
                return bytes(obstore.get(self._store, name).bytes())
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise
                return None

    def names(self) -> Iterator[str]:
        with self._faults():
            for page in obstore.list(self._store):
                yield from (found["path"] for found in page)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Whatever it is, credentials included, a person may mend it: nothing is lost by then."""
        try:
            yield
        except (BaseError, OSError) as error:
            said = str(error).partition("\n")[0][:300]
            raise EvidenceUnavailable(f"{self._url}: {said}") from error
