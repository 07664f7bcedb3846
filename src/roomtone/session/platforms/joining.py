"""The joining machine: from the opened page to "in the meeting" and on to the end of the stay. Pure.

Events go in with their times, commands come out; it knows no browser and no platform. States are methods
(`_approaching`, `_in_lobby`, `_confirming`, `_in_meeting`, `_over`).

The bot is in the meeting when two of three independent sources say so: the page (its call view), the
signalling or roster, and media that arrives. A lobby on the page always outranks that: more than one web
client shows its call controls around the lobby.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from roomtone.bot.end_reasons import EndReason
from roomtone.session.platforms.base import Observation, ScreenKind, StayFact, StayNews
from roomtone.session.platforms.reactions import Reactions

if TYPE_CHECKING:
    from collections.abc import Callable

Source = Literal["page", "signalling", "media"]


@dataclass(frozen=True, slots=True)
class JoinLimits:
    """How long each phase may take, in seconds.

    Attributes:
        waiting_room_s: Longest wait for admission, from the first sight of the lobby.
        approach_s: Longest way to the lobby or the call; time in the lobby does not count.
        unknown_s: Longest time on a screen that nothing is known of, on the way in.
        unresponsive_s: Longest time for which the page answers no look, on the way in; also the longest such
            times together, while one screen stands there that was acted upon.
        unresponsive_in_meeting_s: The same in the meeting, where a busy page may recover.
        confirm_s: How long the page alone must show the call before it is believed without a second source.
        gone_s: Longest time in the meeting without the call's view, or without signalling.
        passing_s: Longest time in the meeting on a screen that should go on by itself, such as "connecting".
        media_gone_s: Longest time in the meeting with every media connection lost.
        act_again_s: After which an unchanged screen is acted upon again.
        ignored_s: Longest time for which a screen may stay as it is although it was acted upon; times in
            which the page answered no look do not count.
    """

    waiting_room_s: float
    approach_s: float = 90.0
    unknown_s: float = 30.0
    unresponsive_s: float = 17.0
    unresponsive_in_meeting_s: float = 30.0
    confirm_s: float = 10.0
    gone_s: float = 15.0
    passing_s: float = 60.0
    media_gone_s: float = 20.0
    act_again_s: float = 3.0
    ignored_s: float = 18.0


# Events


@dataclass(frozen=True, slots=True)
class Looked:
    """A look at the page succeeded."""

    observation: Observation
    at_s: float


@dataclass(frozen=True, slots=True)
class LookFailed:
    """A look at the page ran into its deadline, or failed.

    Attributes:
        at_s: When that was known.
        began_s: When the look was begun: since then, or longer, the page has been silent.
    """

    at_s: float
    began_s: float


@dataclass(frozen=True, slots=True)
class Handled:
    """Something was done on the page, or tried.

    Attributes:
        at_s: When it was over.
        silent_s: For how long the page then had given no answer; 0: it answered to the end.
    """

    at_s: float
    silent_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Sensed:
    """A source other than the page's view speaks for being in the meeting: the roster, or arriving media."""

    source: Literal["signalling", "media"]
    at_s: float


JoinEvent = Looked | LookFailed | Handled | Sensed | StayNews

# Commands


@dataclass(frozen=True, slots=True)
class Act:
    """Do what the screen asks for."""

    observation: Observation


@dataclass(frozen=True, slots=True)
class ReportWaiting:
    """The bot is in the waiting room; ``again`` when it had been in the meeting before."""

    again: bool = False


@dataclass(frozen=True, slots=True)
class ReportAdmitted:
    """The bot is in the meeting.

    Attributes:
        sources: What said so.
        again: True when it had been in the meeting before, and back in the lobby since.
    """

    sources: tuple[Source, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """The stay is over, or cannot begin; nothing follows."""

    reason: EndReason
    detail: str


Command = Act | ReportWaiting | ReportAdmitted | End

_NEWS_THAT_END = {
    StayFact.DENIED: (EndReason.ENTRY_DENIED, "the platform's signalling says that entry was denied"),
    StayFact.REMOVED: (EndReason.REMOVED_BY_HOST, "the platform's signalling says that the bot was removed"),
    StayFact.ENDED: (EndReason.MEETING_ENDED, "the platform's signalling says that the meeting ended"),
}


class JoiningMachine:
    """Decides from what is seen and heard; `handle` is its only way in.

    Args:
        limits: How long each phase may take.
        opened_s: When the page had been opened; the same clock as all events.
    """

    def __init__(self, limits: JoinLimits, opened_s: float) -> None:
        self._limits = limits
        self._state: Callable[[Observation, float], list[Command]] = self._approaching
        self._approach_ends_s = opened_s + limits.approach_s
        self._lobby_ends_s: float | None = None
        self._answered_s = opened_s
        self._known_s = opened_s
        self._call_since_s: float | None = None
        self._sources: set[Source] = set()
        self._media_s = opened_s
        self._lost_since_s: dict[Literal["signalling", "media"], float] = {}
        self._lobby_reason = EndReason.WAITING_ROOM_TIMEOUT
        self._reactions = Reactions()
        self._silent_since_s: float | None = None
        self._over_since: tuple[str, float] | None = None
        self._was_admitted = False

    def __repr__(self) -> str:
        return f"JoiningMachine({self.state}, sources={sorted(self._sources)})"

    @property
    def state(self) -> str:
        """The current state's name, for logs and tests."""
        return self._state.__name__.removeprefix("_")

    @property
    def is_in_meeting(self) -> bool:
        """Whether the bot is a participant now."""
        return self._state == self._in_meeting

    def handle(self, event: JoinEvent) -> list[Command]:
        """Take one event; the commands it leads to, in order. After `End` every event gives nothing."""
        if self._state == self._over:
            return []
        if isinstance(event, Looked):
            self._answered(event.at_s)
            if event.observation.kind is not ScreenKind.UNKNOWN:
                self._known_s = event.at_s
            if event.observation.kind is ScreenKind.OVER:
                return self._says_over(event.observation, event.at_s)
            self._over_since = None
            return self._state(event.observation, event.at_s)
        if isinstance(event, LookFailed):
            return self._unanswered(event)
        if isinstance(event, StayNews):
            return self._told(event)
        if isinstance(event, Handled):
            self._handled(event)
        else:
            if event.source == "media":
                self._media_s = event.at_s
            self._sources.add(event.source)
        return []

    def _says_over(self, seen: Observation, at_s: float) -> list[Command]:
        """An ending on the page; one that asks for patience may still go away by itself."""
        if self._over_since is None or self._over_since[0] != seen.screen:
            self._over_since = (seen.screen, at_s)
        if at_s - self._over_since[1] >= (seen.patience_s or 0.0):
            return self._end(seen.end_reason or EndReason.INTERNAL_ERROR, seen.detail)
        return []

    def _told(self, news: StayNews) -> list[Command]:
        if news.end_reason is not None:
            return self._end(news.end_reason, news.detail)
        if news.fact in _NEWS_THAT_END:
            return self._end(*_NEWS_THAT_END[news.fact])
        if news.fact is StayFact.WAITING:
            self._sources.discard("signalling")
            return [] if self._state == self._in_lobby else self._enter_lobby(news.at_s)
        if news.fact is StayFact.ADMITTED:
            self._sources.add("signalling")
            self._lost_since_s.pop("signalling", None)
        elif news.fact is StayFact.DISCONNECTED:
            self._lost_since_s.setdefault("signalling", news.at_s)
        elif news.fact is StayFact.MEDIA_LOST:
            self._lost_since_s.setdefault("media", news.at_s)
        elif news.fact is StayFact.MEDIA_BACK:
            self._lost_since_s.pop("media", None)
        return []

    def _answered(self, at_s: float) -> None:
        if self._silent_since_s is not None:
            self._reactions.page_was_silent(at_s - self._silent_since_s)
            self._silent_since_s = None
        self._answered_s = at_s

    def _handled(self, deed: Handled) -> None:
        """What is done takes time; a page that answered it, or a part of it, was not silent meanwhile."""
        if not deed.silent_s:
            self._answered(deed.at_s)
        elif self._silent_since_s is None:
            self._silent_since_s = deed.at_s - deed.silent_s
            self._answered_s = max(self._answered_s, self._silent_since_s)

    def _unanswered(self, failed: LookFailed) -> list[Command]:
        limits = self._limits
        if self._silent_since_s is None:
            self._silent_since_s = failed.began_s
        allowed_s = limits.unresponsive_in_meeting_s if self._was_admitted else limits.unresponsive_s
        silent_s = failed.at_s - self._answered_s
        if silent_s >= allowed_s:
            return self._end(EndReason.PAGE_UNRESPONSIVE, f"the page answered no look for {silent_s:.0f} s")
        return []

    # States

    def _approaching(self, seen: Observation, at_s: float) -> list[Command]:
        if seen.kind is ScreenKind.LOBBY:
            return self._enter_lobby(at_s, seen)
        if seen.kind is ScreenKind.CALL:
            self._call_since_s = at_s
            self._state = self._confirming
            return self._confirming(seen, at_s)
        if (ignored := self._ignored(seen, at_s)) is not None:
            return ignored
        no_way_in = EndReason.CONNECTION_LOST if self._was_admitted else EndReason.JOIN_TIMEOUT
        if at_s >= self._approach_ends_s:
            return self._end(no_way_in, f"no way in; the last screen was {seen.screen}")
        unknown_s = at_s - self._known_s
        if unknown_s >= self._limits.unknown_s:
            return self._end(no_way_in, f"the page showed nothing known for {unknown_s:.0f} s")
        return self._act(seen, at_s)

    def _in_lobby(self, seen: Observation, at_s: float) -> list[Command]:
        if seen.kind is ScreenKind.CALL:
            self._call_since_s = at_s
            self._approach_ends_s = at_s + self._limits.approach_s
            self._state = self._confirming
            return self._confirming(seen, at_s)
        if seen.kind is ScreenKind.LOBBY:
            self._lobby_reason = seen.end_reason or EndReason.WAITING_ROOM_TIMEOUT
        if self._lobby_ends_s is not None and at_s >= self._lobby_ends_s:
            return self._end(self._lobby_reason, seen.detail or "nobody admitted the bot")
        if seen.kind in {ScreenKind.ASKS, ScreenKind.PASSES}:
            # A lobby may fall back to the join form without a word; asking again is what a person would do.
            self._approach_ends_s = at_s + self._limits.approach_s
            self._state = self._approaching
            return self._act(seen, at_s)
        return []

    def _confirming(self, seen: Observation, at_s: float) -> list[Command]:
        if seen.kind is ScreenKind.CALL and self._call_since_s is not None:
            steady = at_s - self._call_since_s >= self._limits.confirm_s and len(seen.evidence) > 1
            if self._sources or steady:
                return self._admit(at_s)
            return []
        if seen.kind is ScreenKind.LOBBY:
            return self._enter_lobby(at_s, seen)
        if seen.kind in {ScreenKind.ASKS, ScreenKind.PASSES}:
            self._state = self._approaching
            return self._approaching(seen, at_s)
        self._call_since_s = at_s
        if at_s - self._known_s >= self._limits.unknown_s:
            return self._end(EndReason.JOIN_TIMEOUT, "the call's view went away before the bot was admitted")
        return []

    def _in_meeting(self, seen: Observation, at_s: float) -> list[Command]:
        is_passing = seen.kind is ScreenKind.PASSES
        gone_s = self._limits.passing_s if is_passing else self._limits.gone_s
        if seen.kind is ScreenKind.LOBBY:
            return self._enter_lobby(at_s, seen)
        if seen.kind is ScreenKind.ASKS:
            # The page was loaded again: the bot is outside, and joins once more. The recording goes on.
            self._approach_ends_s = at_s + self._limits.approach_s
            self._sources.clear()
            self._state = self._approaching
            return self._act(seen, at_s)
        for what, since_s in self._lost_since_s.items():
            patience_s = gone_s if what == "signalling" else self._limits.media_gone_s
            if at_s - since_s >= patience_s:
                return self._end(EndReason.CONNECTION_LOST, f"the {what} was gone for {patience_s:.0f} s")
        if seen.kind is ScreenKind.CALL:
            self._call_since_s = at_s
            return []
        # Media that still arrives outweighs an unrecognised view: it may only have changed its looks.
        last_sign_s = max(self._call_since_s or 0.0, self._media_s)
        if at_s - last_sign_s >= gone_s:
            return self._end(
                EndReason.CONNECTION_LOST, f"the call's view and its media were gone for {gone_s:.0f} s"
            )
        return []

    def _over(self, _seen: Observation, _at_s: float) -> list[Command]:
        return []

    # Steps

    def _act(self, seen: Observation, at_s: float) -> list[Command]:
        if seen.kind is not ScreenKind.ASKS:
            return []
        if not self._reactions.act(seen.screen, at_s, self._limits.act_again_s):
            return []
        return [Act(seen)]

    def _ignored(self, seen: Observation, at_s: float) -> list[Command] | None:
        """The end, when the page has not reacted to what was done for too long; else None."""
        waited = self._reactions.waited(seen.screen, at_s)
        if seen.kind is not ScreenKind.ASKS or waited is None:
            return None
        if waited.silent_s >= self._limits.unresponsive_s:
            detail = f"the page answered no look for {waited.silent_s:.0f} of {waited.total_s:.0f} s"
            return self._end(EndReason.PAGE_UNRESPONSIVE, detail)
        patience_s = self._limits.ignored_s if seen.patience_s is None else seen.patience_s
        if waited.total_s - waited.silent_s < patience_s:
            return None
        detail = seen.detail or f"the screen {seen.screen} did not react for {waited.total_s:.0f} s"
        no_reaction = EndReason.CONNECTION_LOST if self._was_admitted else EndReason.JOIN_IGNORED
        return self._end(seen.end_reason or no_reaction, detail)

    def _enter_lobby(self, at_s: float, seen: Observation | None = None) -> list[Command]:
        again = self._was_admitted
        first_time = self._lobby_ends_s is None
        if self._lobby_ends_s is None:
            patience_s = seen.patience_s if seen is not None else None
            self._lobby_ends_s = at_s + (self._limits.waiting_room_s if patience_s is None else patience_s)
        if seen is not None and seen.end_reason is not None:
            self._lobby_reason = seen.end_reason
        self._reactions.forget()
        self._state = self._in_lobby
        self._sources.clear()
        return [ReportWaiting(again)] if first_time else []

    def _admit(self, at_s: float) -> list[Command]:
        again = self._was_admitted
        self._was_admitted = True
        self._lobby_ends_s = None
        self._reactions.forget()
        self._call_since_s = at_s
        self._state = self._in_meeting
        return [ReportAdmitted(("page", *sorted(self._sources)), again)]

    def _end(self, reason: EndReason, detail: str) -> list[Command]:
        self._state = self._over
        return [End(reason, detail)]
