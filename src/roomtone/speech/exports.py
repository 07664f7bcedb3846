"""The formats a transcript can be had in, as text. Pure.

Each gives a complete document for any transcript, an empty one included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.speech.cues import clock, cues_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roomtone.speech.transcript import Turn

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_LINE_START = re.compile(r"^([-+]|\d+[.)])(\s)")
_VTT_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def to_srt(turns: Sequence[Turn]) -> str:
    """SubRip: numbered cues, each as ``Name: words``."""
    return "".join(
        f"{number}\n{clock(cue.start_ms, ',')} --> {clock(cue.end_ms, ',')}\n"
        f"{_no_arrow(cue.speaker)}: {_no_arrow(cue.text)}\n\n"
        for number, cue in enumerate(cues_of(turns), start=1)
    )


def to_vtt(turns: Sequence[Turn]) -> str:
    """WebVTT, with the speaker of each cue as its voice (``<v Name>``)."""
    cues = "".join(
        f"\n{clock(cue.start_ms, '.')} --> {clock(cue.end_ms, '.')}\n"
        f"<v {_vtt(cue.speaker)}>{_vtt(cue.text)}</v>\n"
        for cue in cues_of(turns)
    )
    return f"WEBVTT\n{cues}"


def to_txt(turns: Sequence[Turn]) -> str:
    """A line a turn: ``[00:01:02] Name: words``."""
    return "".join(f"[{_seconds(turn)}] {turn.speaker}: {turn.text}\n" for turn in turns)


def to_markdown(turns: Sequence[Turn]) -> str:
    """A heading, then a paragraph a turn; names and words show as they are, whatever characters they have."""
    paragraphs = "".join(
        f"\n**{_markdown(turn.speaker)}** ({_seconds(turn)})  \n{_markdown(turn.text)}\n" for turn in turns
    )
    return f"# Transcript\n{paragraphs}"


@dataclass(frozen=True, slots=True)
class Format:
    """A text format.

    Attributes:
        media_type: Its content type.
        extension: Of a file of it.
        write: From turns to the document.
    """

    media_type: str
    extension: str
    write: Callable[[Sequence[Turn]], str]


FORMATS: dict[str, Format] = {
    "srt": Format("application/x-subrip", "srt", to_srt),
    "vtt": Format("text/vtt", "vtt", to_vtt),
    "txt": Format("text/plain", "txt", to_txt),
    "md": Format("text/markdown", "md", to_markdown),
}
"""By the value of ``?format=``; ``json`` is the stored array itself."""


def _no_arrow(text: str) -> str:
    """A cue's text must not look like the line with its times."""
    return text.replace("-->", "->")


def _vtt(text: str) -> str:
    return "".join(_VTT_TEXT.get(character, character) for character in text)


def _markdown(text: str) -> str:
    escaped = _MARKDOWN.sub(r"\\\1", text)
    return _LINE_START.sub(lambda match: _escaped_start(match[1]) + match[2], escaped)


def _escaped_start(mark: str) -> str:
    return f"\\{mark}" if len(mark) == 1 else f"{mark[:-1]}\\{mark[-1]}"


def _seconds(turn: Turn) -> str:
    return clock(int(turn.start_s) * 1000, ".")[:-4]
