"""A Whisper model of the operator's, run by faster-whisper; in a child process as every engine."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from roomtone.speech.local.utterances import SAMPLE_RATE_HZ
from roomtone.speech.local.whisper_folder import UnusableModel, check_model, spoken_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roomtone.speech.local.engines import Heard
    from roomtone.speech.local.utterances import Utterance

_BARE = re.compile(r"^\W+|\W+$")
_LEAST_WORD_S = 0.02
"""What Whisper measures time in; it has words that begin and end at once."""


class FasterWhisper:
    """See ``Engine``. Runs on the CPU.

    Args:
        model: The model's folder.
        language: Whisper's code; None: told by the model, an utterance at a time.

    Raises:
        UnusableModel: If the folder holds no model that can be used, or faster-whisper cannot be imported.
    """

    def __init__(self, model: Path, language: str | None) -> None:
        check_model(model)
        os.environ["HF_HUB_OFFLINE"] = "1"  # nothing is downloaded, whatever the library looks for
        try:
            from faster_whisper import WhisperModel
        except ImportError as problem:
            raise UnusableModel(f"faster-whisper cannot be imported: {problem}") from None
        self._model = WhisperModel(
            str(model),
            device="cpu",
            compute_type="int8",
            cpu_threads=len(os.sched_getaffinity(0)),
            local_files_only=True,
        )
        has, wants = self._model.feature_extractor.mel_filters.shape[0], self._model.model.n_mels
        if has != wants:
            raise UnusableModel(
                f"the model takes sound in {wants} bands and would get {has}; copy preprocessor_config.json "
                "into its folder from where the model is from"
            )
        self._asked = language
        self.language = None if language is None else spoken_code(language)

    def words(self, utterance: Utterance) -> Iterator[Heard]:
        """See ``Engine``; confidences are the model's probabilities."""
        import numpy as np

        samples = np.frombuffer(utterance.pcm, "<i2").astype(np.float32) / 32768.0
        segments, info = self._model.transcribe(
            samples, language=self._asked, word_timestamps=True, condition_on_previous_text=False
        )
        self.language = spoken_code(info.language)
        for segment in segments:
            for word in segment.words or ():
                if shown := word.word.strip():
                    yield _whispered(shown, word, len(samples) / SAMPLE_RATE_HZ)


def _whispered(shown: str, word: Any, length_s: float) -> Heard:
    """A word of Whisper's; times stay within the utterance, which Whisper fills up to half a minute."""
    start_s = max(0.0, min(float(word.start), length_s - _LEAST_WORD_S))
    end_s = min(length_s, max(float(word.end), start_s + _LEAST_WORD_S))
    sure = min(1.0, max(0.0, float(word.probability)))
    return _BARE.sub("", shown).lower() or shown, shown, start_s, end_s, sure
