"""A bot's life: its statuses, which step may follow which, and what the API says of each step.

Pure. ``advance`` decides; the store keeps what it decided; webhooks send ``envelope``. The names, statuses
and codes are those of ``docs/protocols/webhooks.md``.

    created ── scheduled ── joining ── in_waiting_room ── in_meeting ── recording ── leaving ── stopped
    stopped ── audio_processed | audio_failed ── video_processed | video_failed (only with video)
            ── transcription_processed | _failed | _skipped (only when a transcript was asked for)
            ── done ── expired
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from roomtone.bot import session_protocol as lines
from roomtone.bot.end_reasons import ENDINGS, EndReason
from roomtone.bot.errors import RoomtoneError

PUBLIC_WARNINGS = frozenset(
    {
        "audio_not_joined",
        "control_socket_disconnected",
        "control_socket_failed",
        "control_socket_refused",
        "control_socket_unreachable",
        "live_audio_disconnected",
        "live_audio_unreachable",
        "live_audio_refused",
        "live_audio_failed",
        "live_transcription_connected",
        "live_transcription_disconnected",
        "live_transcription_dropped",
        "live_transcription_refused",
        "live_transcription_socket_disconnected",
        "live_transcription_socket_failed",
        "live_transcription_socket_refused",
        "live_transcription_socket_unreachable",
        "live_transcription_unreachable",
        "live_transcription_webhook_refused",
        "live_transcription_webhook_unreachable",
        "live_video_disconnected",
        "live_video_failed",
        "live_video_refused",
        "live_video_unreachable",
        "message_not_sent",
        "no_sound",
        "picture_not_shown",
        "profile_signed_out",
        "sound_is_back",
    }
)
"""Codes of session warnings that the customer can act on, and hears of as ``bot.error``."""


class IllegalTransition(RoomtoneError):
    """A step that may not follow the bot's last one; nothing was changed.

    Attributes:
        last: The bot's last step.
        step: The one refused.
    """

    def __init__(self, last: Step, step: Step) -> None:
        super().__init__(f"{step.value} may not follow {last.value}")
        self.last = last
        self.step = step


class Step(StrEnum):
    """What can happen to a bot, in our words; the value is stored."""

    CREATED = "created"
    SCHEDULED = "scheduled"
    JOINING = "joining"
    IN_WAITING_ROOM = "in_waiting_room"
    IN_MEETING = "in_meeting"
    RECORDING = "recording"
    LEAVING = "leaving"
    ERROR = "error"
    STOPPED = "stopped"
    AUDIO_PROCESSED = "audio_processed"
    AUDIO_FAILED = "audio_failed"
    VIDEO_PROCESSED = "video_processed"
    VIDEO_FAILED = "video_failed"
    TRANSCRIPTION_PROCESSED = "transcription_processed"
    TRANSCRIPTION_FAILED = "transcription_failed"
    TRANSCRIPTION_SKIPPED = "transcription_skipped"
    DONE = "done"
    EXPIRED = "expired"
    DELETION_FAILED = "deletion_failed"


class Status(StrEnum):
    """A bot's status as the API spells it."""

    ACTIVE = "Active"
    SCHEDULED = "Scheduled"
    JOINING = "Joining"
    IN_WAITING_ROOM = "InWaitingRoom"
    IN_MEETING = "InMeeting"
    RECORDING = "Recording"
    LEAVING = "Leaving"
    STOPPED = "Stopped"
    NOT_ALLOWED = "NotAllowed"
    DENIED = "Denied"
    FAILED = "Failed"
    ERROR = "Error"
    MEDIA_PROCESSING = "MediaProcessing"
    DONE = "Done"
    MEDIA_EXPIRED = "MediaExpired"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a bot is, and what of its request decides the rest of its way.

    Attributes:
        last: The last step, ``Step.ERROR`` and ``Step.DELETION_FAILED`` never among them.
        status: The status shown by the API.
        video_required: Whether a video has to be processed before the bot is done.
        transcript_requested: Whether a transcript was asked for.
        recorded: Whether ``Step.RECORDING`` was ever reached.
    """

    last: Step = Step.CREATED
    status: Status = Status.ACTIVE
    video_required: bool = True
    transcript_requested: bool = False
    recorded: bool = False

    @property
    def ended(self) -> bool:
        """Whether the stay is over (or will never begin)."""
        return self.last in _AFTER_THE_STAY

    @property
    def started(self) -> bool:
        """Whether a session has spoken for the bot."""
        return self.last not in {Step.CREATED, Step.SCHEDULED}


@dataclass(frozen=True, slots=True)
class Happening:
    """A step of one bot at a time.

    Attributes:
        step: What happened.
        at: When, UTC.
        end_reason: Why the stay ended; needed with ``Step.STOPPED``, None otherwise.
        message: For people; empty takes the step's own sentence. Nothing personal belongs in it.
        details: More fields of the envelope, such as ``deleted_objects`` of ``Step.EXPIRED``.
    """

    step: Step
    at: datetime
    end_reason: EndReason | None = None
    message: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """What the API says of a step.

    Attributes:
        event: The generic name, always there.
        bot_event: The specific name; differs from ``event`` for endings only.
        bot_status: The status named in the envelope.
        status_code: 200 or 500; None: the envelope carries none.
        message: A sentence for people.
        extras: Fields beyond the union, such as ``audio_status`` or ``end_reason``.
    """

    event: str
    bot_event: str
    bot_status: str
    status_code: int | None
    message: str
    extras: dict[str, Any] = field(default_factory=dict)


def _simple(event: str, status: Status, message: str) -> PublicEvent:
    return PublicEvent(event, event, status.value, 200, message)


def _processed(kind: str, message: str, *, success: bool) -> PublicEvent:
    event = f"{kind}.processed"
    extras = {
        "status": "success" if success else "error",
        f"{kind}_status": "Success" if success else "Failed",
    }
    return PublicEvent(event, event, Status.MEDIA_PROCESSING.value, 200 if success else 500, message, extras)


_EVENTS: dict[Step, PublicEvent] = {
    Step.SCHEDULED: _simple("bot.scheduled", Status.SCHEDULED, "The bot is scheduled."),
    Step.JOINING: _simple("bot.joining", Status.JOINING, "The bot is joining the meeting."),
    Step.IN_WAITING_ROOM: _simple("bot.in_waiting_room", Status.IN_WAITING_ROOM, "The bot awaits admission."),
    Step.IN_MEETING: _simple("bot.inmeeting", Status.IN_MEETING, "The bot is in the meeting."),
    Step.RECORDING: _simple("bot.recording", Status.RECORDING, "The bot has started recording."),
    Step.LEAVING: _simple("bot.leaving", Status.LEAVING, "The bot is leaving the meeting."),
    Step.ERROR: PublicEvent("bot.error", "bot.error", "Error", None, "Something is wrong; the bot goes on."),
    Step.AUDIO_PROCESSED: _processed("audio", "The audio is ready.", success=True),
    Step.AUDIO_FAILED: _processed("audio", "There is no audio.", success=False),
    Step.VIDEO_PROCESSED: _processed("video", "The video is ready.", success=True),
    Step.VIDEO_FAILED: _processed("video", "There is no video.", success=False),
    Step.TRANSCRIPTION_PROCESSED: PublicEvent(
        "transcription.processed", "transcription.processed", Status.MEDIA_PROCESSING.value, 200,
        "The transcript is ready.", {"status": "success", "transcript_status": "Success"},
    ),
    Step.TRANSCRIPTION_FAILED: PublicEvent(
        "transcription.failed", "transcription.failed", Status.MEDIA_PROCESSING.value, 500,
        "There is no transcript.", {"status": "error", "transcript_status": "Failed"},
    ),
    Step.TRANSCRIPTION_SKIPPED: PublicEvent(
        "transcription.skipped", "transcription.skipped", Status.MEDIA_PROCESSING.value, 200,
        "This server makes no transcripts with the provider that was asked for.",
        {"status": "success", "transcript_status": "Skipped"},
    ),
    Step.DONE: _simple("bot.done", Status.DONE, "The bot is done."),
    Step.EXPIRED: PublicEvent(
        "data_deletion", "data_deletion", Status.MEDIA_EXPIRED.value, 200,
        "The recordings were deleted at the end of their retention.", {"status": "success"},
    ),
    Step.DELETION_FAILED: PublicEvent(
        "data_deletion", "data_deletion", "Error", 500,
        "Not all of the bot's data could be deleted yet; it is tried again.", {"status": "failed"},
    ),
}  # fmt: skip

_LIVE: dict[Step, frozenset[Step]] = {
    Step.CREATED: frozenset({Step.SCHEDULED, Step.JOINING, Step.STOPPED}),
    Step.SCHEDULED: frozenset({Step.JOINING, Step.STOPPED}),
    Step.JOINING: frozenset(
        {Step.JOINING, Step.IN_WAITING_ROOM, Step.IN_MEETING, Step.LEAVING, Step.STOPPED}
    ),
    Step.IN_WAITING_ROOM: frozenset({Step.JOINING, Step.IN_MEETING, Step.LEAVING, Step.STOPPED}),
    Step.IN_MEETING: frozenset({Step.IN_WAITING_ROOM, Step.RECORDING, Step.LEAVING, Step.STOPPED}),
    Step.RECORDING: frozenset({Step.LEAVING, Step.STOPPED}),
    Step.LEAVING: frozenset({Step.STOPPED}),
}
_AUDIO = frozenset({Step.AUDIO_PROCESSED, Step.AUDIO_FAILED})
_VIDEO = frozenset({Step.VIDEO_PROCESSED, Step.VIDEO_FAILED})
_TRANSCRIPTION = frozenset(
    {Step.TRANSCRIPTION_PROCESSED, Step.TRANSCRIPTION_FAILED, Step.TRANSCRIPTION_SKIPPED}
)
_DELETION = frozenset({Step.EXPIRED, Step.DELETION_FAILED})
_AFTER_THE_STAY = frozenset({Step.STOPPED, Step.DONE, Step.EXPIRED}) | _AUDIO | _VIDEO | _TRANSCRIPTION


def next_steps(standing: Standing) -> frozenset[Step]:
    """The steps that may follow.

    ``Step.ERROR`` may at any time before the bot is done; once its stay is over its data may be deleted.
    """
    last = standing.last
    if last in _LIVE:
        return _LIVE[last] | {Step.ERROR}
    return frozenset() if last is Step.EXPIRED else _after_the_stay(standing) | _DELETION


def _after_the_stay(standing: Standing) -> frozenset[Step]:
    last = standing.last
    after_video = _TRANSCRIPTION if standing.transcript_requested else frozenset({Step.DONE})
    if last is Step.STOPPED:
        return _AUDIO | {Step.ERROR} | (frozenset() if standing.recorded else {Step.DONE})
    if last in _AUDIO:
        return (_VIDEO if standing.video_required else after_video) | {Step.ERROR}
    if last in _VIDEO:
        return after_video | {Step.ERROR}
    if last in _TRANSCRIPTION:
        return frozenset({Step.DONE, Step.ERROR})
    return frozenset()


def advance(standing: Standing, happening: Happening) -> tuple[Standing, PublicEvent]:
    """The bot's new standing, and what the world is told.

    The status of a bot that never recorded stays what its ending made it (``Denied``, ``NotAllowed``,
    ``Failed``), so that it can be found by it; ``bot.done`` itself always says ``Done``.

    Raises:
        IllegalTransition: If the step may not follow the last one.
        ValueError: If a ``Step.STOPPED`` has no end reason.
    """
    step = happening.step
    if step not in next_steps(standing):
        raise IllegalTransition(standing.last, step)
    public = public_event(happening)
    if step in {Step.ERROR, Step.DELETION_FAILED}:
        return standing, public
    keeps_status = step is Step.DONE and not standing.recorded and standing.last is Step.STOPPED
    keeps_status = keeps_status and standing.status is not Status.STOPPED
    return replace(
        standing,
        last=step,
        status=standing.status if keeps_status else Status(public.bot_status),
        recorded=standing.recorded or step is Step.RECORDING,
    ), public


def public_event(happening: Happening) -> PublicEvent:
    """What the API says of a step, wherever in a bot's life it happens.

    Raises:
        ValueError: If a ``Step.STOPPED`` has no end reason.
    """
    if happening.step is not Step.STOPPED:
        known = _EVENTS[happening.step]
        return replace(
            known, message=happening.message or known.message, extras={**known.extras, **happening.details}
        )
    if happening.end_reason is None:
        raise ValueError("a stop needs its end_reason")
    ending = ENDINGS[happening.end_reason]
    extras = {"end_reason": happening.end_reason.value, **happening.details}
    message = happening.message or ending.message
    return PublicEvent(
        "bot.stopped", ending.bot_event, ending.bot_status, ending.status_code, message, extras
    )


def envelope(
    public: PublicEvent,
    *,
    bot_id: str,
    transcript_id: str | None,
    at: datetime,
    custom_attributes: dict[str, Any],
) -> dict[str, Any]:
    """The webhook's body: the union of every documented form, extras last; JSON-able, keys in a fixed order.

    ``bot.error`` carries no ``status_code`` and no ``custom_attributes``; ``data_deletion`` no
    ``custom_attributes``.
    """
    body: dict[str, Any] = {
        "event": public.event,
        "bot_event": public.bot_event,
        "bot_id": bot_id,
        "transcript_id": transcript_id,
        "bot_status": public.bot_status,
        "message": public.message,
        "timestamp": timestamp(at),
    }
    if public.status_code is not None:
        body["status_code"] = public.status_code
    if public.event not in {"bot.error", "data_deletion"}:
        body["custom_attributes"] = custom_attributes
    return body | public.extras


def event_names() -> frozenset[str]:
    """Every name that an envelope's ``event`` or ``bot_event`` can have."""
    return frozenset(name for public in sample_events() for name in (public.event, public.bot_event))


def sample_events() -> list[PublicEvent]:
    """One event of every kind, every ending among them, as they are when nothing more is known."""
    endings = (public_event(Happening(Step.STOPPED, _SOME_TIME, reason)) for reason in EndReason)
    return [*_EVENTS.values(), *endings]


def timestamp(at: datetime) -> str:
    """An instant as the API writes it: ISO 8601, UTC, milliseconds, ``Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)
_SIMPLE_LINES: dict[type, Step] = {
    lines.Joining: Step.JOINING,
    lines.InWaitingRoom: Step.IN_WAITING_ROOM,
    lines.InMeeting: Step.IN_MEETING,
    lines.RecordingStarted: Step.RECORDING,
    lines.Leaving: Step.LEAVING,
}


def happening_of(event: object) -> Happening | None:
    """The step that a session's event is; None when nobody outside is told: progress, most warnings."""
    match event:
        case lines.Warned(at=at, code=code, message=message) if code in PUBLIC_WARNINGS:
            details = {"code": code, "severity": event.severity}
            return Happening(Step.ERROR, at, message=message, details=details)
        case lines.Ended(at=at, reason=reason):
            return Happening(Step.STOPPED, at, end_reason=reason)
    step = _SIMPLE_LINES.get(type(event))
    return None if step is None else Happening(step, event.at)  # type: ignore[attr-defined]
