"""From YAML to a `Script`: every key checked, every error with its place and what would be right."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import yaml

from roomtone.practice.errors import InvalidScript
from roomtone.practice.script import (
    Admission,
    AdmissionMode,
    AdmissionOutcome,
    Camera,
    CameraKind,
    ChatLine,
    Client,
    Clock,
    Ending,
    Ends,
    EventKind,
    Script,
    ScriptedParticipant,
    ScriptEvent,
    Share,
    Tone,
    Utterance,
)
from roomtone.practice.script_fields import MAX_TIME_S, Fields

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PRACTICE_VARIANTS = ("default", "painted", "slow_page", "never_answers")
MAX_SCRIPT_BYTES = 1_000_000
MAX_PARTICIPANTS = 100
PACKET_MS = 20
"""Length of an audio packet; a repetition's period must be a multiple of it."""

_PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"})
_VIDEO_SUFFIXES = frozenset({".mp4", ".webm", ".mkv", ".mov"})
_CAMERA_SIZES = {"1280x720": (1280, 720), "640x360": (640, 360)}
_REPLICA_EVENTS = frozenset({EventKind.BOT_PUT_ON_HOLD, EventKind.BOT_LET_IN_AGAIN})
_DRAWN_CAMERAS = {kind.value: kind for kind in (CameraKind.NONE, CameraKind.PATTERN, CameraKind.FLASH)}


def load_script(file: Path) -> Script:
    """The script in a YAML file.

    Raises:
        InvalidScript: If it cannot be read or staged as written.
    """
    try:
        if file.stat().st_size > MAX_SCRIPT_BYTES:
            raise InvalidScript("", f"{file} is larger than {MAX_SCRIPT_BYTES} bytes; is it a script?")
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise InvalidScript("", f"cannot read {file}: {problem.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as problem:
        raise InvalidScript("", f"{file} is not YAML: {' '.join(str(problem).split())}") from None
    return parse_script(data, file.parent)


def parse_script(data: object, folder: Path) -> Script:
    """The script in a decoded YAML document; file names are relative to `folder`.

    Raises:
        InvalidScript: Names the first place at fault.
    """
    top = Fields.of(data, "", folder)
    participants = tuple(_participant(fields) for fields in top.each("participants"))
    if len(participants) > MAX_PARTICIPANTS:
        raise InvalidScript("participants", f"there may be at most {MAX_PARTICIPANTS}")
    client = top.choice("client", Client, Client.PRACTICE)
    script = Script(
        participants=participants,
        client=client,
        variant=_variant(top, client),
        title=top.text("title", "Practice meeting"),
        admission=_admission(top.inner("admission"), client),
        clock=top.choice("clock", Clock, Clock.FIRST_ARRIVAL),
        bot=top.text("bot") if top.has("bot") else None,
        chat=tuple(_chat_line(fields, participants) for fields in top.each("chat")),
        events=tuple(_event(fields, participants, client) for fields in top.each("events")),
        ends=_ends(top.inner("ends"), client),
    )
    top.refuse_unknown()
    _host_can_come(script)
    return script


def _host_can_come(script: Script) -> None:
    """Refuse guests who wait for a host who cannot come before a guest is let in."""
    if script.admission.mode is AdmissionMode.HOST and script.clock is Clock.BOT_ADMITTED:
        late = [who for who in script.participants if who.host and who.joins_s > 0]
        if late and not any(who.host and who.joins_s <= 0 for who in script.participants):
            raise InvalidScript(
                "clock", "must be first_arrival where guests wait for a host who comes later than second 0"
            )


def _variant(top: Fields, client: Client) -> str:
    variant = top.text("variant", "default")
    if client is Client.PRACTICE and variant not in PRACTICE_VARIANTS:
        raise InvalidScript("variant", f"must be one of {', '.join(PRACTICE_VARIANTS)}, not {variant!r}")
    return variant


def _admission(fields: Fields | None, client: Client) -> Admission:
    if fields is None:
        return Admission()
    mode = fields.choice("mode", AdmissionMode, AdmissionMode.OPEN)
    if mode is AdmissionMode.HOST:
        _needs_replica(fields, "mode", mode, client)
    admission = Admission(
        mode=mode,
        after_s=fields.seconds("after_s", 0.0),
        outcome=fields.choice("outcome", AdmissionOutcome, AdmissionOutcome.ADMIT),
    )
    fields.refuse_unknown()
    return admission


def _participant(fields: Fields) -> ScriptedParticipant:
    joins_s = fields.seconds("joins_s", 0.0)
    leaves_s = fields.seconds_or_none("leaves_s")
    _in_order(fields, "leaves_s", joins_s, leaves_s, "joins_s")
    participant = ScriptedParticipant(
        name=fields.text("name"),
        host=fields.flag("host", default=False),
        joins_s=joins_s,
        leaves_s=leaves_s,
        camera=_camera(fields),
        says=tuple(_utterance(inner) for inner in fields.each("says")),
        shares=tuple(_share(inner) for inner in fields.each("shares")),
        hears=fields.flag("hears", default=False),
    )
    _no_overlap(participant.shares, fields.at("shares"))
    fields.refuse_unknown()
    return participant


def _camera(fields: Fields) -> Camera:
    size = fields.text("camera_size", "1280x720")
    if size not in _CAMERA_SIZES:
        raise InvalidScript(
            fields.at("camera_size"), f"must be one of {', '.join(_CAMERA_SIZES)}, not {size!r}"
        )
    width, height = _CAMERA_SIZES[size]
    value = fields.text("camera", "none")
    if value in _DRAWN_CAMERAS:
        return Camera(_DRAWN_CAMERAS[value], None, width, height)
    file = fields.file("camera") if _kind_of_file(value) else None
    if file is None:
        expected = "none, pattern, flash, a picture or a video file (png, jpg, webp, mp4, webm, mkv, mov)"
        raise InvalidScript(fields.at("camera"), f"must be {expected}, not {value!r}")
    kind = _kind_of_file(value) or CameraKind.PICTURE
    return Camera(kind, file, width, height)


def _kind_of_file(name: str) -> CameraKind | None:
    suffix = "." + name.rpartition(".")[2].lower()
    if suffix in _VIDEO_SUFFIXES:
        return CameraKind.VIDEO
    return CameraKind.PICTURE if suffix in _PICTURE_SUFFIXES else None


def is_video(file: Path) -> bool:
    """Whether a camera's or a share's file is a video rather than a picture, by its name."""
    return _kind_of_file(file.name) is CameraKind.VIDEO


def _utterance(fields: Fields) -> Utterance:
    at_s = fields.seconds("at_s")
    to_s = fields.seconds_or_none("to_s")
    _in_order(fields, "to_s", at_s, to_s, "at_s")
    file = fields.file("file") if fields.has("file") else None
    tone = fields.choice("tone", Tone) if fields.has("tone") else None
    if (file is None) == (tone is None):
        raise InvalidScript(fields.path, "must have either file or tone")
    utterance = Utterance(
        at_s=at_s,
        file=file,
        tone=tone,
        to_s=to_s,
        every_s=_period_s(fields),
        loop=fields.flag("loop", default=False),
        gain_db=fields.number("gain_db", 0.0, low=-60.0, high=24.0),
    )
    fields.refuse_unknown()
    return utterance


def _period_s(fields: Fields) -> float | None:
    if not fields.has("every_s"):
        return None
    period_s = fields.number("every_s", None, low=PACKET_MS / 1000, high=MAX_TIME_S)
    if abs(period_s * 1000 / PACKET_MS - round(period_s * 1000 / PACKET_MS)) > 1e-6:
        raise InvalidScript(fields.at("every_s"), f"must be a multiple of {PACKET_MS / 1000:g} s")
    return period_s


def _share(fields: Fields) -> Share:
    from_s = fields.seconds("from_s")
    to_s = fields.seconds_or_none("to_s")
    _in_order(fields, "to_s", from_s, to_s, "from_s")
    file = fields.file("file")
    if _kind_of_file(file.name) is None:
        raise InvalidScript(fields.at("file"), f"must be a picture or a video file, not {file.name!r}")
    fields.refuse_unknown()
    return Share(from_s, to_s, file)


def _no_overlap(shares: Sequence[Share], path: str) -> None:
    ordered = sorted(shares, key=lambda share: share.from_s)
    for before, after in pairwise(ordered):
        if before.to_s is None or before.to_s > after.from_s:
            raise InvalidScript(path, "one participant shares one screen at a time; these overlap")


def _chat_line(fields: Fields, participants: Sequence[ScriptedParticipant]) -> ChatLine:
    line = ChatLine(fields.seconds("at_s"), _index_of(fields, "from", participants), fields.text("text"))
    fields.refuse_unknown()
    return line


def _event(fields: Fields, participants: Sequence[ScriptedParticipant], client: Client) -> ScriptEvent:
    at_s = fields.seconds("at_s")
    what = fields.choice("what", EventKind)
    if what in _REPLICA_EVENTS:
        _needs_replica(fields, "what", what, client)
    event = ScriptEvent(at_s, what)
    if what is EventKind.PARTICIPANT_RENAMED:
        event = ScriptEvent(at_s, what, _index_of(fields, "participant", participants), fields.text("name"))
    fields.refuse_unknown()
    return event


def _index_of(fields: Fields, key: str, participants: Sequence[ScriptedParticipant]) -> int:
    name = fields.text(key)
    for index, participant in enumerate(participants):
        if participant.name == name:
            return index
    raise InvalidScript(fields.at(key), f"no participant of this script is called {name!r}")


def _needs_replica(fields: Fields, key: str, word: str, client: Client) -> None:
    if client is Client.PRACTICE:
        raise InvalidScript(
            fields.at(key), f"{word} is known to replicas of platforms alone, not to practice meetings"
        )


def _ends(fields: Fields | None, client: Client) -> Ends | None:
    if fields is None:
        return None
    code = round(fields.number("code", None, low=0, high=1_000_000)) if fields.has("code") else None
    if code is not None:
        _needs_replica(fields, "code", "a code", client)
    ends = Ends(fields.seconds("at_s"), fields.choice("how", Ending, Ending.ENDED), code)
    fields.refuse_unknown()
    return ends


def _in_order(fields: Fields, key: str, begin: float, end: float | None, begin_key: str) -> None:
    if end is not None and end <= begin:
        raise InvalidScript(fields.at(key), f"must be later than {begin_key} ({begin:g}), not {end:g}")
