"""Tracks and signals in, named voices out. Pure; asked once a tick.

A track whose owner is known is the owner's voice; all of one speaker's tracks are one voice. A mixed track is
labelled with whoever the platform says was speaking. Where the platform never says whose tracks are, one that
is heard alone is bound to whoever alone is said to speak. What cannot be told is ``NO_SPEAKER``: no guesses.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

import numpy as np

from roomtone.bot.speaker import NO_SPEAKER, Speaker
from roomtone.session.capture.active_speaker import LOOKBACK_S, ActiveSpeakerHistory
from roomtone.session.capture.mixer import add_saturated
from roomtone.session.capture.model import (
    SILENCE,
    ActiveSpeakers,
    ParticipantJoined,
    ParticipantLeft,
    TrackOpened,
    TrackOwner,
    TrackSource,
)
from roomtone.session.capture.own_voice import OwnVoice
from roomtone.session.capture.track_binding import TrackBinder
from roomtone.session.capture.voice_owners import Ownership, VoiceOwners

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roomtone.session.capture.model import Samples, Signal

NOBODYS_SOUND_PEAK = 32
"""Sound of nobody known makes ``NO_SPEAKER`` known from this peak on (-60 dBFS): a concealment's last bits or
a dither before the owner is known are no voice."""


class SourcePolicy(StrEnum):
    """Which sounds are voices where the tap hears the same meeting in more than one way."""

    RTC_FIRST = "rtc_first"
    """WebRTC tracks; elements and WebAudio only while there is no WebRTC audio track."""
    ALL = "all"
    """Everything, for clients whose voices reach WebAudio by a way of their own."""


class Attribution:
    """Names sounds.

    Args:
        voices: Whether the platform sends ``separate`` tracks or ``mixed`` ones.
        policy: Which sources are voices.
        lookback_s: See ``ActiveSpeakerHistory``.
        own_name: The bot's, where the roster does not know it.
    """

    def __init__(
        self,
        *,
        voices: Literal["separate", "mixed"] = "separate",
        policy: SourcePolicy = SourcePolicy.RTC_FIRST,
        lookback_s: float = LOOKBACK_S,
        own_name: str = "",
    ) -> None:
        self._own = OwnVoice(own_name)
        self._mixed_world = voices == "mixed"
        self._policy = policy
        self._owners = VoiceOwners()
        self._active = ActiveSpeakerHistory(lookback_s)
        self._binder: TrackBinder | None = None if self._mixed_world else TrackBinder()
        self._tracks: dict[int, TrackOpened] = {}
        self._closed: set[int] = set()
        self._names: dict[str, str] = {}
        self._left_s: dict[str, float] = {}
        self._selves: set[str] = set()
        self._known: dict[str, None] = {}
        self._used: frozenset[int] = frozenset()
        self._delay_s = 0.0
        self._bound_until_s = float("-inf")

    @property
    def tracks(self) -> frozenset[int]:
        """The audio tracks there are."""
        return frozenset(self._tracks) | self._own.tracks

    @property
    def used_tracks(self) -> frozenset[int]:
        """The tracks that are others' voices under the source policy."""
        return self._used

    @property
    def own_tracks(self) -> frozenset[int]:
        """The tracks of the bot's own voice."""
        return frozenset(self._own.tracks)

    @property
    def own_id(self) -> str:
        """The bot's speaker id."""
        return self._own.speaker_id

    def source_of(self, track: int, at_s: float) -> TrackSource | None:
        """How a voice reaches the tap; None: it is no voice under the source policy, or the bot's own."""
        if track not in self._used or self._owners.owner(track, at_s) in self._selves:
            return None
        return self._tracks[track].source

    @property
    def delay_s(self) -> float:
        """How long after the fact a tick has to be asked for, so that its sounds get the right name.

        0 where all owners are told.
        """
        return self._delay_s

    def open_track(self, opened: TrackOpened) -> None:
        """A track is there; pictures are none of our business."""
        if opened.source is TrackSource.OWN:
            self._own.tracks.add(opened.track)
        elif opened.kind == "audio":
            self._tracks[opened.track] = opened
            self._owners.open_track(opened)
            self._choose_sources()

    def close_track(self, track: int) -> None:
        """A track ended; sounds of it may still come for the ticks that are not out yet."""
        if track in self._tracks:
            self._closed.add(track)
            self._choose_sources()

    def forget_track(self, track: int) -> None:
        """No sound of this track comes any more."""
        self._own.tracks.discard(track)
        self._tracks.pop(track, None)
        self._closed.discard(track)
        self._owners.forget_track(track)
        if self._binder is not None:
            self._binder.forget(track)
        self._choose_sources()

    def hear_signal(self, signal: Signal) -> None:
        """Take what the platform says; chat is not ours."""
        match signal:
            case ParticipantJoined():
                self._join(signal)
            case ParticipantLeft():
                self._left_s[signal.participant_id] = signal.at_s
            case TrackOwner():
                self._owners.apply(signal)
                is_sound = signal.kind != "video" and signal.purpose != "camera"
                if is_sound and signal.participant_id is not None:
                    self._binder = None  # the platform says whose tracks are: what it leaves open stays open
                self._choose_delay()
            case ActiveSpeakers():
                others = [p for p in signal.participant_ids if p not in self._selves]
                self._active.report(next(iter(others), None), signal.at_s)
                if self._binder is not None:
                    self._binder.active_speakers(others, signal.at_s)
            case _:
                pass

    def look_ahead(self, at_s: float, sounds: Mapping[int, Samples]) -> None:
        """A tick that is not asked for yet; whose its sounds are may be told by then. May be left out.

        Args:
            at_s: Capture clock of its first sample; never smaller than the call before.
            sounds: As for ``voices``.
        """
        self._bind(at_s, sounds)

    def voices(self, at_s: float, sounds: Mapping[int, Samples]) -> dict[Speaker, Samples]:
        """The voices of one tick: everybody known who is there, silence included.

        Args:
            at_s: Capture clock of the tick's first sample; never smaller than the call before.
            sounds: The tracks' samples of the tick, all of one length.
        """
        self._bind(at_s, sounds)
        by_id: dict[str, Samples] = {}
        for track, samples in sounds.items():
            owner_id = self._owner_id(track, at_s)
            if owner_id is None:
                continue
            if owner_id == NO_SPEAKER.speaker_id and not self._knows_nobodys(samples):
                continue
            self._known.setdefault(owner_id)
            by_id[owner_id] = add_saturated(by_id.get(owner_id, SILENCE), samples)
        if (own := self._own.heard(sounds)) is not SILENCE:
            self._known.setdefault(self.own_id)
            by_id[self.own_id] = own
        return {
            self._speaker(speaker_id): by_id.get(speaker_id, SILENCE)
            for speaker_id in self._known
            if self._is_there(speaker_id, at_s) or by_id.get(speaker_id, SILENCE) is not SILENCE
        }

    def hears_mix(self, at_s: float, sounds: Mapping[int, Samples]) -> bool:
        """Whether voices of a tick are cut out of a mix; as asked for with ``voices``."""
        return any(
            samples is not SILENCE and track in self._used and self._is_mixed(track, at_s)
            for track, samples in sounds.items()
        )

    def _join(self, signal: ParticipantJoined) -> None:
        self._names[signal.participant_id] = signal.name
        self._left_s.pop(signal.participant_id, None)
        if signal.is_self:
            self._selves.add(signal.participant_id)
            if signal.participant_id != self.own_id:
                # What was somebody's so far is nobody's, and what the bot says is said under its new id.
                self._known.pop(signal.participant_id, None)
                self._known.pop(self.own_id, None)
                self._own.speaker_id = signal.participant_id

    def _owner_id(self, track: int, at_s: float) -> str | None:
        """Whose sound it is; None: nobody is to hear it (not a voice, or the bot's own)."""
        if track not in self._used:
            return None
        owner = self._owners.owner(track, at_s)
        if isinstance(owner, str):
            return None if owner in self._selves else owner
        if self._is_mixed(track, at_s):
            return self._active.at(at_s) or NO_SPEAKER.speaker_id
        bound = self._binder.owner(track, at_s) if self._binder is not None else None
        return bound or NO_SPEAKER.speaker_id

    def _bind(self, at_s: float, sounds: Mapping[int, Samples]) -> None:
        if self._binder is None or at_s <= self._bound_until_s:
            return
        self._bound_until_s = at_s
        had_bound = self._binder.has_bound
        peaks = {
            track: 0 if samples is SILENCE else _peak(samples)
            for track, samples in sounds.items()
            if track in self._used
            and self._owners.owner(track, at_s) is Ownership.UNKNOWN
            and not self._is_mixed(track, at_s)
        }
        self._binder.hear(peaks, at_s)
        if self._binder.has_bound and not had_bound:
            self._choose_delay()

    def _is_mixed(self, track: int, at_s: float) -> bool:
        owner = self._owners.owner(track, at_s)
        if owner is Ownership.MIXED:
            return True
        if owner is not Ownership.UNKNOWN:
            return False
        return self._mixed_world or self._tracks[track].source is not TrackSource.RTC

    def _knows_nobodys(self, samples: Samples) -> bool:
        return NO_SPEAKER.speaker_id in self._known or (
            samples is not SILENCE and _peak(samples) >= NOBODYS_SOUND_PEAK
        )

    def _is_there(self, speaker_id: str, at_s: float) -> bool:
        left_s = self._left_s.get(speaker_id)
        return left_s is None or at_s < left_s

    def _speaker(self, speaker_id: str) -> Speaker:
        if speaker_id == NO_SPEAKER.speaker_id:
            return NO_SPEAKER
        own_name = self._own.name if speaker_id == self.own_id else ""
        name = self._names.get(speaker_id) or own_name or NO_SPEAKER.speaker_name
        return Speaker(speaker_id, name)

    def _choose_sources(self) -> None:
        rtc = {n for n, t in self._tracks.items() if t.source is TrackSource.RTC}
        if self._policy is SourcePolicy.ALL or not rtc - self._closed:
            self._used = frozenset(self._tracks)
        else:
            self._used = frozenset(rtc)
        self._choose_delay()

    def _choose_delay(self) -> None:
        mixed = any(self._is_mixed(track, float("inf")) for track in self._used - self._closed)
        is_bound = self._binder is not None and self._binder.has_bound
        self._delay_s = self._active.lookback_s if mixed or is_bound else 0.0


def _peak(samples: Samples) -> int:
    return int(np.abs(samples.astype(np.int32)).max(initial=0))
