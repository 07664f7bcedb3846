"""What is told of a bucket's refusals."""

import pytest
from obstore.exceptions import GenericError, PermissionDeniedError

from roomtone.service.storage.bucket_errors import told
from roomtone.service.storage.errors import BucketUnusable, MissingObject, StorageError, StorageFull

ANSWER = (
    "Error performing PUT http://s3/rooms/a in 3ms - Server returned non-2xx status code: {status} What: "
    "<Error><Code>{code}</Code><AWSAccessKeyId>AKIASECRET</AWSAccessKeyId></Error>"
)


@pytest.mark.parametrize(
    ("error", "status", "code", "kind", "word"),
    [
        (PermissionDeniedError, 403, "RequestTimeTooSkewed", BucketUnusable, "clock"),
        (PermissionDeniedError, 403, "AccessDenied", BucketUnusable, "s3:PutObject"),
        (PermissionDeniedError, 403, "InvalidAccessKeyId", BucketUnusable, "access key id"),
        (PermissionDeniedError, 403, "SignatureDoesNotMatch", BucketUnusable, "secret"),
        (PermissionDeniedError, 403, "", BucketUnusable, "denied"),
        (FileNotFoundError, 404, "NoSuchBucket", BucketUnusable, "no such bucket"),
        (FileNotFoundError, 404, "NoSuchKey", MissingObject, "nothing is stored"),
        (FileNotFoundError, 404, "", MissingObject, "nothing is stored"),
        (GenericError, 301, "PermanentRedirect", BucketUnusable, "region"),
        (GenericError, 307, "", BucketUnusable, "region"),
        (GenericError, 503, "SlowDown", BucketUnusable, "503"),
        (GenericError, 507, "", StorageFull, "space"),
        (GenericError, 403, "QuotaExceeded", StorageFull, "space"),
    ],
)
def test_each_refusal_says_what_to_do(
    error: type[Exception], status: int, code: str, kind: type[StorageError], word: str
):
    """In words of ours: what the service wrote may tell who we are."""
    problem = told(error(ANSWER.format(status=status, code=code)), "a", "rooms", "http://s3")
    assert type(problem) is kind
    assert word in str(problem)
    assert "AKIASECRET" not in str(problem)


def test_a_service_that_does_not_answer_is_named():
    """With what to look at."""
    problem = told(GenericError("HTTP error: error sending request"), "a", "rooms", "http://s3")
    assert "http://s3: cannot be reached" in str(problem)
