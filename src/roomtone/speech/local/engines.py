"""The recognising engines, each as a function from an utterance to words. They run in a child process."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from roomtone.speech.local.utterances import SAMPLE_RATE_HZ, Utterance
from roomtone.speech.local.whisper import FasterWhisper
from roomtone.speech.local.whisper_folder import UnusableModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

POCKETSPHINX = "pocketsphinx"
FASTER_WHISPER = "faster-whisper"
POCKETSPHINX_MODEL = "en-us"
POCKETSPHINX_LANGUAGE = "en-US"

Heard = tuple[str, str, float, float, float | None]
"""A word: bare, as it is read, begin and end in seconds from the utterance's beginning, confidence."""
_VARIANT = re.compile(r"\(\d+\)$")


class Engine(Protocol):
    """A loaded engine.

    Attributes:
        language: Of what was heard last, BCP 47; None: not known before something was heard.
    """

    language: str | None

    def words(self, utterance: Utterance) -> Iterator[Heard]:
        """What was said, in time order."""


class Pocketsphinx:
    """Pocketsphinx with the US English model that its package carries."""

    language: str | None = POCKETSPHINX_LANGUAGE

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        self._decoder = Decoder(samprate=SAMPLE_RATE_HZ, loglevel="FATAL")
        self._frame_s = 1.0 / float(self._decoder.config["frate"])

    def words(self, utterance: Utterance) -> Iterator[Heard]:
        """See ``Engine``; confidences are posterior probabilities."""
        decoder = self._decoder
        decoder.start_utt()
        decoder.process_raw(utterance.pcm, full_utt=True)
        decoder.end_utt()
        yield from _told(decoder, self._frame_s)


def _told(decoder: Any, frame_s: float, *, is_final: bool = True) -> Iterator[Heard]:
    """The words of a pocketsphinx decoder's utterance; one that is not over has no confidences."""
    for segment in decoder.seg() or ():
        if segment.word[0] in "<[":  # silence, noise
            continue
        text = _VARIANT.sub("", segment.word)
        begin_s, end_s = segment.start_frame * frame_s, (segment.end_frame + 1) * frame_s
        # Not a logarithm, as the library's C side has it; rounding may put it above 1.
        yield text, text, begin_s, end_s, min(1.0, max(0.0, segment.prob)) if is_final else None


class RunningEngine(Protocol):
    """A loaded engine that hears utterances while they go on, one at a time."""

    @property
    def language(self) -> str | None:
        """Of what was heard last; None: not known before something was heard. An attribute will do."""

    def begin(self) -> None:
        """An utterance begins; one that was not finished is forgotten."""

    def hear(self, pcm: bytes) -> None:
        """More of it: PCM16 little-endian mono at 16,000 Hz."""

    def words_so_far(self) -> list[Heard] | None:
        """What it seems to be; None: nothing new, since finding out would take too long now."""

    def finish(self) -> list[Heard]:
        """What was said, now that it is over."""


class RunningPocketsphinx:
    """Pocketsphinx: hears as it goes, so that little is left to do at the end."""

    language: str | None = POCKETSPHINX_LANGUAGE

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        self._decoder = Decoder(samprate=SAMPLE_RATE_HZ, loglevel="FATAL")
        self._frame_s = 1.0 / float(self._decoder.config["frate"])
        self._is_open = False

    def begin(self) -> None:
        """See ``RunningEngine``."""
        if self._is_open:
            self._decoder.end_utt()
        self._decoder.start_utt()
        self._is_open = True

    def hear(self, pcm: bytes) -> None:
        """See ``RunningEngine``."""
        self._decoder.process_raw(pcm)

    def words_so_far(self) -> list[Heard] | None:
        """See ``RunningEngine``."""
        return list(_told(self._decoder, self._frame_s, is_final=False))

    def finish(self) -> list[Heard]:
        """See ``RunningEngine``."""
        self._decoder.end_utt()
        self._is_open = False
        return list(_told(self._decoder, self._frame_s))


@dataclass(slots=True)
class Rest:
    """Until when an engine is kept for utterances that are over; shared by all who share the engine."""

    until_s: float = 0.0


class RunningWhole:
    """Any other engine: hears the utterance from its beginning again and again, seldom enough.

    Args:
        engine: Loaded; may be shared by several.
        clock: Seconds, any clock that never runs backwards.
        rest: Of the engine; None: nobody shares it.
    """

    def __init__(
        self, engine: Engine, clock: Callable[[], float] = time.monotonic, rest: Rest | None = None
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._pcm = bytearray()
        self._rest = rest or Rest()

    @property
    def language(self) -> str | None:
        """See ``RunningEngine``."""
        return self._engine.language

    def begin(self) -> None:
        """See ``RunningEngine``."""
        self._pcm.clear()

    def hear(self, pcm: bytes) -> None:
        """See ``RunningEngine``."""
        self._pcm += pcm

    def words_so_far(self) -> list[Heard] | None:
        """See ``RunningEngine``; a third of the engine's time at most goes into it, whoever asks."""
        began_s = self._clock()
        if began_s < self._rest.until_s:
            return None
        words = list(self._engine.words(Utterance(0.0, bytes(self._pcm))))
        now_s = self._clock()
        self._rest.until_s = now_s + 2 * (now_s - began_s)
        return words

    def finish(self) -> list[Heard]:
        """See ``RunningEngine``."""
        return list(self._engine.words(Utterance(0.0, bytes(self._pcm))))


def load_running_engines(name: str, options: dict[str, Any]) -> Iterator[RunningEngine]:
    """Engines of a name, each loaded when it is asked for; see ``load_engine``."""
    if name == POCKETSPHINX:
        while True:
            yield RunningPocketsphinx()
    engine, rest = load_engine(name, options), Rest()
    while True:
        yield RunningWhole(engine, rest=rest)


def load_engine(name: str, options: dict[str, Any]) -> Engine:
    """The engine of a name, loaded; takes up to some seconds.

    Args:
        name: ``POCKETSPHINX`` or ``FASTER_WHISPER``.
        options: ``model`` (a folder) and ``language`` for ``FASTER_WHISPER``.

    Raises:
        UnusableModel: If the operator's model cannot be used.
        ValueError: If there is no such engine.
    """
    if name == POCKETSPHINX:
        return Pocketsphinx()
    if name == FASTER_WHISPER:
        return FasterWhisper(Path(options["model"]), options.get("language"))
    raise ValueError(f"no engine {name!r}")


def load_problem(problem: Exception, options: Mapping[str, Any]) -> str:
    """Why an engine could not be loaded, for who asked for it: without where the model lies."""
    folder = Path(str(options.get("model")))
    told = str(problem) if isinstance(problem, UnusableModel) else f"{type(problem).__name__}: {problem}"
    return told.replace(str(folder), folder.name)[:300]
