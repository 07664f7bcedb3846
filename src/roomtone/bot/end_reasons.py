"""Why a bot's stay ended: one table from a session's reason to what the API says of it.

Endings and their codes follow the MeetStream API: the webhook's ``event`` is always
``bot.stopped``; ``bot_event`` is the specific one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EndReason(StrEnum):
    """Why a stay ended; stable machine words, reported as ``end_reason``."""

    REMOVE_REQUESTED = "remove_requested"
    MEETING_ENDED = "meeting_ended"
    EVERYONE_LEFT = "everyone_left"
    NOBODY_JOINED = "nobody_joined"
    SILENCE = "silence"
    RECORDING_TOO_LONG = "recording_too_long"
    SERVICE_STOPPED = "service_stopped"
    REMOVED_BY_HOST = "removed_by_host"
    WAITING_ROOM_TIMEOUT = "waiting_room_timeout"
    ENTRY_DENIED = "entry_denied"
    BOT_DETECTED = "bot_detected"
    CAPTCHA_REQUIRED = "captcha_required"
    SIGN_IN_REQUIRED = "sign_in_required"
    REGISTRATION_REQUIRED = "registration_required"
    PASSCODE_WRONG = "passcode_wrong"
    PASSCODE_MISSING = "passcode_missing"
    REMOVED_BEFORE = "removed_before"
    MEETING_NOT_FOUND = "meeting_not_found"
    MEETING_NOT_STARTED = "meeting_not_started"
    MEETING_LOCKED = "meeting_locked"
    MEETING_FULL = "meeting_full"
    MEETING_OVER = "meeting_over"
    WEB_CLIENT_BLOCKED = "web_client_blocked"
    JOIN_REFUSED = "join_refused"
    JOIN_IGNORED = "join_ignored"
    MEETING_UNREACHABLE = "meeting_unreachable"
    JOIN_TIMEOUT = "join_timeout"
    CONNECTION_LOST = "connection_lost"
    PAGE_UNRESPONSIVE = "page_unresponsive"
    BROWSER_MISSING = "browser_missing"
    BROWSER_NOT_STARTED = "browser_not_started"
    BROWSER_CRASHED = "browser_crashed"
    PROFILE_UNUSABLE = "profile_unusable"
    SESSION_CRASHED = "session_crashed"
    SERVICE_CRASHED = "service_crashed"
    DISK_FULL = "disk_full"
    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True, slots=True)
class Ending:
    """What the API says of an end reason.

    Attributes:
        bot_event: The specific webhook name: ``bot.stopped``, ``bot.kicked``, ``bot.notallowed``,
            ``bot.denied`` or ``bot.failed``.
        bot_status: The status string that goes with it.
        status_code: The webhook's ``status_code``.
        message: A sentence for the operator.
    """

    bot_event: str
    bot_status: str
    status_code: int
    message: str


def _stopped(message: str) -> Ending:
    return Ending("bot.stopped", "Stopped", 200, message)


def _failed(message: str) -> Ending:
    return Ending("bot.failed", "Failed", 500, message)


def _denied(message: str) -> Ending:
    return Ending("bot.denied", "Denied", 500, message)


ENDINGS: dict[EndReason, Ending] = {
    EndReason.REMOVE_REQUESTED: _stopped("The bot left because it was asked to."),
    EndReason.MEETING_ENDED: _stopped("The meeting ended."),
    EndReason.EVERYONE_LEFT: _stopped("Everyone else had left (everyone_left_timeout)."),
    EndReason.NOBODY_JOINED: _stopped("Nobody else joined in time (no_one_joined_timeout)."),
    EndReason.SILENCE: _stopped("Nobody spoke for too long (voice_inactivity_timeout)."),
    EndReason.RECORDING_TOO_LONG: _stopped(
        "The longest recording time was reached (in_call_recording_timeout)."
    ),
    EndReason.SERVICE_STOPPED: _stopped("The Roomtone server was stopped; what was recorded is kept."),
    EndReason.REMOVED_BY_HOST: Ending("bot.kicked", "Stopped", 200, "A participant removed the bot."),
    EndReason.WAITING_ROOM_TIMEOUT: Ending(
        "bot.notallowed", "NotAllowed", 500, "Nobody admitted the bot in time (waiting_room_timeout)."
    ),
    EndReason.ENTRY_DENIED: _denied("The host refused to let the bot in."),
    EndReason.BOT_DETECTED: _denied(
        "The platform took the bot for one and lets no bots into this meeting; ask the host to allow it, "
        "or send it with a signed-in browser profile."
    ),
    EndReason.CAPTCHA_REQUIRED: _denied(
        "The platform asked for a captcha, which a bot does not solve; try a signed-in browser profile."
    ),
    EndReason.SIGN_IN_REQUIRED: _denied(
        "Only signed-in users may join this meeting; send the bot with a signed-in browser profile."
    ),
    EndReason.REGISTRATION_REQUIRED: _denied(
        "The meeting asks for registration; register, and use the personal link that comes with it."
    ),
    EndReason.PASSCODE_WRONG: _failed("The passcode is wrong; use a link that holds the current passcode."),
    EndReason.PASSCODE_MISSING: _failed(
        "The meeting asks for a passcode and the link holds none; use the invitation's full link."
    ),
    EndReason.REMOVED_BEFORE: _denied(
        "The platform does not let the bot in again, because a host removed it from this meeting before."
    ),
    EndReason.MEETING_NOT_FOUND: _failed("There is no such meeting; check the link."),
    EndReason.MEETING_NOT_STARTED: Ending(
        "bot.notallowed", "NotAllowed", 500, "The meeting had not started, or its host had not come, in time."
    ),
    EndReason.MEETING_LOCKED: _denied("The host has locked the meeting."),
    EndReason.MEETING_FULL: _failed("The meeting is full."),
    EndReason.MEETING_OVER: _failed("The meeting was already over when the bot came."),
    EndReason.WEB_CLIENT_BLOCKED: _denied(
        "The host's organisation does not let browsers join this meeting; ask it to allow its web client."
    ),
    EndReason.JOIN_REFUSED: _failed(
        "The platform refused the bot for a reason that Roomtone does not know; see end_detail and the "
        "screenshot."
    ),
    EndReason.JOIN_IGNORED: _failed(
        "The platform's join form never reacted; it may not let this browser in. See the screenshot."
    ),
    EndReason.MEETING_UNREACHABLE: _failed(
        "The meeting page could not be reached; check the link and the network."
    ),
    EndReason.JOIN_TIMEOUT: _failed("The page showed no way in within the time allowed; see the screenshot."),
    EndReason.CONNECTION_LOST: _failed("The meeting's connection was lost and did not come back."),
    EndReason.PAGE_UNRESPONSIVE: _failed("The meeting page stopped answering."),
    EndReason.BROWSER_MISSING: _failed("No Chromium was found; run `roomtone doctor` on the server."),
    EndReason.BROWSER_NOT_STARTED: _failed(
        "Chromium was found and did not start; run `roomtone doctor` on the server."
    ),
    EndReason.BROWSER_CRASHED: _failed(
        "The browser died during the meeting; what was recorded before is kept."
    ),
    EndReason.PROFILE_UNUSABLE: _failed(
        "The browser profile that the bot was to join with cannot be opened; see end_detail."
    ),
    EndReason.SESSION_CRASHED: _failed(
        "The recording process died during the meeting; what was recorded before is kept."
    ),
    EndReason.SERVICE_CRASHED: _failed(
        "The Roomtone server died during the meeting; what was recorded before is kept."
    ),
    EndReason.DISK_FULL: _failed("The disk is full; what was recorded before is kept. Free some space."),
    EndReason.INTERNAL_ERROR: _failed("An unexpected error ended the stay; see session.log."),
}
"""Every end reason and its ending; complete, by a test."""
