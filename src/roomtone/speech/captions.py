"""Provider ``meeting_captions``: the captions that the meeting's platform made while it ran."""

from __future__ import annotations

import asyncio
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roomtone.speech.assembly import assemble
from roomtone.speech.errors import NothingToTranscribe
from roomtone.speech.spreading import spread
from roomtone.speech.text_cleaning import clean
from roomtone.speech.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from roomtone.speech.accounts import Account
    from roomtone.speech.port import Progress, Recorded
    from roomtone.speech.transcript import Word

PROVIDER = "meeting_captions"
_CHARACTERS_PER_S = 15.0
"""Of running speech."""


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption in its last version.

    Attributes:
        begin_s: When its first words came.
        end_s: When it was over, estimated: captions say when they began.
        participant_id: Whose words; empty: the platform did not say.
        text: The words.
    """

    begin_s: float
    end_s: float
    participant_id: str
    text: str


class MeetingCaptions:
    """See ``Provider``. The times of its words are estimates: a caption is spread over its letters."""

    async def transcribe(
        self,
        recorded: Recorded,
        options: dict[str, Any],  # noqa: ARG002  it has none
        work_folder: Path,  # noqa: ARG002  it needs none
        progress: Progress,
        account: Account | None = None,  # noqa: ARG002  it needs none
    ) -> Transcript:
        """See ``Provider.transcribe``; raises ``NothingToTranscribe`` when the meeting had no captions."""
        if recorded.captions is None:
            raise NothingToTranscribe("the meeting had no captions; they have to be on in the meeting")
        lines = await asyncio.to_thread(_read_lines, recorded.captions)
        captions = last_versions(lines)
        words = [word for caption in captions for word in words_of(caption, recorded.names)]
        progress(1.0)
        return Transcript(assemble(words), PROVIDER, "meeting", "captions", raw=lines)


def last_versions(lines: Iterable[Mapping[str, Any]]) -> list[Caption]:
    """The captions of the lines of a ``captions.jsonl``, each with its last text.

    One lasts as long as its text at a usual pace, and no longer than until its speaker's next one.
    """
    texts: dict[str, tuple[float, str, str]] = {}
    for line in lines:
        caption_id, at_s = str(line["caption_id"]), max(0.0, float(line["at_s"]))
        began_s = min(at_s, texts[caption_id][0]) if caption_id in texts else at_s
        texts[caption_id] = (began_s, str(line["participant_id"] or ""), clean(str(line["text"])))
    captions: list[Caption] = []
    next_begins: dict[str, float] = {}
    for begin_s, participant_id, text in sorted(texts.values(), reverse=True):
        if not text:
            continue
        end_s = min(begin_s + (len(text) + 1) / _CHARACTERS_PER_S, next_begins.get(participant_id, math.inf))
        captions.append(Caption(begin_s, end_s, participant_id, text))
        next_begins[participant_id] = begin_s
    return captions[::-1]


def words_of(caption: Caption, names: Mapping[str, str]) -> list[Word]:
    """The caption's words, its time divided among them by their letters."""
    return list(
        spread(
            caption.text,
            caption.begin_s,
            caption.end_s,
            speaker_id=caption.participant_id or None,
            speaker_name=names.get(caption.participant_id),
        )
    )


def _read_lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of the file; a torn last one is left out."""
    lines = []
    with path.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            try:
                line = json.loads(text)
                float(line["at_s"])
                if {"caption_id", "participant_id", "text"} <= line.keys():
                    lines.append(line)
            except (ValueError, TypeError, KeyError, AttributeError):
                continue
    return lines
