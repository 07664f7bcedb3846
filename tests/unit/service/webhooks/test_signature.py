"""Standard Webhooks signatures."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from roomtone.service.webhooks.errors import UnusableSecret
from roomtone.service.webhooks.signature import headers, key_of, new_secret, signature


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
    import json

    secret = new_secret()
    raw = json.dumps(body, ensure_ascii=False).encode()
    now_s = int(datetime.now(UTC).timestamp())
    assert Webhook(secret).verify(raw, headers(key_of(secret), name, now_s, raw)) == body


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
