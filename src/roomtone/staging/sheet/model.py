"""What a sheet shows, in seconds of the recording; nothing here knows files or pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from roomtone.listening.heard_words import clock_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

Levels = npt.NDArray[np.float32]
"""dBFS, one value a ``LEVEL_STEP_S``, shape (n,)."""

LEVEL_STEP_S = 0.05
SPEECH_DBFS = -48.0
"""Above this a stretch counts as heard speech."""
PAUSE_S = 0.35
"""A pause shorter than this does not end a stretch of speech."""
SHORTEST_S = 0.12
"""Shorter than this is a click, not speech."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; ``label`` may be empty."""

    from_s: float
    to_s: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One speaker.

    Attributes:
        name: As shown in the meeting.
        scripted: What the script lets them say.
        heard: What arrived of them.
        levels: How loud it was; None: nothing was received of them.
        level_from_s: Time of the first level.
        present: When they are in the meeting by the script; None: unknown.
    """

    name: str
    scripted: tuple[Span, ...] = ()
    heard: tuple[Span, ...] = ()
    levels: Levels | None = None
    level_from_s: float = 0.0
    present: Span | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a moment."""

    at_s: float
    label: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number to look at: what it is and its value with unit."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn of the transcript: when it begins, whose it is, its words."""

    at_s: float
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the picture shows.

    Attributes:
        title: Of the meeting.
        subtitle: One line under it.
        verdict: Whether the bot did what its script says; None: nobody judged.
        from_s: Left end of the time axis; negative when the meeting began before the recording.
        to_s: Right end.
        recorded_s: Length of the recording, which begins at 0.
        frames: Pictures of the video with their times; empty without video.
        spoken: The first turns of the transcript; empty without one.
    """

    title: str
    subtitle: str
    verdict: bool | None
    from_s: float
    to_s: float
    recorded_s: float
    lanes: tuple[Lane, ...]
    shares: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    figures: tuple[Figure, ...] = ()
    frames: Sequence[tuple[float, Image]] = field(default_factory=tuple)
    spoken: tuple[Spoken, ...] = ()


def speech_spans(levels: Levels, from_s: float = 0.0) -> tuple[Span, ...]:
    """Stretches that are louder than ``SPEECH_DBFS``, joined over short pauses, clicks left out."""
    loud = np.flatnonzero(levels > SPEECH_DBFS)
    if not loud.size:
        return ()
    breaks = np.flatnonzero(np.diff(loud) * LEVEL_STEP_S > PAUSE_S)
    starts = loud[np.concatenate(([0], breaks + 1))]
    ends = loud[np.concatenate((breaks, [loud.size - 1]))] + 1
    spans = (
        Span(from_s + float(a) * LEVEL_STEP_S, from_s + float(b) * LEVEL_STEP_S)
        for a, b in zip(starts, ends, strict=True)
    )
    return tuple(span for span in spans if span.to_s - span.from_s >= SHORTEST_S)


def time_steps(from_s: float, to_s: float, most: int) -> list[float]:
    """Round moments for an axis, at most ``most`` of them."""
    for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400):
        first = int(np.ceil(from_s / step)) * step
        moments = np.arange(first, to_s + 1e-9, step)
        if len(moments) <= most:
            return [float(moment) for moment in moments]
    return [from_s, to_s]


def time_text(seconds: float) -> str:
    """A moment as an axis shows it: ``0:07`` or ``1:02:03``, with a minus before the beginning."""
    sign = "-" if seconds < -0.5 else ""
    return sign + clock_text(round(abs(seconds)))
