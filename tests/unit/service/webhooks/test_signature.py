"""Standard Webhooks signatures."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meetstream.webhooks import parse_webhook, verify_webhook_signature
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from roomtone.service.store.webhook_secrets import new_secret
from roomtone.service.webhooks.errors import UnusableSecret
from roomtone.service.webhooks.signature import headers, key_of, meetstream_headers, signature


def test_the_vector_of_the_specification():
    """The example of Standard Webhooks gives its signature."""
    made = signature(
        key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(
    body=st.dictionaries(st.text(max_size=5), st.text(max_size=9)),
    name=st.from_regex("[a-z_0-9]{1,20}", fullmatch=True),
)
def test_another_implementation_agrees(body: dict[str, str], name: str):
    """The library receivers use verifies what we sign."""
    secret = new_secret()
    raw = json.dumps(body, ensure_ascii=False).encode()
    now_s = int(datetime.now(UTC).timestamp())
    assert Webhook(secret).verify(raw, headers([key_of(secret)], name, now_s, raw)) == body


def test_either_of_two_secrets_verifies():
    """While a secret is being replaced, receivers that know the old one and those that know the new accept."""
    old, new, other = new_secret(), new_secret(), new_secret()
    now_s = int(datetime.now(UTC).timestamp())
    sent = headers([key_of(new), key_of(old)], "msg_1", now_s, b"{}")
    assert Webhook(old).verify(b"{}", sent) == Webhook(new).verify(b"{}", sent) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(b"{}", sent)


@given(raw=st.dictionaries(st.text(max_size=5), st.text(max_size=9)))
def test_the_meetstream_package_agrees(raw: dict[str, str]):
    """The official client's check takes our signature, and no other body and no other secret."""
    secret, body = new_secret(), json.dumps(raw, ensure_ascii=False).encode()
    sent = meetstream_headers(secret, datetime(2026, 3, 14, 15, 9, 26, 535_000, tzinfo=UTC), body)
    assert parse_webhook(body, sent["X-MeetStream-Signature"], secret) == raw
    assert not verify_webhook_signature(body + b" ", sent["X-MeetStream-Signature"], secret)
    assert not verify_webhook_signature(body, sent["X-MeetStream-Signature"], new_secret())
    assert sent["X-MeetStream-Timestamp"] == "2026-03-14T15:09:26.535Z"


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_!!!", "whsec_YWJj", "whsec_" + "A" * 200, "plain words"]
)
def test_what_is_no_secret_is_refused(text: str):
    """Too short, too long, not base64."""
    with pytest.raises(UnusableSecret):
        key_of(text)


def test_secrets_differ():
    """Each is new, and 32 bytes long."""
    assert new_secret() != new_secret()
    assert len(key_of(new_secret())) == 32
