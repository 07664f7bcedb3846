"""Provider ``local``: each speaker's utterances, recognised in a child process; resumable."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.child_process import ChildGroup
from roomtone.speech.assembly import assemble
from roomtone.speech.errors import EngineFailed, NothingToTranscribe, UnusableAudio
from roomtone.speech.local.choice import choose
from roomtone.speech.local.decoding import duration_s
from roomtone.speech.naming import name_words
from roomtone.speech.transcript import Transcript, Word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roomtone.speech.accounts import Account
    from roomtone.speech.local.choice import Choice
    from roomtone.speech.port import Progress, Recorded, Track

log = structlog.get_logger(__name__)

_HEARD_NAME = "heard.jsonl"
_PLAN_NAME = "plan.json"
_LOG_NAME = "engine.log"
_LINE_BYTES = 1024 * 1024
_SILENT_S = 600.0
"""A child that says nothing for so long hangs: an utterance is at most 20 s long."""
_LARGE_GUESS_S = 3600.0


class LocalRecognition:
    """See ``Provider``. Pocketsphinx, or faster-whisper when a model of the operator's is given.

    Args:
        provider: The name it was asked for by.
        whisper_model: Folder of a CTranslate2 Whisper model; None: pocketsphinx with its own model.
    """

    def __init__(self, provider: str = "local", whisper_model: Path | None = None) -> None:
        self._provider = provider
        self._whisper_model = whisper_model

    async def transcribe(
        self,
        recorded: Recorded,
        options: dict[str, Any],
        work_folder: Path,
        progress: Progress,
        account: Account | None = None,  # noqa: ARG002  it needs none
    ) -> Transcript:
        """See ``Provider.transcribe``.

        What was recognised is kept in the work folder, an utterance at a time; after a restart only the rest
        is done.
        """
        choice = choose(options, self._whisper_model)
        if not recorded.tracks:
            raise NothingToTranscribe("there is no audio to transcribe")
        heard = await asyncio.to_thread(_Heard.read, work_folder / _HEARD_NAME, len(recorded.tracks))
        lengths = await asyncio.to_thread(_lengths_s, recorded)
        if not heard.done:
            plan = self._plan(choice, recorded.tracks, heard)
            await _recognise(plan, heard, lengths, work_folder, progress)
        if len(heard.unusable) == len(recorded.tracks):
            raise UnusableAudio("no sound of the recording can be decoded")
        if heard.unusable:
            log.warning("speech.tracks_unusable", tracks=len(heard.unusable))
        words: list[Word] = []
        for number, track in enumerate(recorded.tracks):
            said = heard.words_of(number, track)
            words += said if track.speaker is not None else name_words(said, recorded.timeline)
        return Transcript(assemble(words), self._provider, choice.engine, choice.model, heard.language)

    def _plan(self, choice: Choice, tracks: Sequence[Track], heard: _Heard) -> dict[str, Any]:
        """What the child is to do; see ``worker``."""
        return {
            "engine": choice.engine,
            "options": {"model": str(self._whisper_model), "language": choice.language},
            "tracks": [
                {"path": str(track.path), "from_s": heard.until_s[number]}
                for number, track in enumerate(tracks)
            ],
        }


async def _recognise(
    plan: dict[str, Any], heard: _Heard, lengths_s: Sequence[float], work_folder: Path, progress: Progress
) -> None:
    plan_path = work_folder / _PLAN_NAME
    await asyncio.to_thread(plan_path.write_text, json.dumps(plan), "utf-8")
    command = [sys.executable, "-m", "roomtone.speech.local.worker", str(plan_path)]
    with (
        (work_folder / _HEARD_NAME).open("a", encoding="utf-8", buffering=1) as kept,
        (work_folder / _LOG_NAME).open("wb") as errors,
    ):
        child = await ChildGroup.start(
            command, stdout=asyncio.subprocess.PIPE, stderr=errors.fileno(), line_limit=_LINE_BYTES
        )
        try:
            while (line := await _next_line(child)) is not None:
                heard.take(line)
                if "words" in line or "done" in line or "unusable" in line:
                    kept.write(json.dumps(line) + "\n")
                progress(heard.share_done(lengths_s))
            status = await child.wait()
        finally:
            await child.stop()
    if not heard.done:
        log.warning(
            "speech.engine_failed", engine=plan["engine"], status=status, said=_last_line(work_folder)
        )
        raise EngineFailed(_failure(plan["engine"], status, heard.problem))


def _failure(engine: str, status: int, problem: str | None) -> str:
    if problem is not None:
        return f"the engine {engine} cannot be loaded: {problem}"
    if status == -signal.SIGKILL:
        return f"the engine {engine} was killed; perhaps its model needs more memory than there is"
    return f"the engine {engine} stopped with status {status}; the server's log says why"


def _last_line(work_folder: Path) -> str:
    """The end of what the child complained of, such as the last line of a traceback."""
    with (work_folder / _LOG_NAME).open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 2000))
        return file.read().decode(errors="replace").strip().rpartition("\n")[2][:300]


async def _next_line(child: ChildGroup) -> dict[str, Any] | None:
    assert child.stdout is not None
    try:
        async with asyncio.timeout(_SILENT_S):
            text = await child.stdout.readline()
    except TimeoutError:
        raise EngineFailed(f"the engine said nothing for {_SILENT_S:.0f} s") from None
    except ValueError:
        raise EngineFailed("the engine said a line that is too long") from None
    if not text:
        return None
    return _parsed(text) or {}


def _parsed(text: str | bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


@dataclass(slots=True)
class _Heard:
    """What the child has told, now or before a restart.

    Attributes:
        until_s: By track: everything before it has been told.
        found: By track: ``[text, shown, start_s, end_s, confidence]``.
        unusable: Tracks that cannot be decoded.
        done: Whether all was told.
        problem: Why the engine could not be loaded; None: it could.
    """

    until_s: list[float]
    found: list[list[list[Any]]]
    unusable: set[int] = field(default_factory=set)
    done: bool = False
    problem: str | None = None
    _last_language: str | None = None
    _spoken_s: Counter[str] = field(default_factory=Counter)

    @property
    def language(self) -> str | None:
        """In which most of the words were said, by their time; None: not known."""
        most = self._spoken_s.most_common(1)
        return most[0][0] if most else self._last_language

    @classmethod
    def read(cls, path: Path, n_tracks: int) -> _Heard:
        """What was kept in a file; a torn line counts as not heard."""
        heard = cls([0.0] * n_tracks, [[] for _ in range(n_tracks)])
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace") as file:
                for text in file:
                    heard.take(_parsed(text) or {})
            with path.open("a", encoding="utf-8") as file:
                file.write("\n")
        return heard

    def take(self, line: dict[str, Any]) -> None:
        """Take a line of the child's."""
        if line.get("done"):
            self.done, self._last_language = True, line.get("language")
        elif "problem" in line:
            self.problem = line["problem"]
        elif "unusable" in line:
            self.unusable.add(line["unusable"])
        elif "until_s" in line and 0 <= line["track"] < len(self.found):
            number = line["track"]
            self.until_s[number] = max(self.until_s[number], line["until_s"])
            words = line.get("words", ())
            self.found[number] += words
            if words and (language := line.get("language")):
                self._spoken_s[language] += sum(word[3] - word[2] for word in words)

    def share_done(self, lengths_s: Sequence[float]) -> float:
        """How much of all tracks was told, 0 to 1."""
        if self.done:
            return 1.0
        done_s = sum(
            length_s if number in self.unusable else min(until_s, length_s)
            for number, (until_s, length_s) in enumerate(zip(self.until_s, lengths_s, strict=True))
        )
        return min(1.0, done_s / max(sum(lengths_s), 0.001))

    def words_of(self, number: int, track: Track) -> list[Word]:
        """The words of a track at their times in the recording."""
        speaker = track.speaker
        return [
            Word(
                text=text,
                punctuated=shown,
                start_s=track.start_s + start_s,
                end_s=track.start_s + end_s,
                confidence=confidence,
                speaker_id=None if speaker is None else speaker.speaker_id,
                speaker_name=None if speaker is None else speaker.speaker_name,
            )
            for text, shown, start_s, end_s, confidence in self.found[number]
        ]


def _lengths_s(recorded: Recorded) -> list[float]:
    return [duration_s(track.path) or recorded.duration_s or _LARGE_GUESS_S for track in recorded.tracks]
