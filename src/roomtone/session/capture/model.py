"""The words of capture: what comes in from a page, and what is published on one clock.

Times: the *capture clock* is the machine's monotonic clock (``time.monotonic()``, seconds), which is also
what Chromium stamps frames with (``AudioData.timestamp`` and ``VideoFrame.timestamp`` of remote tracks are
microseconds of CLOCK_MONOTONIC; the link checks that and corrects it when it is not so). *Position* is the
index of a sample since capture began, at 48,000 Hz.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from roomtone.bot.speaker import CHUNK_SAMPLES, Speaker

Samples = npt.NDArray[np.int16]
"""int16, mono, 48,000 Hz, shape (n,)."""

SILENCE: Samples = np.zeros(CHUNK_SAMPLES, dtype=np.int16)
"""A tick of silence, not to be written to. Capture gives this very array for every silent voice, so that
``samples is SILENCE`` saves work; samples that are equal to it are silence as well."""
SILENCE.setflags(write=False)


class TrackSource(StrEnum):
    """How a sound reached the tap."""

    RTC = "rtc"  # a remote WebRTC track
    ELEMENT = "element"  # a media element that plays something else than a tapped track
    WEBAUDIO = "webaudio"  # what reaches an AudioContext's destination
    OWN = "own"  # what the bot's own microphone played


@dataclass(frozen=True, slots=True)
class TrackOpened:
    """A sound or picture began to be heard or seen by the tap.

    Attributes:
        track: The tap's own number of it, never used again in this session.
        kind: ``audio`` or ``video``.
        source: How it reached the tap.
        media_track_id: ``MediaStreamTrack.id`` in the page; signals name tracks by it.
        stream_id: Id of the first ``MediaStream`` it came in; empty when it came without.
        mid: The transceiver's media id; empty when there is none.
        at_s: Capture clock.
        in_top_frame: Whether it is in the page itself; pictures of a frame inside it cannot be composed.
    """

    track: int
    kind: str
    source: TrackSource
    media_track_id: str
    stream_id: str
    mid: str
    at_s: float
    in_top_frame: bool = True


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """20 ms of one audio track.

    Attributes:
        track: The tap's number of the track.
        at_s: Capture clock of the first sample.
        first_sample: Count of samples the tap has sent of this track before this chunk; a jump is a loss.
        samples: 960 samples, or fewer in a track's last chunk.
    """

    track: int
    at_s: float
    first_sample: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class TrackClosed:
    """A track ended; no chunk of it follows."""

    track: int
    at_s: float


@dataclass(frozen=True, slots=True)
class VideoPacket:
    """One H.264 access unit of the recorder's picture (Annex B, SPS and PPS before each key frame).

    Attributes:
        at_s: Capture clock at which the picture was seen; strictly rising within a session.
        data: The access unit.
        is_key: Whether decoding can start here.
    """

    at_s: float
    data: bytes
    is_key: bool


@dataclass(frozen=True, slots=True)
class StreamPicture:
    """One VP8 frame of one participant's own picture.

    Attributes:
        stream: The number that the page was told with ``stream_start``.
        at_s: Capture clock at which the picture was seen.
        data: The frame.
        is_key: Whether decoding can start here.
    """

    stream: int
    at_s: float
    data: bytes
    is_key: bool


# What a platform's signals say, in words that no platform owns.


@dataclass(frozen=True, slots=True)
class ParticipantJoined:
    """Somebody is in the meeting; sent again when the name or anything else about them changes.

    ``is_self`` marks the bot. ``camera_on`` and ``sharing`` are what the roster says; None: it says nothing.
    """

    participant_id: str
    name: str
    at_s: float
    is_self: bool = False
    muted: bool | None = None
    camera_on: bool | None = None
    sharing: bool | None = None


@dataclass(frozen=True, slots=True)
class ParticipantLeft:
    """Somebody left."""

    participant_id: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TrackOwner:
    """Whose track it is from now on; may come before or after the track itself.

    Attributes:
        participant_id: The owner; None: nobody's (a mix, or with ``idle`` nothing at all).
        purpose: ``voice``, ``camera`` or ``share``; a shared screen's sound is ``share`` too. ``idle``: the
            track waits to be given to somebody.
        at_s: Capture clock.
        media_track_id: ``MediaStreamTrack.id``; empty: any.
        stream_id: ``MediaStream.id``; empty: any. Of the three selectors the non-empty ones must all match.
        kind: ``audio`` or ``video``; empty: any.
    """

    participant_id: str | None
    purpose: str
    at_s: float
    media_track_id: str = ""
    stream_id: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ActiveSpeakers:
    """Who the platform says is speaking now, the loudest first; empty: nobody."""

    participant_ids: tuple[str, ...]
    at_s: float


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A chat message that everybody, or the bot, was sent."""

    message_id: str
    participant_id: str
    name: str
    text: str
    at_s: float


@dataclass(frozen=True, slots=True)
class CaptionHeard:
    """A caption of the platform's own as it is now; told again, whole, whenever it changes.

    Attributes:
        caption_id: Stays while the caption changes.
        participant_id: Who speaks; empty: it is not said.
        text: All of its words so far.
        is_final: Whether the platform says that it will not change any more.
        at_s: Capture clock of this version.
        language: The language as the platform writes it; empty: it is not said.
    """

    caption_id: str
    participant_id: str
    text: str
    is_final: bool
    at_s: float
    language: str = ""


@dataclass(frozen=True, slots=True)
class MeetingTitled:
    """What the meeting is called; told again when that changes."""

    title: str
    at_s: float


Signal = (
    ParticipantJoined
    | ParticipantLeft
    | TrackOwner
    | ActiveSpeakers
    | ChatMessage
    | CaptionHeard
    | MeetingTitled
)

CaptureEvent = TrackOpened | AudioChunk | TrackClosed | Signal
"""What ``Capture.feed`` takes."""


@dataclass(frozen=True, slots=True)
class Tick:
    """20 ms of the meeting: every known voice, on one clock.

    Attributes:
        position: Index of the first sample since capture began; each tick follows the last by 960.
        at_s: Capture clock of the first sample.
        voices: 960 samples for *every* speaker known so far who is still there, silence included; a
            speaker is known once a sound was theirs. No two have the same ``speaker_id``, and their order
            is that of becoming known. Empty while nobody is known.
        own_id: The ``speaker_id`` of the bot; its voice is among them from when it first spoke.
        is_mix: Whether any of its sound came as a mix of everybody: then voices are cut out of it at the
            moments at which the platform named another speaker.
    """

    position: int
    at_s: float
    voices: dict[Speaker, Samples] = field(default_factory=dict)
    own_id: str | None = None
    is_mix: bool = False


class TickSubscriber(Protocol):
    """Somebody who hears the meeting: recorder, live socket, timeline, attendance."""

    def on_tick(self, tick: Tick) -> None:
        """Take one tick; called in order, must not block and must not change the arrays."""
