"""A streaming provider's transcript of a recording: what it recognised while the meeting ran, as kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from roomtone.bot.live_transcript_lines import LiveSegment, parse_segment
from roomtone.speech.assembly import assemble
from roomtone.speech.errors import NothingToTranscribe
from roomtone.speech.local.choice import engine_with
from roomtone.speech.spreading import spread
from roomtone.speech.transcript import Transcript, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from roomtone.speech.accounts import Account
    from roomtone.speech.port import Progress, Recorded

_STREAMING = "_streaming"
_OWN = frozenset({"local_streaming", "meetstream_streaming"})


class LiveTranscript:
    """See ``Provider``; nobody is asked anything, for all was said while the meeting ran.

    Args:
        provider: The API's name of the streaming provider.
    """

    def __init__(self, provider: str) -> None:
        self._provider = provider

    async def transcribe(
        self,
        recorded: Recorded,
        options: dict[str, Any],  # noqa: ARG002  the session heeded them
        work_folder: Path,  # noqa: ARG002  it needs none
        progress: Progress,
        account: Account | None = None,  # noqa: ARG002  the session used it
    ) -> Transcript:
        """See ``Provider.transcribe``; raises ``NothingToTranscribe`` when nothing was kept."""
        if recorded.live is None:
            raise NothingToTranscribe("nothing was transcribed while the meeting ran")
        segments = await asyncio.to_thread(_read, recorded.live)
        words = [word for segment in segments for word in _words(segment, recorded.names)]
        progress(1.0)
        last = segments[-1] if segments else None
        provider = (last.provider if last is not None else "") or self._provider
        model = last.model if last is not None else ""
        return Transcript(
            assemble(words),
            self._provider,
            _engine(provider, model),
            model,
            next((segment.language for segment in reversed(segments) if segment.language), None),
            [segment.model_dump(mode="json") for segment in segments],
        )


def _engine(provider: str, model: str) -> str:
    """What recognised: of the server's own engines the one that has the model, else the provider."""
    if provider in _OWN and model:
        return engine_with(model)
    return provider.removesuffix(_STREAMING)


def last_versions(segments: Iterable[LiveSegment]) -> list[LiveSegment]:
    """The segments in the order of their first lines, each as its last line has it; none taken back."""
    kept: dict[str, LiveSegment] = {}
    for number, segment in enumerate(segments):
        kept[f":{number}" if segment.segment_id is None else segment.segment_id] = segment
    return [segment for segment in kept.values() if segment.words or segment.text.strip()]


def _read(path: Path) -> list[LiveSegment]:
    with path.open("rb") as file:
        return last_versions(segment for line in file if (segment := parse_segment(line)) is not None)


def _words(segment: LiveSegment, names: Mapping[str, str]) -> list[Word]:
    speaker_id = segment.speaker_id
    name = (names.get(speaker_id) if speaker_id is not None else None) or segment.speaker_name
    if not segment.words:
        return list(
            spread(segment.text, segment.start_s, segment.end_s, speaker_id=speaker_id, speaker_name=name)
        )
    return [
        Word(word.word, word.start_s, word.end_s, word.punctuated or "", word.confidence, speaker_id, name)
        for word in segment.words
    ]
