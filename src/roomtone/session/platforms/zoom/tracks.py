"""Whose the page's remote tracks are, from stream ids, session descriptions and negotiations. Pure.

Two ways in which the web client receives separate sound:

* A stream a person. The stream's id is ``<number>+CS+...``, URL-encoded or not; the number is the person's,
  with bit 512 set for the sound of a shared screen.
* A few lines that are given to whoever is to be heard (``lines.py``). A line is named by the id of its
  transceiver, by its stream or by its packets' source.

A track that the page sends to itself, which it does to cancel echoes, is the meeting's mix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from roomtone.session.capture.model import TrackOwner
from roomtone.session.platforms.zoom.fields import plain_text, whole_number
from roomtone.session.platforms.zoom.lines import Assignment, assignments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SHARE_BIT = 512
MOST_TRACKS = 1000
"""Remembered; the oldest are forgotten."""
MOST_LINES = 1000
_STREAM_OF_A_PERSON = re.compile(r"(\d{1,15})\+CS(?:\+|$)")
_CNAME_OF_A_PERSON = re.compile(r"(\d{5,15})\b")


@dataclass(frozen=True, slots=True)
class _Track:
    media_track_id: str
    kind: str
    stream_id: str
    mid: str
    ssrcs: frozenset[int]
    cnames: tuple[str, ...]
    element: str
    selector: str
    is_loop: bool


@dataclass(frozen=True, slots=True)
class _Owned:
    """Whose a track is, and whether only for as long as it has its stream; ``number`` None: nobody's now."""

    number: int | None
    purpose: str
    by_stream: bool


class Tracks:
    """Keeps the remote tracks and what was said of lines, and tells owners when they change.

    Args:
        id_of: Gives a participant's id for any of their numbers.
        is_other: Whether a number is of somebody in the meeting who is not the bot.
        is_roster_known: Whether a roster has been read. Until it has, nobody is told as an owner: a number
            without a name would keep a voice from being named by what the page shows.
    """

    def __init__(
        self,
        id_of: Callable[[int], str],
        is_other: Callable[[int], bool] | None = None,
        is_roster_known: Callable[[], bool] = lambda: True,
    ) -> None:
        self._id_of = id_of
        self._is_other = is_other
        self._is_roster_known = is_roster_known
        self._tracks: dict[str, _Track] = {}
        self._assigned: dict[tuple[str, Any], tuple[int, Assignment]] = {}
        self._n_assigned = 0
        self._told: dict[str, tuple[str | None, str, str]] = {}

    def page_tracks(self, rows: Any, at_s: float) -> list[TrackOwner]:
        """The page has these tracks, new or changed, or has them no more; rows as in ``signals.js``."""
        for row in rows if isinstance(rows, list) else ():
            if not isinstance(row, dict) or not (media_track_id := plain_text(row.get("id"))):
                continue
            self._tracks.pop(media_track_id, None)
            if row.get("ended") is True:
                self._told.pop(media_track_id, None)
                continue
            self._tracks[media_track_id] = _read(media_track_id, row)
            if len(self._tracks) > MOST_TRACKS:
                self._told.pop(next(iter(self._tracks)), None)
                del self._tracks[next(iter(self._tracks))]
        return self._changes(at_s)

    def negotiated(self, body: Any, at_s: float) -> list[TrackOwner]:
        """A negotiation said something; about lines or not."""
        found = assignments(body, self._is_other)
        for assignment in found:
            self._n_assigned += 1
            for key in _keys(assignment):
                self._assigned.pop(key, None)
                self._assigned[key] = (self._n_assigned, assignment)
        while len(self._assigned) > MOST_LINES:
            del self._assigned[next(iter(self._assigned))]
        return self._changes(at_s) if found else []

    def renamed(self, at_s: float) -> list[TrackOwner]:
        """The roster changed; a number may belong to another id now."""
        return self._changes(at_s)

    def _changes(self, at_s: float) -> list[TrackOwner]:
        lines_are_elements = self._lines_are_elements()
        changes: list[TrackOwner] = []
        for track in self._tracks.values():
            owned = self._owned(track, lines_are_elements=lines_are_elements)
            if owned is None or (owned.number is not None and not self._is_roster_known()):
                continue
            participant_id = None if owned.number is None else self._id_of(owned.number)
            now = (participant_id, owned.purpose, track.selector if owned.by_stream else "")
            if self._told.get(track.media_track_id) == now:
                continue
            self._told[track.media_track_id] = now
            changes.append(
                TrackOwner(
                    participant_id,
                    owned.purpose,
                    at_s,
                    media_track_id=track.media_track_id,
                    stream_id=now[2],
                    kind=track.kind,
                )
            )
        return changes

    def _owned(self, track: _Track, *, lines_are_elements: bool) -> _Owned | None:
        stream = _STREAM_OF_A_PERSON.match(track.stream_id)
        if stream is not None:
            number = int(stream[1])
            return _Owned(number, _purpose(track.kind, is_share=bool(number & SHARE_BIT)), by_stream=True)
        line = track.element if lines_are_elements and track.kind == "audio" else track.mid
        keys: list[tuple[str, Any]] = [
            ("line", line),
            ("line", track.media_track_id),
            ("stream", track.stream_id),
        ]
        keys += [("ssrc", ssrc) for ssrc in track.ssrcs]
        said = [self._assigned[key] for key in keys if key[1] != "" and key in self._assigned]
        said = [one for one in said if one[1].kind in {"", track.kind}]
        if said:
            _, newest = max(said, key=lambda one: one[0])
            purpose = "idle" if newest.number is None else _purpose(track.kind, is_share=newest.is_share)
            return _Owned(newest.number, purpose, by_stream=False)
        for cname in track.cnames:
            if (match := _CNAME_OF_A_PERSON.match(cname)) is not None:
                number = int(match[1])
                return _Owned(
                    number, _purpose(track.kind, is_share=bool(number & SHARE_BIT)), by_stream=False
                )
        return _Owned(None, "voice", by_stream=False) if self._is_mix(track) else None

    def _is_mix(self, track: _Track) -> bool:
        loops = [one for one in self._tracks.values() if one.is_loop and one.kind == "audio"]
        return loops == [track]

    def _lines_are_elements(self) -> bool:
        """Whether lines are named by the numbers of audio elements, since more of them fit these."""
        lines = {name for kind, name in self._assigned if kind == "line"}
        audio = [track for track in self._tracks.values() if track.kind == "audio"]
        by_mid = len(lines & {track.mid for track in audio})
        return len(lines & {track.element for track in audio if track.element}) > by_mid


def _read(media_track_id: str, row: dict[str, Any]) -> _Track:
    stream_id = plain_text(row.get("stream_id"))
    ssrcs, cnames = row.get("ssrcs"), row.get("cnames")
    return _Track(
        media_track_id,
        "video" if row.get("kind") == "video" else "audio",
        unquote(stream_id),
        plain_text(row.get("mid")),
        frozenset(n for n in map(whole_number, ssrcs) if n) if isinstance(ssrcs, list) else frozenset(),
        tuple(plain_text(cname) for cname in cnames) if isinstance(cnames, list) else (),
        plain_text(row.get("element")),
        stream_id,
        row.get("loop") is True,
    )


def _keys(assignment: Assignment) -> Sequence[tuple[str, Any]]:
    keys: list[tuple[str, Any]] = [("ssrc", ssrc) for ssrc in assignment.ssrcs]
    if assignment.line:
        keys.append(("line", assignment.line))
    if assignment.stream_id:
        keys.append(("stream", unquote(assignment.stream_id)))
    return keys


def _purpose(kind: str, *, is_share: bool) -> str:
    if is_share:
        return "share"
    return "voice" if kind == "audio" else "camera"
