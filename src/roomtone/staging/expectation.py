"""What a script says should become of the bot, and how long that may take. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from roomtone.bot.automatic_leave import AutomaticLeave
from roomtone.bot.end_reasons import EndReason
from roomtone.practice.script import AdmissionMode, AdmissionOutcome, Ending, EventKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from roomtone.practice.script import Script

JOIN_MARGIN_S = 120.0
"""What starting a browser and getting in may take, on a busy machine."""
FINISH_MARGIN_S = 120.0
"""What leaving, finishing and the last webhook may take."""
IDLE_GUEST_S = 15.0
"""What the meeting's process may take to notice that it is over."""

_BY_ENDING = {
    Ending.ENDED: EndReason.MEETING_ENDED,
    Ending.BOT_REMOVED: EndReason.REMOVED_BY_HOST,
    Ending.EVERYONE_LEFT: EndReason.EVERYONE_LEFT,
    Ending.CONNECTION_LOST: EndReason.CONNECTION_LOST,
}
_BY_RULE = {
    "voice_inactivity_timeout": EndReason.SILENCE,
    "in_call_recording_timeout": EndReason.RECORDING_TOO_LONG,
    "no_one_joined_timeout": EndReason.NOBODY_JOINED,
    "everyone_left_timeout": EndReason.EVERYONE_LEFT,
}
"""A timer that the request sets itself may end the stay too: that is what it was set for."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What should happen.

    Attributes:
        reasons: End reasons that are as scripted.
        joins: Whether the bot gets into the meeting.
        length_s: Seconds from the meeting's first moment to its last by the script.
        deadline_s: Seconds from the bot's creation by which it must be done.
    """

    reasons: frozenset[EndReason]
    joins: bool
    length_s: float
    deadline_s: float


def expectation(script: Script, speech_ends_s: float, request: Mapping[str, Any]) -> Expectation:
    """What should become of a bot in this meeting.

    Args:
        script: The meeting.
        speech_ends_s: When the last clip ends, on the script's clock.
        request: The body of create_bot.
    """
    timers = _timers(request)
    length_s = script_length_s(script, speech_ends_s)
    refused = _refusal(script)
    if refused is not None:
        wait_s = (
            script.admission.after_s if refused is EndReason.ENTRY_DENIED else timers.waiting_room_timeout
        )
        return Expectation(frozenset({refused}), False, length_s, JOIN_MARGIN_S + FINISH_MARGIN_S + wait_s)
    reasons = {_ending(script)} | {
        _BY_RULE[name] for name in request.get("automatic_leave") or () if name in _BY_RULE
    }
    waits_s = script.admission.after_s + _host_comes_s(script)
    if not script.participants:
        reasons.add(EndReason.NOBODY_JOINED)
        waits_s += timers.no_one_joined_timeout
    if EndReason.EVERYONE_LEFT in reasons or EndReason.CONNECTION_LOST in reasons:
        waits_s += timers.everyone_left_timeout + IDLE_GUEST_S
    deadline_s = JOIN_MARGIN_S + length_s + waits_s + FINISH_MARGIN_S
    return Expectation(frozenset(reasons), True, length_s, deadline_s)


def refused_for(expected: Expectation, reasons: Collection[str]) -> Expectation:
    """The expectation for a meeting that says itself for which reasons it will not let the bot stay.

    Reasons that are none of ours are left out; when none is left the expectation stays as it was.
    """
    known = frozenset(reason for reason in EndReason if reason.value in reasons)
    return replace(expected, reasons=known, joins=False) if known else expected


def script_length_s(script: Script, speech_ends_s: float) -> float:
    """Seconds from the script's zero to its end; what lasts for ever counts nothing."""
    if script.ends is not None:
        return script.ends.at_s
    moments = [speech_ends_s, *(line.at_s for line in script.chat), *(event.at_s for event in script.events)]
    for participant in script.participants:
        moments += [participant.joins_s, participant.leaves_s or 0.0]
        moments += [share.to_s or share.from_s for share in participant.shares]
    return max(moments)


def scheduled_wait_s(request: Mapping[str, Any], now: datetime) -> float:
    """How long a bot with a ``join_at`` waits before it joins; 0 without one that can be read."""
    try:
        at = datetime.fromisoformat(str(request.get("join_at")))
        return max(0.0, (at - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _ending(script: Script) -> EndReason:
    if any(event.what is EventKind.BOT_REMOVED for event in script.events):
        return EndReason.REMOVED_BY_HOST
    return EndReason.EVERYONE_LEFT if script.ends is None else _BY_ENDING[script.ends.how]


def _host_comes_s(script: Script) -> float:
    """When the first host comes, where guests wait for one; without any, 0."""
    if script.admission.mode is not AdmissionMode.HOST:
        return 0.0
    return min((who.joins_s for who in script.participants if who.host), default=0.0)


def _refusal(script: Script) -> EndReason | None:
    if script.admission.mode is AdmissionMode.OPEN:
        return None
    if script.admission.mode is AdmissionMode.HOST and not any(who.host for who in script.participants):
        return EndReason.MEETING_NOT_STARTED
    return {
        AdmissionOutcome.DENY: EndReason.ENTRY_DENIED,
        AdmissionOutcome.NEVER: EndReason.WAITING_ROOM_TIMEOUT,
    }.get(script.admission.outcome)


def _timers(request: Mapping[str, Any]) -> AutomaticLeave:
    """The timers that will hold; the server judges the request, so a wrong value gives the default here."""
    given = request.get("automatic_leave")
    try:
        return AutomaticLeave.model_validate(given if isinstance(given, dict) else {})
    except ValueError:
        return AutomaticLeave()
