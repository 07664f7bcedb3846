"""The JSON answers of the web client's servers, as little as the client goes on with. Pure."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

from tests.real_clients.zoom.messages import GATEWAY_HOST, MEETING_NUMBER, TOPIC

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.real_clients.zoom.scene import Refusal, Scene

NOT_STARTED = 3008
PING_HOST = "rwc.zoom.us"
OPTIONS = {
    "isChatEnabled": True,
    "isPrivateChatEnabled": True,
    "isEnableClosedCaption": True,
    "isEnableMeetingReactions": True,
}
"""What the meeting's account allows."""


def information(scene: Scene, asked: Mapping[str, str]) -> dict[str, Any]:
    """The answer to the first request.

    Args:
        scene: What is played.
        asked: The request's form fields.
    """
    result = {
        "meetingNumber": MEETING_NUMBER,
        "userName": asked.get("userName", ""),
        "userEmail": asked.get("userEmail", ""),
        "passWord": asked.get("passWord", ""),
        "mid": base64.b64encode(b"meeting-id-of-the-check").decode(),
        "tid": "tracking",
        "ts": int(time.time() * 1000),
        "auth": "auth",
        "track_auth": "track",
        "sign": asked.get("signature", ""),
        "encryptedRWC": json.dumps({PING_HOST: "token"}),
        "encryptedGEORWC": "[]",
        "toll_numbers_json": "[]",
        "call_out_country_json": "[]",
        "meetingOptions": json.dumps(OPTIONS),
        "meetingTopic": TOPIC,
        "isWebinar": "0",
        "enableLongPollingCheckStart": True,
        "isNewJoinFlow": True,
        "joinFlowPhase3": True,
    }
    return {"status": True, "errorCode": 0, "errorMessage": "", "result": result | scene.info}


def ping() -> dict[str, str]:
    """The answer to the look for a gateway."""
    return {"rwg": GATEWAY_HOST, "rwcAuth": "auth"}


def refused(refusal: Refusal) -> dict[str, Any]:
    """The answer to a join request that is refused."""
    return {
        "status": False,
        "errorCode": refusal.code,
        "errorMessage": refusal.message,
        "result": {},
    }


def accepted(information_given: dict[str, Any], asked: dict[str, Any], inner_code: int = 0) -> dict[str, Any]:
    """The answer to a join request that is accepted.

    Args:
        information_given: The ``result`` of the first answer.
        asked: The join request.
        inner_code: Why the meeting cannot be entered yet; 0: it can.
    """
    configuration = information_given | {
        "userName": asked.get("name", ""),
        "encryptedRWC": {PING_HOST: "token"},
        "encryptedGEORWC": [],
        "toll_numbers_json": [],
        "call_out_country_json": [],
        "meetingOptions": OPTIONS,
        "isWebinar": information_given["isWebinar"] == "1",
    }
    result = {"rsRes": {"status": inner_code == 0, "errorCode": inner_code}, "MeetingConfig": configuration}
    return {"status": True, "errorCode": 0, "errorMessage": "", "result": result}


def started(is_started: bool) -> dict[str, Any]:
    """The answer to a client that asks whether the meeting has started."""
    code = 0 if is_started else NOT_STARTED
    return {"status": is_started, "errorCode": code, "errorMessage": "", "result": {}}


def refreshed(information_given: dict[str, Any]) -> dict[str, Any]:
    """The answer to a client that has lost its gateway and asks for tokens to find one again.

    Args:
        information_given: The ``result`` of the first answer.
    """
    kept = {
        key: information_given.get(key)
        for key in ("auth", "tid", "encryptedRWC", "encryptedGEORWC", "zak", "jmak")
    }
    result = kept | {"trackAuth": information_given.get("track_auth"), "ts": int(time.time() * 1000)}
    return {"status": True, "errorCode": 0, "errorMessage": "", "result": json.dumps(result)}
