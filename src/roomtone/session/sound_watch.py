"""Whether a meeting can be heard at all while somebody is unmuted. Pure: events with times in, a report out.

Zeros alone prove nothing: in a WebRTC meeting nobody sends sound for who is silent, so an unmuted room that
listens to nobody is as silent as a tap that broke. What tells the two apart is the platform's own word on who
speaks. So the silence is always reported, and how grave it is follows from that word: somebody was said to
speak, or the platform never says (``warning``); nobody was said to speak (``notice``).

Times are any clock's seconds as long as it is one clock and never goes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roomtone.bot.session_protocol import Severity

NO_SOUND_S = 30.0
"""So long nothing is heard while somebody is unmuted before it is reported."""
SPEECH_LAG_S = 3.0
"""The platform's word on who speaks and the sound itself may be this far apart, in either order."""


@dataclass(frozen=True, slots=True)
class SoundReport:
    """What is to be told.

    Attributes:
        code: ``no_sound`` or ``sound_is_back``.
        message: For the operator; nothing personal.
        severity: How grave it is.
    """

    code: str
    message: str
    severity: Severity


class SoundWatch:
    """Watches for silence where there should be sound.

    An episode begins with ``no_sound`` and ends with ``sound_is_back``; that everybody muted themselves does
    not end it, for it does not show that the meeting can be heard. Within an episode each severity is told
    once: a silence that looked harmless becomes a warning when the platform says that somebody speaks in it.

    The bot itself never counts. Somebody is unmuted when the roster says so, or when the platform names them
    as speaking and the roster does not say. Single-threaded.

    Attributes:
        n_tracks: How many tracks there are to hear; the message tells it.
    """

    def __init__(self) -> None:
        self.n_tracks = 0
        self._since_s: float | None = None
        self._sound_s = float("-inf")
        self._own_ids: set[str] = set()
        self._muted: dict[str, bool | None] = {}
        self._speaking: frozenset[str] = frozenset()
        self._open_since_s: float | None = None
        self._speech_s: float | None = None
        self._tells_speech = False
        self._tells_ends = False
        self._told: set[Severity] = set()
        self._silent_since_s = 0.0

    def began(self, at_s: float) -> None:
        """The bot is in the meeting, for the first time or again: what was not heard before never counts."""
        self._since_s = at_s
        self._speech_s = None

    def away(self) -> None:
        """The bot is not in the meeting now, such as put back into the waiting room, until ``began``."""
        self._since_s = None

    def participant_joined(
        self, participant_id: str, at_s: float, *, muted: bool | None, is_self: bool = False
    ) -> None:
        """Somebody is there, or something about them changed; ``muted`` None: the roster does not say."""
        if is_self:
            self._own_ids.add(participant_id)
        self._muted[participant_id] = muted
        self._open_changed(at_s)

    def participant_left(self, participant_id: str, at_s: float) -> None:
        """Somebody left; an unknown id changes nothing."""
        self._muted.pop(participant_id, None)
        self._speaking -= {participant_id}
        self._open_changed(at_s)

    def active_speakers(self, participant_ids: Iterable[str], at_s: float) -> None:
        """The platform says who speaks now; empty: nobody."""
        self._tells_speech = True
        speaking = frozenset(participant_ids) - self._own_ids
        self._tells_ends = self._tells_ends or bool(self._speaking and not speaking)
        is_news = bool(speaking - self._speaking) or (self._tells_ends and bool(speaking))
        self._speaking = speaking
        if is_news and self._speech_s is None and at_s > self._sound_s + SPEECH_LAG_S:
            self._speech_s = at_s
        self._open_changed(at_s)

    def sound_heard(self, at_s: float) -> None:
        """Something above digital silence was heard."""
        if at_s > self._sound_s:
            self._sound_s = at_s
            self._speech_s = None

    def look(self, now_s: float) -> SoundReport | None:
        """What is to be told now; to be asked every second or so."""
        if self._told and self._sound_s > self._silent_since_s:
            self._told.clear()
            silent_s = self._sound_s - self._silent_since_s
            return SoundReport("sound_is_back", f"sound is heard again, after {silent_s:.0f} s", "notice")
        if self._since_s is None or self._open_since_s is None:
            return None
        silent_since_s = max(self._since_s, self._sound_s, self._open_since_s)
        if now_s - silent_since_s < NO_SOUND_S:
            return None
        severity, why = self._judge(now_s)
        if severity in self._told or "warning" in self._told:
            return None
        if not self._told:
            self._silent_since_s = silent_since_s
        self._told.add(severity)
        silent_s = now_s - self._silent_since_s
        return SoundReport(
            "no_sound",
            f"no sound for {silent_s:.0f} s while somebody is unmuted; {why}{self._tracks}",
            severity,
        )

    @property
    def _tracks(self) -> str:
        if self.n_tracks == 0:
            return " (there is no audio track)"
        return (
            " (the audio track is silent)"
            if self.n_tracks == 1
            else f" ({self.n_tracks} silent audio tracks)"
        )

    def _judge(self, now_s: float) -> tuple[Severity, str]:
        if not self._tells_speech:
            return "warning", "the platform does not say whether anybody spoke"
        if self._was_speech_said(now_s):
            return "warning", "the platform says that somebody spoke, so the bot does not hear the meeting"
        return "notice", "the platform named nobody as speaking, so the meeting may only be quiet"

    def _was_speech_said(self, now_s: float) -> bool:
        """Whether somebody was said to speak in this silence, long enough ago for the sound to have come.

        A name that was said before the silence and stands or is repeated since counts only where the platform
        also says when nobody speaks: others let the last name stand.
        """
        said_s = self._speech_s
        if said_s is None and self._tells_ends and self._speaking:
            said_s = max(self._sound_s, self._since_s or 0.0) + SPEECH_LAG_S
        return said_s is not None and now_s - said_s >= SPEECH_LAG_S

    def _open_changed(self, at_s: float) -> None:
        is_open = any(muted is False for who, muted in self._muted.items() if who not in self._own_ids)
        is_open = is_open or any(self._muted.get(who) is None for who in self._speaking)
        if not is_open:
            self._open_since_s = None
        elif self._open_since_s is None:
            self._open_since_s = at_s
