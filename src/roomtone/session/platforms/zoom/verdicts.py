"""What a look at Zoom's page means, given what was seen and done before. Pure: time comes in.

The table of screens sees one moment. What needs a memory is here: whether the bot had ever been in the
meeting, which passcodes the form has refused, how long Join has not let itself be pressed, and what Zoom's
servers answered where the page says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import Observation, ScreenKind
from roomtone.session.platforms.zoom.lasting import Lasting
from roomtone.session.platforms.zoom.refusals import TIMED_OUT
from roomtone.session.platforms.zoom.way_in_screens import (
    AFTER_MEETING,
    EMAIL_ASKED,
    JOIN_DISABLED,
    JOIN_FORM,
    OTHER_SITE,
    PASSCODE_ASKED,
    PASSCODE_WRONG,
    SIGN_IN_PAGE,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from roomtone.session.platforms.zoom.answers import Refusal
    from roomtone.session.platforms.zoom.attempts import Attempts

JOIN_DISABLED_S = 15.0
"""A Join that cannot be pressed for so long, with the form filled in, is the bot wall's symptom."""
PASSCODE_MISSING_S = 2.0
"""A form may show its passcode's box for a moment before the link's passcode takes its place."""
EMAIL_MISSING_S = 4.0
"""A form that still waits after this long waits for the e-mail address."""
COMPLAINT_AFTER_S = 0.7
"""A complaint that is seen sooner after Join was pressed may be about what was typed before."""
PAGE_SPEAKS_S = 3.0
"""What Zoom's server refused is mostly shown by the page too, in better words, within this time."""
CORRECTED_S = 9.0
"""What the form is filled in for once more is corrected, if at all, within this time."""
PENDING_S = 60.0
"""Longest wait for the answer of Zoom's server to the request to join."""
SLOW_S = 2.0
"""An answer that takes longer gives the form its time anew."""
DOUBTED_S = 10.0
"""An end that the page tells, and the client's own messages do not, has to stand for so long."""
LED_AWAY_S = 4.0
"""For so long the page must be another, after the bot had been in the meeting or waited for it."""
_FORMS = {JOIN_FORM, PASSCODE_WRONG}
_TOLD_INSIDE = {EndReason.MEETING_ENDED, EndReason.REMOVED_BY_HOST}
_NO_WAY_BACK = {
    EndReason.MEETING_NOT_STARTED,
    EndReason.MEETING_NOT_FOUND,
    EndReason.WEB_CLIENT_BLOCKED,
    EndReason.JOIN_REFUSED,
}
"""What Zoom says to a client that wants to connect again says nothing of the meeting it was in."""
_ELSEWHERE = {AFTER_MEETING, SIGN_IN_PAGE, OTHER_SITE}
_CALLS_BELIEVED = 2
"""Looks at the call by which the bot counts as having been in it."""


@dataclass(slots=True)
class Verdicts:
    """Judges one stay's looks, in order.

    Args:
        attempts: What has been done with the join form; changed here when a passcode was refused.
    """

    attempts: Attempts
    _calls: int = 0
    _waited: bool = False
    _slow_answers: int = 0
    _meeting_url: str = ""
    _lasting: Lasting = field(default_factory=Lasting)

    @property
    def was_in_meeting(self) -> bool:
        """Whether the bot has been in the meeting."""
        return self._calls >= _CALLS_BELIEVED

    def unanswered(self, since_s: float) -> None:
        """The page did not answer a look that was begun then."""
        self._lasting.unanswered(since_s)

    def judge(
        self,
        seen: Observation,
        present: Collection[str],
        now_s: float,
        url: str,
        refusal: Refusal | None,
        *,
        is_heard_inside: bool = False,
    ) -> Observation:
        """What the look means.

        Args:
            seen: What the table of screens says.
            present: Names of the evidence that was found.
            now_s: The look's time.
            url: The page's address.
            refusal: What Zoom's server last answered to Join; None: nothing, or yes.
            is_heard_inside: Whether the client's own messages say that the bot is in the meeting.
        """
        self._lasting.answered(now_s)
        if seen.kind is ScreenKind.CALL:
            self._calls += 1
            self._meeting_url = _place(url)
        elif seen.kind is ScreenKind.LOBBY:
            self._waited = True
            self._meeting_url = _place(url)
        elif seen.kind is ScreenKind.OVER:
            ending = self._ending(seen)
            if is_heard_inside and ending.end_reason in _TOLD_INSIDE:
                return replace(ending, patience_s=DOUBTED_S)
            return ending
        elif seen.screen in _FORMS:
            return self._form(seen, present, now_s, refusal)
        elif self.was_in_meeting or self._waited:
            return self._led_away(seen, now_s, url)
        else:
            return self._refused(seen, now_s, refusal) or seen
        self._lasting.forget("refusal", "away", "disabled", "passcode")
        return seen

    def _ending(self, seen: Observation) -> Observation:
        """The same words mean something else to who was never in the meeting."""
        may_be_lost = seen.screen == TIMED_OUT and self._waited
        if may_be_lost or (self.was_in_meeting and seen.end_reason in _NO_WAY_BACK):
            detail = f"after the connection was lost: {seen.detail}"
            return replace(seen, end_reason=EndReason.CONNECTION_LOST, detail=detail)
        was_near = self.was_in_meeting or (self._waited and seen.screen == AFTER_MEETING)
        if was_near and seen.screen in _ELSEWHERE:
            reason, detail = self._away
            patience_s = seen.patience_s if seen.screen == AFTER_MEETING else LED_AWAY_S
            return replace(seen, end_reason=reason, detail=detail, patience_s=patience_s)
        if self.was_in_meeting:
            return seen
        if seen.end_reason is EndReason.MEETING_ENDED and not self._waited:
            return replace(seen, end_reason=EndReason.MEETING_OVER)
        if seen.end_reason is EndReason.REMOVED_BY_HOST:
            detail = "Zoom says that the host did not let the bot in"
            return replace(seen, end_reason=EndReason.ENTRY_DENIED, detail=detail)
        return seen

    @property
    def _away(self) -> tuple[EndReason, str]:
        """What it means that the page has led away, without a word, from where the bot was."""
        if self.was_in_meeting:
            return EndReason.MEETING_ENDED, "Zoom led away from the meeting"
        return EndReason.ENTRY_DENIED, "Zoom led away from the waiting room"

    def _led_away(self, seen: Observation, now_s: float, url: str) -> Observation:
        if seen.kind is not ScreenKind.UNKNOWN or _place(url) == self._meeting_url:
            self._lasting.forget("away")
            return seen
        return seen if self._lasting.lasts("away", now_s) < LED_AWAY_S else _over(seen, *self._away)

    def _form(
        self, seen: Observation, present: Collection[str], now_s: float, refusal: Refusal | None
    ) -> Observation:
        attempts = self.attempts
        if attempts.is_pending:
            return self._pending(seen, now_s)
        if self._lasting.ended("pending", now_s) >= SLOW_S:
            self._slow_answers += 1
        if self._is_passcode_refused(seen, now_s, refusal):
            attempts.refused(is_asked=PASSCODE_ASKED.name in present)
            if attempts.passcode is None:
                return self._without_passcode(seen)
            self._lasting.forget("refusal", "disabled")
            refusal = None
        if (over := self._refused(seen, now_s, refusal)) is not None:
            return over
        if PASSCODE_ASKED.name in present and attempts.passcode is None:
            if self._lasting.lasts("passcode", now_s) >= PASSCODE_MISSING_S:
                return self._without_passcode(seen)
        else:
            self._lasting.forget("passcode")
        return self._stuck(seen, present, now_s) or replace(seen, screen=self._form_name(seen))

    def _pending(self, seen: Observation, now_s: float) -> Observation:
        """A form whose request is on its way goes on by itself."""
        self._lasting.forget("disabled", "refusal", "passcode")
        if self._lasting.lasts("pending", now_s) < PENDING_S:
            return Observation("joining", ScreenKind.PASSES, evidence=seen.evidence)
        return _over(seen, EndReason.JOIN_TIMEOUT, "Zoom's server did not answer the request to join")

    def _form_name(self, seen: Observation) -> str:
        """Each passcode is a form of its own: time spent on the last one does not count for the next."""
        before = self.attempts.tried + self._slow_answers
        return seen.screen if before == 0 else f"{JOIN_FORM}_{before + 1}"

    def _is_passcode_refused(self, seen: Observation, now_s: float, refusal: Refusal | None) -> bool:
        joined_s = self.attempts.joined_s
        if joined_s is None:
            return False
        if refusal is not None and refusal.end_reason is EndReason.PASSCODE_WRONG:
            return True
        return seen.screen == PASSCODE_WRONG and now_s - joined_s >= COMPLAINT_AFTER_S

    def _without_passcode(self, seen: Observation) -> Observation:
        if not self.attempts.passcodes:
            return _over(seen, EndReason.PASSCODE_MISSING, "Zoom asks for a passcode and there is none")
        tried = f"{len(self.attempts.passcodes)} tried"
        return _over(seen, EndReason.PASSCODE_WRONG, f"Zoom says that the passcode is wrong ({tried})")

    def _stuck(self, seen: Observation, present: Collection[str], now_s: float) -> Observation | None:
        """The end, when the form is filled in and Join never lets itself be pressed; else None."""
        if JOIN_DISABLED.name not in present or self.attempts.filled_s is None:
            self._lasting.forget("disabled")
            return None
        lasts_s = self._lasting.lasts("disabled", now_s)
        if EMAIL_ASKED.name in present and not self.attempts.has_email and lasts_s >= EMAIL_MISSING_S:
            detail = "Zoom asks for an e-mail address, as webinars do, and a bot has none"
            return _over(seen, EndReason.REGISTRATION_REQUIRED, detail)
        if lasts_s >= JOIN_DISABLED_S:
            detail = "Join stayed disabled with the form filled in, which is how Zoom keeps bots out"
            return _over(seen, EndReason.BOT_DETECTED, detail)
        return None

    def _refused(self, seen: Observation, now_s: float, refusal: Refusal | None) -> Observation | None:
        """The end, when Zoom's server said no and the page still does not say so; else None."""
        if refusal is None:
            self._lasting.forget("refusal")
            return None
        patience_s = CORRECTED_S if refusal.is_correctable else PAGE_SPEAKS_S
        if (
            refusal.end_reason is EndReason.PASSCODE_WRONG
            or self._lasting.lasts("refusal", now_s) < patience_s
        ):
            return None
        return _over(seen, refusal.end_reason, refusal.detail)


def _over(seen: Observation, reason: EndReason, detail: str) -> Observation:
    return Observation(f"{seen.screen}_over", ScreenKind.OVER, reason, detail, seen.evidence)


def _place(url: str) -> str:
    return url.split("?", 1)[0].split("#", 1)[0]
