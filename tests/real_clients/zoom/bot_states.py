"""States of the call in which the bot takes part: it writes, speaks, and shows a picture. Data."""

from __future__ import annotations

from tests.real_clients.zoom import messages as say
from tests.real_clients.zoom.messages import CAMERA, CHAT, EVERYONE, HOST_ID, MUTE, OWN_ID
from tests.real_clients.zoom.scene import Move, Scene, entry
from tests.real_clients.zoom.state import IN_CALL, in_call

MESSAGE = "Hello, I record this meeting:\nsee https://example.com/notes"

TAKING_PART = (
    in_call(
        Scene("bot_message", "call with a chat, in which the bot writes to everybody"),
        writes=MESSAGE,
        leave_after_s=6,
    ),
    in_call(
        Scene("bot_message_encrypted", "the same in a meeting with a key", on_join=entry(encrypted=True)),
        writes=MESSAGE,
        is_encrypted=True,
        leave_after_s=6,
    ),
    in_call(
        Scene("bot_speaks", "call with sound, in which the bot speaks", audio=(HOST_ID,)),
        does="speak",
        tells=((MUTE, "bMute", False), (MUTE, "bMute", True)),
        heard=True,
        leave_after_s=14,
        within_s=60,
    ),
    in_call(
        Scene(
            "bot_muted",
            "the same; the host mutes the bot while it speaks",
            audio=(HOST_ID,),
            on_unmute=(Move(say.roster(updated=({"id": OWN_ID, "muted": True},)), 1.2),),
        ),
        passes=(*IN_CALL, "bot_muted"),
        does="speak",
        tells=((MUTE, "bMute", False),),
        heard=True,
        leave_after_s=14,
        within_s=60,
    ),
    in_call(
        Scene(
            "bot_picture",
            "call in which the camera's button can be pressed, and the client does nothing more",
            on_join=entry(extra=(Move(say.camera_ready(), 1),)),
        ),
        does="show_picture",
        tells=((CHAT, "destNodeID", EVERYONE),),
        kept_out=(CAMERA, "bOn", True),
        leave_after_s=20,
        within_s=60,
    ),
    in_call(
        Scene("bot_without_camera", "call in which the camera's button stays disabled"),
        does="show_picture",
        tells=((CHAT, "destNodeID", EVERYONE),),
        leave_after_s=16,
        within_s=60,
    ),
)
