"""What Zoom's codes mean: refusals of the join request and of the gateway, and why a stay ended. Tables."""

from __future__ import annotations

from dataclasses import dataclass

from roomtone.bot.end_reasons import EndReason

_NO_REFUSALS = {0, 31585}
"""Success, and the order to fall back to long polling."""

_REFUSALS: dict[int, tuple[EndReason, str]] = {
    6: (EndReason.MEETING_OVER, "the meeting is over"),
    9: (EndReason.MEETING_FULL, "the meeting is full"),
    12: (EndReason.MEETING_LOCKED, "the host has locked the meeting"),
    1132: (EndReason.WEB_CLIENT_BLOCKED, "the web client is blocked"),
    3000: (EndReason.MEETING_NOT_STARTED, "the host is in another meeting"),
    3001: (EndReason.MEETING_NOT_FOUND, "there is no such meeting"),
    3003: (EndReason.MEETING_NOT_STARTED, "only the host may start the meeting"),
    3004: (EndReason.PASSCODE_WRONG, "the passcode is wrong"),
    3005: (EndReason.REGISTRATION_REQUIRED, "an e-mail address is asked for"),
    3008: (EndReason.MEETING_NOT_STARTED, "the meeting has not started"),
    3009: (EndReason.REMOVED_BEFORE, "the bot was removed from this meeting before"),
    3034: (EndReason.SIGN_IN_REQUIRED, "only signed-in users may join"),
    3051: (EndReason.SIGN_IN_REQUIRED, "only signed-in users may join"),
    3082: (EndReason.SIGN_IN_REQUIRED, "only users with a verified name may join"),
    3099: (EndReason.REGISTRATION_REQUIRED, "registration is asked for"),
    3110: (EndReason.REGISTRATION_REQUIRED, "registration is asked for"),
    3129: (EndReason.MEETING_NOT_STARTED, "the webinar is in its practice session"),
    6024: (EndReason.SIGN_IN_REQUIRED, "only signed-in users may join"),
    9503: (EndReason.JOIN_REFUSED, "the bot's name was not accepted"),
    9504: (EndReason.REGISTRATION_REQUIRED, "an e-mail address is asked for"),
    9505: (EndReason.CAPTCHA_REQUIRED, "a picture captcha is asked for"),
    9506: (EndReason.REGISTRATION_REQUIRED, "registration is asked for"),
    9515: (EndReason.CAPTCHA_REQUIRED, "the invisible captcha took the bot for one"),
    9516: (EndReason.BOT_DETECTED, "automated bots are not allowed to join"),
    103003: (EndReason.MEETING_OVER, "the meeting is closed"),
    103039: (EndReason.REMOVED_BEFORE, "the bot was removed from this meeting before"),
    103043: (EndReason.ENTRY_DENIED, "entry was rejected"),
}
"""By code; the web server and the gateway share them."""

_CORRECTABLE = {3004, 3005, 9503, 9504}
"""Something else in the form may still be accepted."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Zoom refused to let the bot in.

    Attributes:
        code: Zoom's.
        end_reason: What it means.
        detail: Operator's words, with the code; nothing personal.
        at_s: Capture clock.
        is_correctable: Another passcode, name or address in the form may still be accepted.
    """

    code: int
    end_reason: EndReason
    detail: str
    at_s: float
    is_correctable: bool = False


def is_refusal(code: int) -> bool:
    """Whether the code says no at all."""
    return code not in _NO_REFUSALS


def is_known_refusal(code: int) -> bool:
    """Whether the table has this code."""
    return code in _REFUSALS


def refusal_of(code: int, at_s: float) -> Refusal:
    """What a code means; one that the table does not have is ``JOIN_REFUSED``."""
    reason, words = _REFUSALS.get(code, (EndReason.JOIN_REFUSED, "Zoom gave no reason that is known"))
    return Refusal(code, reason, f"{words} (Zoom's code {code})", at_s, code in _CORRECTABLE)


RECONNECTS = 5
"""Reason of an end that is none: the client joins again by itself, admitted or into another room."""
CONNECTION = 3
"""Reason of an end by which the connection to the gateway was lost."""

_ENDS: dict[int, tuple[EndReason, str]] = {
    1: (EndReason.MEETING_ENDED, "the meeting ended"),
    2: (EndReason.CONNECTION_LOST, "Zoom says that the bot left"),
    6: (EndReason.REMOVED_BY_HOST, "the host removed the bot"),
    7: (EndReason.REMOVED_BY_HOST, "the host removed the bot"),
    8: (EndReason.MEETING_ENDED, "the host ended the meeting"),
    9: (EndReason.MEETING_ENDED, "the host started another meeting"),
    10: (EndReason.MEETING_ENDED, "the free meeting reached its longest time"),
    11: (EndReason.MEETING_ENDED, "the host was away for too long"),
    12: (EndReason.CONNECTION_LOST, "the same account joined from elsewhere"),
    13: (EndReason.REGISTRATION_REQUIRED, "the webinar asks for registration"),
    14: (EndReason.MEETING_ENDED, "the meeting could not be archived and was ended"),
    15: (EndReason.MEETING_ENDED, "an administrator ended the meeting"),
    16: (EndReason.MEETING_ENDED, "an administrator ended the meeting"),
    17: (EndReason.MEETING_ENDED, "the meeting ended, for it was opened twice"),
    18: (EndReason.CONNECTION_LOST, "the bot's place was transferred to another device"),
}
_ENDS_BEFORE_ADMISSION = {
    6: EndReason.ENTRY_DENIED,
    7: EndReason.ENTRY_DENIED,
    11: EndReason.MEETING_NOT_STARTED,
}


def end_of(reason: int, *, was_admitted: bool) -> tuple[EndReason, str]:
    """Why the stay ended, and operator's words; a reason that the table does not have is the meeting's end.

    Args:
        reason: Of the gateway's last word.
        was_admitted: Whether the bot had ever been in the meeting.
    """
    end_reason, words = _ENDS.get(reason, (EndReason.MEETING_ENDED, "Zoom gave no reason that is known"))
    if not was_admitted:
        end_reason = _ENDS_BEFORE_ADMISSION.get(reason, end_reason)
    return end_reason, f"{words} (Zoom's reason {reason})"


def is_known_end(reason: int) -> bool:
    """Whether the table has this reason."""
    return reason in _ENDS or reason in {CONNECTION, RECONNECTS}
