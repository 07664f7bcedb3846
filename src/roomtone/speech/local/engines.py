"""The recognising engines, each as a function from an utterance to words. They run in a child process."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from roomtone.speech.local.utterances import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roomtone.speech.local.utterances import Utterance

POCKETSPHINX = "pocketsphinx"
FASTER_WHISPER = "faster-whisper"
POCKETSPHINX_MODEL = "en-us"
POCKETSPHINX_LANGUAGE = "en-US"

Heard = tuple[str, str, float, float, float | None]
"""A word: bare, as it is read, begin and end in seconds from the utterance's beginning, confidence."""
_VARIANT = re.compile(r"\(\d+\)$")
_BARE = re.compile(r"^\W+|\W+$")


class Engine(Protocol):
    """A loaded engine.

    Attributes:
        language: Of the words; None: not known before something was heard.
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
        for segment in decoder.seg() or ():
            if segment.word[0] in "<[":  # silence, noise
                continue
            text = _VARIANT.sub("", segment.word)
            begin_s, end_s = segment.start_frame * self._frame_s, (segment.end_frame + 1) * self._frame_s
            # Not a logarithm, as the library's C side has it; rounding may put it above 1.
            yield text, text, begin_s, end_s, min(1.0, max(0.0, segment.prob))


class FasterWhisper:
    """A Whisper model of the operator's, run by faster-whisper on the CPU.

    Args:
        model: The model's folder.
        language: ISO 639-1; None: told by the model, an utterance at a time.
    """

    def __init__(self, model: Path, language: str | None) -> None:
        from faster_whisper import WhisperModel

        self._model = WhisperModel(
            str(model),
            device="cpu",
            compute_type="int8",
            cpu_threads=os.cpu_count() or 1,
            local_files_only=True,
        )
        self._asked = language
        self.language = language

    def words(self, utterance: Utterance) -> Iterator[Heard]:
        """See ``Engine``; confidences are the model's probabilities."""
        import numpy as np

        samples = np.frombuffer(utterance.pcm, "<i2").astype(np.float32) / 32768.0
        segments, info = self._model.transcribe(
            samples, language=self._asked, word_timestamps=True, condition_on_previous_text=False
        )
        self.language = self.language or info.language
        for segment in segments:
            for word in segment.words or ():
                shown = word.word.strip()
                yield _BARE.sub("", shown).lower() or shown, shown, word.start, word.end, word.probability


def load_engine(name: str, options: dict[str, Any]) -> Engine:
    """The engine of a name, loaded; takes up to some seconds.

    Args:
        name: ``POCKETSPHINX`` or ``FASTER_WHISPER``.
        options: ``model`` (a folder) and ``language`` for ``FASTER_WHISPER``.

    Raises:
        ImportError: If its package is not installed.
        ValueError: If there is no such engine.
    """
    if name == POCKETSPHINX:
        return Pocketsphinx()
    if name == FASTER_WHISPER:
        return FasterWhisper(Path(options["model"]), options.get("language"))
    raise ValueError(f"no engine {name!r}")
