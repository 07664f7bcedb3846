"""What the doctor finds about the server's bucket."""

import asyncio
from collections.abc import Callable

from pydantic import SecretStr
from tests.s3_server import S3Server

from roomtone.config import Settings
from roomtone.doctor import Verdict, check_storage
from roomtone.service.storage.s3 import BucketStorage


def settings(s3: S3Server, bucket: str) -> Settings:
    """Of a server with a bucket."""
    return Settings(
        storage_url=f"s3://{bucket}/prefix",
        storage_endpoint_url=s3.url,
        storage_key_id="key",
        storage_secret=SecretStr("secret"),
    )


def test_a_good_bucket_is_good_and_stays_empty(s3: S3Server, new_bucket: Callable[[], str]):
    """The trial leaves nothing."""
    name = new_bucket()
    assert check_storage(settings(s3, name)).verdict is Verdict.GOOD
    storage = BucketStorage(s3.bucket(name))
    assert asyncio.run(storage.keys("prefix")) == []
    storage.close()


def test_a_bucket_that_is_not_there_is_missing(s3: S3Server):
    """With what to do about it."""
    finding = check_storage(settings(s3, "not-there"))
    assert finding.verdict is Verdict.MISSING
    assert "no such bucket" in finding.found


def test_half_of_the_credentials_is_missing(s3: S3Server, monkeypatch):
    """Both settings are named."""
    monkeypatch.setenv("ROOMTONE_STORAGE_KEY_ID", "key")
    finding = check_storage(Settings(storage_url="s3://rooms", storage_endpoint_url=s3.url))
    assert finding.verdict is Verdict.MISSING
    assert "ROOMTONE_STORAGE_SECRET" in finding.found


def test_without_a_bucket_the_folder_is_good():
    """Nothing is tried then."""
    assert check_storage(Settings()).verdict is Verdict.GOOD
