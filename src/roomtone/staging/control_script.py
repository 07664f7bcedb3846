"""What is said to a staged bot over its control socket: a list of messages with their times."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from roomtone.practice.clips import decode_clip
from roomtone.practice.errors import UnusableMedia
from roomtone.staging.errors import InvalidControlFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

RATE_HZ = 48_000
PIECE_S = 0.5
"""Sound is sent in pieces of this length."""
PACE = 0.8
"""A piece follows the one before after this much of its length, so that the bot never runs dry."""
_OURS = frozenset({"at_s", "file", "raw"})


@dataclass(frozen=True, slots=True)
class TimedMessage:
    """One message to a bot.

    Attributes:
        at_s: Seconds since the bot said that it is ready.
        command: Its name, for the report; ``raw`` for a text that is sent as it stands.
        text: As it is sent.
        step: The entry of the list that it belongs to, counted from 0; a clip is many messages.
    """

    at_s: float
    command: str
    text: str
    step: int


def read_control_file(path: Path) -> tuple[TimedMessage, ...]:
    """The messages of a YAML file, in the order of their times.

    The file holds ``control:`` and a list, or the list alone. An entry has ``at_s`` and the fields of a
    message as ``docs/protocols/control-socket.md`` has them; with ``sendaudio`` and ``sendimg`` a ``file``
    beside the control file; or ``raw``, a text that is sent as it stands. An ``interrupt`` ends the clip that
    is being sent.

    Raises:
        InvalidControlFile: If it cannot be read, or holds something else; the place is named.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise InvalidControlFile(f"cannot read {path}: {problem.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as problem:
        raise InvalidControlFile(f"{path} is not YAML: {problem}") from None
    entries = data.get("control") if isinstance(data, dict) else data
    if not isinstance(entries, list):
        raise InvalidControlFile(f"{path} must hold a list of messages, alone or under `control`")
    messages = [message for step, entry in enumerate(entries) for message in _messages(path, step, entry)]
    began_s = {message.step: message.at_s for message in reversed(messages)}
    interrupts_s = [message.at_s for message in messages if message.command == "interrupt"]
    kept = [
        message
        for message in messages
        if message.command != "sendaudio"
        or not any(began_s[message.step] < at_s <= message.at_s for at_s in interrupts_s)
    ]
    return tuple(sorted(kept, key=lambda message: message.at_s))


def _messages(path: Path, step: int, entry: Any) -> Iterator[TimedMessage]:
    place = f"{path}: control[{step}]"
    if not isinstance(entry, dict):
        raise InvalidControlFile(f"{place} must be a mapping with at_s and command")
    at_s = entry.get("at_s")
    if isinstance(at_s, bool) or not isinstance(at_s, int | float) or not 0 <= at_s < 86_400:
        raise InvalidControlFile(f"{place}.at_s must be a number of seconds")
    if "raw" in entry:
        yield TimedMessage(float(at_s), "raw", str(entry["raw"]), step)
        return
    command = entry.get("command")
    if not isinstance(command, str) or not command:
        raise InvalidControlFile(f"{place}.command must be a name such as sendmsg, or give raw")
    fields = {name: value for name, value in entry.items() if name not in _OURS}
    for later_s, more in _with_file(path, place, entry, command):
        yield TimedMessage(at_s + later_s, command, json.dumps(fields | more, ensure_ascii=False), step)


def _with_file(
    path: Path, place: str, entry: Mapping[str, Any], command: str
) -> Iterator[tuple[float, dict[str, Any]]]:
    """The fields that an entry's file gives, each with how much later it is sent."""
    if "file" not in entry:
        yield 0.0, {}
        return
    file = path.parent / str(entry["file"])
    if not file.is_file():
        raise InvalidControlFile(f"{place}.file: there is no file {file}")
    if command == "sendaudio":
        yield from _pieces(place, file)
    elif command == "sendimg":
        yield 0.0, {"img": base64.b64encode(file.read_bytes()).decode()}
    else:
        raise InvalidControlFile(f"{place}.file is for sendaudio and sendimg")


def _pieces(place: str, file: Path) -> Iterator[tuple[float, dict[str, Any]]]:
    try:
        sound = decode_clip(file)
    except UnusableMedia as problem:
        raise InvalidControlFile(f"{place}.file: {problem}") from None
    pcm = (np.clip(sound, -1.0, 1.0) * 32_767).astype("<i2")
    length = round(PIECE_S * RATE_HZ)
    for n, start in enumerate(range(0, pcm.size, length)):
        piece = pcm[start : start + length].tobytes()
        yield (
            n * PIECE_S * PACE,
            {
                "audiochunk": base64.b64encode(piece).decode(),
                "sample_rate": RATE_HZ,
                "encoding": "pcm16",
                "channels": 1,
                "endianness": "little",
            },
        )
