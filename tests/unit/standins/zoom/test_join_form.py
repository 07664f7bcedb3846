"""What the servers answer to the join form."""

from __future__ import annotations

import pytest
from tests.standins.zoom.join_form import PASSCODE, PASSCODE_HASH, judge
from tests.standins.zoom.variants import parse_variant

GOOD = {"name": "Roomtone", "pwd": PASSCODE_HASH}


@pytest.mark.parametrize(
    ("variant", "form", "code"),
    [
        ("default", GOOD, 0),
        ("default", {**GOOD, "pwd": PASSCODE}, 0),
        ("default", {**GOOD, "pwd": "wrong"}, 3004),
        ("default", {**GOOD, "name": " "}, 9503),
        ("default", {}, 9503),
        ("webinar", GOOD, 9504),
        ("webinar", {**GOOD, "email": "a@b"}, 0),
        ("passcode-wrong", GOOD, 3004),
        ("bot-wall-shadow", GOOD, 9516),
        ("captcha-google", GOOD, 9505),
        ("silent-sign-in", GOOD, 3034),
        ("locked", GOOD, 0),
    ],
)
def test_a_form_is_judged(variant, form, code):
    """Fields first, then the outcome that the variant names, then the passcode."""
    answer = judge(form, parse_variant(variant))
    assert answer.code == code
    said = answer.as_json({"meetingNumber": "1"})
    assert said["status"] is (code == 0)
    assert ("MeetingConfig" in said["result"]) is (code == 0)


def test_registration_leads_away():
    """The refusal for registered meetings says where to register."""
    said = judge(GOOD, parse_variant("registration")).as_json({})
    assert said["errorCode"] == 9506
    assert said["result"]["redirect"].startswith("/meeting/register/")
