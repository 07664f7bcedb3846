"""The providers that this version serves, by the API's names."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.bot.transcript_providers import SERVED_PROVIDERS, STREAMING_PROVIDERS
from roomtone.config import UnusableSetting
from roomtone.speech.assemblyai.provider import AssemblyaiRecognition
from roomtone.speech.captions import MeetingCaptions
from roomtone.speech.deepgram.provider import DeepgramRecognition
from roomtone.speech.jigsawstack.provider import JigsawstackRecognition
from roomtone.speech.live_transcript import LiveTranscript
from roomtone.speech.local.provider import LocalRecognition
from roomtone.speech.local.whisper_folder import UnusableModel, check_model
from roomtone.speech.openai_compatible.provider import OpenaiCompatibleRecognition
from roomtone.speech.sarvam.provider import SarvamRecognition

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.config import Settings
    from roomtone.speech.port import Provider


_STREAMING = sorted(SERVED_PROVIDERS & set(STREAMING_PROVIDERS))


@dataclass(frozen=True, slots=True)
class ServedProvider:
    """A provider and what it needs.

    Attributes:
        provider: The adapter.
        listens: Whether it needs the audio; else the meeting's captions are enough.
    """

    provider: Provider
    listens: bool = True


def served_providers(settings: Settings) -> dict[str, ServedProvider]:
    """The served providers; their names are ``transcript_providers.SERVED_PROVIDERS``.

    ``meetstream`` is the house's own model there, so here it is ours. Streaming ones worked while the meeting
    ran; here what they said becomes a transcript.

    Raises:
        UnusableSetting: If the Whisper model is set and cannot be used.
    """
    model = settings.whisper_model_dir
    if model is not None:
        _check_whisper(model)
    return {
        "local": ServedProvider(LocalRecognition("local", model)),
        "meetstream": ServedProvider(LocalRecognition("meetstream", model)),
        "meeting_captions": ServedProvider(MeetingCaptions(), listens=False),
        "deepgram": ServedProvider(DeepgramRecognition()),
        "assemblyai": ServedProvider(AssemblyaiRecognition()),
        "openai_compatible": ServedProvider(OpenaiCompatibleRecognition()),
        "sarvam": ServedProvider(SarvamRecognition()),
        "jigsawstack": ServedProvider(JigsawstackRecognition()),
        **{name: ServedProvider(LiveTranscript(name), listens=False) for name in _STREAMING},
    }


def _check_whisper(model: Path) -> None:
    try:
        check_model(model)
    except UnusableModel as problem:
        raise UnusableSetting(f"ROOMTONE_WHISPER_MODEL_DIR: {model}: {problem}") from None
    if importlib.util.find_spec("faster_whisper") is None:
        raise UnusableSetting(
            "ROOMTONE_WHISPER_MODEL_DIR: needs faster-whisper where Roomtone is installed: "
            f"{shlex.quote(sys.executable)} -m pip install faster-whisper"
        )
