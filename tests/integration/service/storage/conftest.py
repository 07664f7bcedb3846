"""An S3 service for the tests of this folder, and fresh buckets in it."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from tests.s3_server import S3Server, s3_server

_numbers = itertools.count()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A running service."""
    with s3_server() as server:
        yield server


@pytest.fixture
def new_bucket(s3: S3Server) -> Callable[[], str]:
    """Makes a bucket and gives its name."""
    return lambda: s3.make_bucket(f"rooms-{next(_numbers)}")
