"""The signatures of webhooks: Standard Webhooks 1.0.0, and MeetStream's. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from roomtone.service.store.webhook_secrets import SECRET_PREFIX
from roomtone.service.webhooks.errors import UnusableSecret

if TYPE_CHECKING:
    from collections.abc import Sequence


def key_of(secret: str) -> bytes:
    """The key bytes of a secret; raises ``UnusableSecret`` when it is none (24 to 64 bytes)."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not 24 <= len(key) <= 64:
        raise UnusableSecret
    return key


def signature(key: bytes, webhook_id: str, timestamp_s: int, body: bytes) -> str:
    """``v1,`` and the base64 HMAC-SHA256 over ``id.timestamp.body``, body as the very bytes sent."""
    signed = f"{webhook_id}.{timestamp_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(keys: Sequence[bytes], webhook_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """The three headers of one attempt: the id stays, the timestamp (unix seconds) and signatures are new.

    There is a signature for each key, so that a receiver may know any of them.
    """
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(signature(key, webhook_id, timestamp_s, body) for key in keys),
    }


def meetstream_headers(secret: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that clients of the MeetStream API check: keyed with the secret's text as it stands.

    Its timestamp is not signed; ``webhook-timestamp`` is.
    """
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    sent_at = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"X-MeetStream-Signature": f"sha256={digest}", "X-MeetStream-Timestamp": sent_at}
