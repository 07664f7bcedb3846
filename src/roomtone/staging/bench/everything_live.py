"""A bot of which everything is wanted live at once: sound, picture, words, and a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from roomtone.staging.control_script import read_control_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roomtone.staging.control_script import TimedMessage

FIELDS: dict[str, Any] = {
    "video_required": True,
    "live_video_required": {},
    "live_transcription_required": {"provider": "local_streaming"},
}
"""Of create_bot; live audio is asked for by every staging, the control socket by its messages."""
SAYS_EVERY_S, WRITES_EVERY_S = 20.0, 5.0
CLIP = "goforward.flac"
"""What the bot says, about 2.5 s."""


def control_messages(folder: Path, clips: Path, seconds: float) -> Sequence[TimedMessage]:
    """What is said to the bot, for so long: it writes into the chat often, and speaks now and then.

    Args:
        folder: Where the list may be written.
        clips: Folder of the sound files.
        seconds: Length of the conversation.
    """
    written = [
        {"at_s": number * WRITES_EVERY_S, "command": "sendmsg", "message": f"message {number}"}
        for number in range(1, int(seconds / WRITES_EVERY_S))
    ]
    said = [
        {"at_s": number * SAYS_EVERY_S - SAYS_EVERY_S / 2, "command": "sendaudio", "file": str(clips / CLIP)}
        for number in range(1, int(seconds / SAYS_EVERY_S) + 1)
    ]
    path = folder / "control.yaml"
    path.write_text(yaml.safe_dump({"control": written + said}), encoding="utf-8")
    return read_control_file(path)
