"""Turns the messages of all the page's sides into the words of capture. Pure.

Each document (and each frame in it) has a link of its own, an *instance*; it keeps its name when its socket
breaks and comes back. Tracks are numbered by instance, and made unique here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from roomtone.session.browser.link_messages import (
    AudioMessage,
    StreamMessage,
    VideoMessage,
    read_binary,
    read_text,
)
from roomtone.session.browser.stamp_clock import StampClock
from roomtone.session.capture.model import (
    AudioChunk,
    StreamPicture,
    TrackClosed,
    TrackOpened,
    TrackSource,
    VideoPacket,
)


@dataclass(frozen=True, slots=True)
class PageMessage:
    """A text message of a page that is not about a track's life: hello, signal, statistics, fault.

    Attributes:
        type: Its type.
        body: The whole message; tracks named by number (``track``) have the session's, None when unknown.
        at_s: Capture clock of its arrival.
    """

    type: str
    body: dict[str, Any]
    at_s: float


LinkMessage = TrackOpened | AudioChunk | TrackClosed | VideoPacket | StreamPicture | PageMessage


@dataclass(slots=True)
class _Instance:
    tracks: dict[int, int] = field(default_factory=dict)
    clocks: dict[int, StampClock] = field(default_factory=dict)
    encoders: dict[int, StampClock] = field(default_factory=dict)
    streams: StampClock = field(default_factory=StampClock)


class LinkReader:
    """Reads the messages of every instance of one session.

    Attributes:
        unknown: Messages about tracks that were never opened or are closed; dropped.
        corrected_stamps: Stamps that were not on the capture clock.
    """

    def __init__(self) -> None:
        self.unknown = 0
        self._instances: dict[str, _Instance] = {}
        self._next_track = 1
        self._last_picture_s = float("-inf")
        self._corrected_before = 0

    @property
    def corrected_stamps(self) -> int:
        """Stamps that were not on the capture clock, all instances."""
        clocks = [
            clock
            for one in self._instances.values()
            for clock in (*one.clocks.values(), *one.encoders.values(), one.streams)
        ]
        return self._corrected_before + sum(clock.corrected for clock in clocks)

    def binary(self, instance: str, message: bytes, at_s: float) -> LinkMessage | None:
        """Read sound or picture; None when its track is not open. Raises ``BadLinkMessage``."""
        read = read_binary(message)
        state = self._instances.setdefault(instance, _Instance())
        if isinstance(read, VideoMessage):
            return self._picture(state, read, at_s)
        if isinstance(read, StreamMessage):
            placed_s = state.streams.place(read.stamp_us, at_s)
            return StreamPicture(read.stream, placed_s, read.data, read.is_key)
        return self._sound(state, read, at_s)

    def text(self, instance: str, message: str, at_s: float) -> LinkMessage | None:
        """Read a text message; None when it says nothing new. Raises ``BadLinkMessage``."""
        body = read_text(message)
        state = self._instances.setdefault(instance, _Instance())
        if body["type"] == "track_opened":
            return self._opened(state, body, at_s)
        if body["type"] == "track_closed":
            return self._closed(state, _number(body), at_s)
        return PageMessage(body["type"], self._renumbered(state, body), at_s)

    def gone(self, instance: str, at_s: float) -> list[TrackClosed]:
        """An instance will not come back: close what it had open."""
        state = self._instances.pop(instance, _Instance())
        self._corrected_before += sum(
            clock.corrected for clock in (*state.clocks.values(), *state.encoders.values(), state.streams)
        )
        return [TrackClosed(track, at_s) for track in state.tracks.values()]

    def _opened(self, state: _Instance, body: dict[str, Any], at_s: float) -> TrackOpened | None:
        number = _number(body)
        if number in state.tracks:
            return None
        track = self._next_track
        self._next_track += 1
        state.tracks[number] = track
        state.clocks[number] = StampClock()
        source = str(body.get("source"))
        return TrackOpened(
            track=track,
            kind="video" if body.get("kind") == "video" else "audio",
            source=TrackSource(source) if source in set(TrackSource) else TrackSource.ELEMENT,
            media_track_id=str(body.get("media_track_id", "")),
            stream_id=str(body.get("stream_id", "")),
            mid=str(body.get("mid", "")),
            at_s=at_s,
            in_top_frame=body.get("top") is not False,
        )

    def _closed(self, state: _Instance, number: int, at_s: float) -> TrackClosed | None:
        track = state.tracks.pop(number, None)
        if track is None:
            self.unknown += 1
            return None
        self._corrected_before += state.clocks.pop(number).corrected
        return TrackClosed(track, at_s)

    def _sound(self, state: _Instance, message: AudioMessage, at_s: float) -> AudioChunk | None:
        track = state.tracks.get(message.track)
        if track is None:
            self.unknown += 1
            return None
        placed_s = state.clocks[message.track].place(message.stamp_us, at_s)
        return AudioChunk(track, placed_s, message.first_sample, message.samples)

    def _picture(self, state: _Instance, message: VideoMessage, at_s: float) -> VideoPacket:
        # One clock for all runs of the encoder: they are the same pictures going on.
        clock = state.encoders.setdefault(0, StampClock())
        placed_s = clock.place(message.stamp_us, at_s)
        self._last_picture_s = max(placed_s, self._last_picture_s + 1e-6)
        return VideoPacket(self._last_picture_s, message.data, message.is_key)

    def _renumbered(self, state: _Instance, body: dict[str, Any]) -> dict[str, Any]:
        def renumber(one: dict[str, Any]) -> dict[str, Any]:
            return (
                {**one, "track": state.tracks.get(one["track"])} if isinstance(one.get("track"), int) else one
            )

        body = renumber(body)
        if isinstance(body.get("tracks"), list):
            body["tracks"] = [renumber(one) if isinstance(one, dict) else one for one in body["tracks"]]
        return body


def _number(body: dict[str, Any]) -> int:
    number = body.get("track")
    return number if isinstance(number, int) else -1
