"""Why Zoom does not let a bot in, or ends its stay: what its dialogs, forms and pages say, as a table."""

from __future__ import annotations

from dataclasses import dataclass

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import ScreenKind
from roomtone.session.platforms.screens import Evidence, Presence, Screen
from roomtone.session.platforms.zoom.containers import (
    DIALOG,
    ERROR_CODE,
    FORM_COMPLAINT,
    SHADOW,
    WHOLE_PAGE,
)

_MEETING = "(meeting|webinar|conference)"
TIMED_OUT = "timed_out"
"""Zoom cannot be reached any more, or was never to be."""
_SENTENCE = "(?:^|[.!?:] )"
"""Where a sentence begins: a name or a title that holds the same words mostly begins elsewhere."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way in which Zoom says no, or that it is over.

    Attributes:
        name: Stable word: the screen's name.
        reason: Why the stay ends.
        detail: Operator's words.
        words: Regular expressions of lower-case sentences, any of which says so.
        codes: Zoom's error codes that say so.
        inline: Whether the join form says it too.
        shadow: Whether it may stand in a shadow root, whatever its box is called.
        page: Whether a page of its own says it too.
        priority: Of the screen.
        patience_s: Seconds for which it has to stand there.
    """

    name: str
    reason: EndReason
    detail: str
    words: tuple[str, ...] = ()
    codes: tuple[int, ...] = ()
    inline: bool = False
    shadow: bool = False
    page: bool = False
    priority: int = 90
    patience_s: float | None = None

    @property
    def screens(self) -> tuple[Screen, ...]:
        """Its rows in the table of screens: the first has its name."""
        places = [("dialog", DIALOG)]
        if self.inline:
            places.append(("form", FORM_COMPLAINT))
        if self.page:
            places.append(("page", WHOLE_PAGE))
        said = [self._said(place, selector, self._pattern) for place, selector in places]
        if self.codes:
            codes = "|".join(f"{code:,}".replace(",", ",?") for code in self.codes)
            said.append(self._said("code", ERROR_CODE, rf"^\D*({codes})\D*$"))
        rows = [self._screen(self.name, tuple(said))]
        if self.shadow:
            rows.append(
                self._screen(f"{self.name}_in_shadow", (self._said("shadow", SHADOW, self._pattern),))
            )
        return tuple(rows)

    @property
    def _pattern(self) -> str:
        return "|".join((*(f"{_SENTENCE}({words})" for words in self.words), *map(_code_pattern, self.codes)))

    def _said(self, place: str, selector: str, pattern: str) -> Evidence:
        name = f"{self.name}_{place}"
        return Evidence(name, selector, pattern=pattern, presence=Presence.PLACED, group="said")

    def _screen(self, name: str, evidence: tuple[Evidence, ...]) -> Screen:
        return Screen(
            name,
            ScreenKind.OVER,
            evidence,
            self.priority,
            end_reason=self.reason,
            patience_s=self.patience_s,
            detail=self.detail,
        )


def _code_pattern(code: int) -> str:
    """A code as Zoom writes it: ``Error Code:3008``, ``(3,001)``; a short one never in brackets alone."""
    digits = f"{code:,}".replace(",", ",?") if code >= 1000 else str(code)
    named = rf"\berror code\W{{0,3}}{digits}(?!\d)"
    return rf"{named}|\({digits}\)" if code >= 1000 else named


REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "bot_wall",
        EndReason.BOT_DETECTED,
        "Zoom says that automated bots are not allowed to join (RTMS is required)",
        words=("we detected you may be a bot", "automated bots aren't allowed to join"),
        codes=(9516,),
        inline=True,
        shadow=True,
        page=True,
        priority=100,
    ),
    Refusal(
        "captcha_failed",
        EndReason.CAPTCHA_REQUIRED,
        "Zoom's invisible captcha did not take the bot for a person",
        words=("you failed the recaptcha verification", "you be limit by zoom, need to check recaptcha"),
        codes=(9515,),
        inline=True,
        shadow=True,
        priority=95,
        patience_s=1.0,
    ),
    Refusal(
        "sign_in_required",
        EndReason.SIGN_IN_REQUIRED,
        "Zoom lets only people who are signed in join this meeting",
        words=(
            rf"sign in to join( this {_MEETING})?",
            "the host requires authentication",
            "authentication (is )?required",
            "authentication failed",
            "only authenticated users can join",
            "please contact the meeting host to allow unauthenticated users",
            f"you are unable to join this {_MEETING} because the host requires zoom for government",
            f"this {_MEETING} is for (authorized|authenticated) (attendees|participants|users) only",
        ),
        codes=(3034, 3051, 6024, 3082),
        inline=True,
        shadow=True,
        page=True,
        # The dialog of the bot wall has the same title; its text may come a moment later.
        patience_s=1.0,
    ),
    Refusal(
        "registration_required",
        EndReason.REGISTRATION_REQUIRED,
        "Zoom asks for registration",
        words=(
            f"registered {_MEETING}s are not supported",
            f"this {_MEETING} requires registration",
            "not support registration",
            "check registration info failed",
            f"{_MEETING} registration$",
            f"registration is required( for this {_MEETING})?",
            f"please register (for|to join) this {_MEETING}",
        ),
        codes=(3099, 3110, 9506, 3005),
        inline=True,
        page=True,
    ),
    Refusal(
        "email_required",
        EndReason.REGISTRATION_REQUIRED,
        "Zoom asks for an e-mail address, as webinars do, and a bot has none",
        words=("your e-?mail (address )?cannot be empty", "please enter (a|your) valid e-?mail"),
        codes=(9504,),
        inline=True,
        patience_s=1.0,
    ),
    Refusal(
        "removed_before",
        EndReason.REMOVED_BEFORE,
        "Zoom says that a host removed the bot from this meeting before",
        words=(
            f"you are unable to rejoin this {_MEETING}",
            "you were previously removed by the host",
            f"you cannot (re)?join this {_MEETING} (again )?because you (were|have been) removed",
        ),
        codes=(3009, 103039),
        inline=True,
        priority=92,
    ),
    Refusal(
        "entry_denied",
        EndReason.ENTRY_DENIED,
        "Zoom says that the host did not let the bot in",
        words=(
            "(the )?host (has )?(denied|declined|rejected)",
            "you (have been|were) denied",
            "your request to join (was|has been) (denied|declined|rejected)",
            "your admin has restricted communication",
        ),
        codes=(103043,),
        inline=True,
    ),
    Refusal(
        "meeting_locked",
        EndReason.MEETING_LOCKED,
        "Zoom says that the host has locked the meeting",
        words=(
            f"(the )?host has locked th(is|e) {_MEETING}",
            f"(th(is|e) )?{_MEETING} (has been|is) locked",
            f"you cannot join this {_MEETING} now because the host locked it",
        ),
        codes=(12,),
        inline=True,
        priority=91,
    ),
    Refusal(
        "meeting_full",
        EndReason.MEETING_FULL,
        "Zoom says that the meeting is full",
        words=(
            f"{_MEETING} capacity has been reached",
            f"th(is|e) {_MEETING} is at (the host's allowed )?capacity",
            f"(th(is|e) )?{_MEETING} is full",
            f"th(is|e) {_MEETING} has reached",
        ),
        codes=(9,),
        inline=True,
        priority=91,
    ),
    Refusal(
        "not_started",
        EndReason.MEETING_NOT_STARTED,
        "Zoom says that the meeting has not started",
        words=(
            f"(this |the )?(audio )?{_MEETING} has(n't| not) (been )?started",
            "the host has another meeting in progress",
        ),
        codes=(3008, 3129, 3000, 3003),
        inline=True,
        page=True,
        priority=91,
        patience_s=1.0,
    ),
    Refusal(
        "web_client_blocked",
        EndReason.WEB_CLIENT_BLOCKED,
        "Zoom says that this meeting cannot be joined from a browser",
        words=(
            r"the zoom .{0,40}is blocked by your organi[sz]ation(al)?",
            "your organi[sz]ation has disabled access to zoom from the browser",
            "join from (your )?browser (is|has been) disabled",
        ),
        inline=True,
        page=True,
    ),
    # Before the bot was in: the organisation, or the network. After that it can only be the network.
    Refusal(
        TIMED_OUT,
        EndReason.WEB_CLIENT_BLOCKED,
        "Zoom says that the network timed out, or that the organisation blocks Zoom in browsers",
        words=("your (network )?connection has timed out",),
        inline=True,
        page=True,
        priority=93,
    ),
    Refusal(
        "client_blocked",
        EndReason.WEB_CLIENT_BLOCKED,
        "Zoom blocks this web client (error code 1132)",
        codes=(1132,),
        inline=True,
        page=True,
    ),
    Refusal(
        "browser_unsupported",
        EndReason.JOIN_REFUSED,
        "Zoom says that it does not support this browser",
        words=(r"(this|your) browser( version)? is (not|no longer) supported",),
        inline=True,
        page=True,
        patience_s=3.0,
    ),
    Refusal(
        "joined_elsewhere",
        EndReason.JOIN_REFUSED,
        "Zoom says that the bot has already joined this meeting on another device",
        words=(f"you've already joined this {_MEETING} on another device",),
        inline=True,
    ),
    Refusal(
        "number_wrong",
        EndReason.MEETING_NOT_FOUND,
        "Zoom says that there is no meeting of this number",
        words=(
            f"the {_MEETING} number is (wrong|invalid|not found)",
            f"invalid {_MEETING} (id|number)",
            f"this {_MEETING} link is invalid",
            f"(this |the )?{_MEETING} does not exist",
        ),
        codes=(3001, 3610, 3714),
        inline=True,
    ),
    Refusal(
        "removed",
        EndReason.REMOVED_BY_HOST,
        "Zoom says that the bot was removed",
        words=("you have been removed", "you were removed"),
        priority=90,
    ),
    Refusal(
        "meeting_over",
        EndReason.MEETING_ENDED,
        "Zoom says that the meeting is over",
        words=(
            rf"(this|the|your) {_MEETING} (has |is |was )?(been )?(already )?(ended|end now|over)",
            rf"{_MEETING} is end now",
            f"you cannot join this {_MEETING} now because it is ended",
            rf"(\S+ ){{0,8}}free (zoom )?{_MEETING} has ended",
        ),
        codes=(6, 103003),
        inline=True,
        page=True,
    ),
    Refusal(
        "refused",
        EndReason.JOIN_REFUSED,
        "Zoom refused",
        words=(
            f"(unable to|failed to|fail to|cannot|can't|could not) join (this |the )?{_MEETING}",
            f"joining {_MEETING} timeout",
            r".{0,40}\berror code\W{0,3}\d+",
        ),
        inline=True,
        page=True,
        priority=80,
        patience_s=1.5,
    ),
)
"""Specific before generic: of equal priority the first in the table counts."""
