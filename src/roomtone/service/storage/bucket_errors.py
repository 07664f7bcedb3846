"""What a bucket's refusals mean, and what to do about each. Pure.

The library's own texts hold request ids, access key ids and whole answers; none of it gets into ours.
"""

from __future__ import annotations

import re

from roomtone.service.storage.errors import BucketUnusable, MissingObject, StorageError, StorageFull

_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_STATUS = re.compile(r"status code: (\d{3})")

_REMEDIES = {
    "NoSuchBucket": "there is no such bucket; make it, or correct its name",
    "InvalidBucketName": "the service takes no bucket of this name; correct it",
    "InvalidAccessKeyId": "the service does not know the access key id; correct it",
    "SignatureDoesNotMatch": "the secret does not belong to the access key id; correct it",
    "AuthFailure": "the access key id or its secret is wrong; correct them",
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it (`timedatectl set-ntp true`)",
    "ExpiredToken": "the credentials have expired; renew them",
    "PermanentRedirect": "the bucket is in another region; correct the region",
    "AuthorizationHeaderMalformed": "the bucket is in another region; correct the region",
    "IllegalLocationConstraintException": "the bucket is in another region; correct the region",
    "AccessDenied": "access is denied; the key needs s3:PutObject, s3:GetObject, s3:DeleteObject and "
    "s3:ListBucket there",
}
_FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientCapacity", "TooManyParts"})
_REFUSED = (
    "access is denied; check the access key id, its secret, this machine's clock, and that the key has "
    "s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket there"
)


def told(problem: Exception, key: str, bucket: str, service: str) -> StorageError:
    """Our error for one of the library's.

    Args:
        problem: What was raised.
        key: What it was about.
        bucket: The bucket's name.
        service: URL of the service.
    """
    text = str(problem)
    code = found[1] if (found := _CODE.search(text)) else ""
    status = found[1] if (found := _STATUS.search(text)) else ""
    if code in _FULL or status == "507":
        return StorageFull(key)
    remedy = _REMEDIES.get(code)
    if remedy is None:
        if isinstance(problem, FileNotFoundError):
            return MissingObject(key)
        remedy = _remedy_of_status(type(problem).__name__, code, status)
    return BucketUnusable(f"the bucket {bucket!r} at {service}: {remedy}")


def _remedy_of_status(name: str, code: str, status: str) -> str:
    if status in {"401", "403"} or name in {"PermissionDeniedError", "UnauthenticatedError"}:
        return _REFUSED
    if name == "PreconditionError" or status == "412":
        return "the object was replaced while it was read; ask again"
    if status in {"301", "307"}:
        return "the bucket is in another region; correct the region"
    if status:
        return f"it answered {status}{f' ({code})' if code else ''}; the work is tried again"
    return "cannot be reached; check the endpoint, this machine's network and the service"
