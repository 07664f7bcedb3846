"""The options of each transcript provider: names, defaults and ranges as the contract has them.

Deepgram's and AssemblyAI's are those providers' own parameters and are passed on to them. What a model does
not know is ignored, null takes the default.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictStr
from pydantic_core import core_schema

from roomtone.bot.wire_model import WireModel

MOST_TERMS = 1000
"""Most words in one list."""

Word = Annotated[StrictStr, Field(pattern=r"^[!-~]{1,100}$")]
"""A model's or a language's name: printable ASCII without spaces."""
Term = Annotated[StrictStr, Field(min_length=1, max_length=200)]
Terms = Annotated[list[Term], Field(max_length=MOST_TERMS)]
Seconds = Annotated[float, Field(strict=True, gt=0, le=60, allow_inf_nan=False)]
Milliseconds = Annotated[int, Field(strict=True, ge=0, le=60_000)]


TranscriptionMode = Literal["sentence", "word", "raw"]
"""What is told of live words: finished sentences, each word once it is certain, or everything as it comes."""
_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,20})?")


@dataclass(frozen=True, slots=True)
class NumberText:
    """Marks a ``str`` field: a number that the contract sends as text, taken as either and kept as text."""

    least: int
    most: int

    def check(self, value: Any) -> str:
        """The number's text; raises ``ValueError`` when it is none or out of range."""
        text = "" if isinstance(value, bool) else str(value)
        if _NUMBER.fullmatch(text) is None or not self.least <= float(text) <= self.most:
            raise ValueError(f"must be a number from {self.least} to {self.most}, as a text or not")
        return text

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        """How pydantic checks it."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> dict[str, Any]:
        """How it stands in the API's document."""
        number = {"type": "number", "minimum": self.least, "maximum": self.most}
        return {"anyOf": [number, {"type": "string", "pattern": f"^{_NUMBER.pattern}$"}]}


_Share = Annotated[str, NumberText(0, 1)]
_MillisecondsText = Annotated[str, NumberText(0, 60_000)]


class NoOptions(WireModel):
    """A provider that takes no options."""


class DeepgramOptions(WireModel):
    """Deepgram, of a recording."""

    model: Word = "nova-3"
    language: Word = Field("en", description="`multi` for several in one meeting.")
    punctuate: StrictBool = True
    smart_format: StrictBool = True
    diarize: StrictBool = True
    paragraphs: StrictBool = True
    numerals: StrictBool = True
    filler_words: StrictBool = False
    utterances: StrictBool = True
    utt_split: Seconds = Field(0.8, description="Silence between two utterances, seconds.")
    detect_language: StrictBool = False
    keywords: Terms = Field(default_factory=list)
    search: Terms = Field(default_factory=list)
    tag: Terms = Field(default_factory=list)


class AssemblyaiOptions(WireModel):
    """AssemblyAI, of a recording."""

    speech_models: Annotated[list[Word], Field(min_length=1, max_length=10)] = Field(
        default_factory=lambda: ["universal-2"], description="In order of preference."
    )
    language_code: Word = "en_us"
    speaker_labels: StrictBool = True
    punctuate: StrictBool = True
    format_text: StrictBool = True
    filter_profanity: StrictBool = False
    redact_pii: StrictBool = False
    auto_chapters: StrictBool = False
    entity_detection: StrictBool = False
    keyterms_prompt: Terms = Field(default_factory=list)


class JigsawstackOptions(WireModel):
    """JigsawStack, of a recording."""

    language: Word = "auto"
    translate: StrictBool = False
    by_speaker: StrictBool = True


class SarvamOptions(WireModel):
    """Sarvam, of a recording."""

    model: Word = "saaras:v3"
    language_code: Word = "en-IN"
    mode: Literal["transcribe", "translate"] = "transcribe"
    with_diarization: StrictBool = True


class MeetstreamOptions(WireModel):
    """MeetStream's own model, of a recording."""

    language: Word = "auto"
    translate: StrictBool = False


class OpenaiCompatibleOptions(WireModel):
    """Any server that speaks OpenAI's `/audio/transcriptions`; which one is the server's setting."""

    model: Word = "whisper-1"
    language: Word | None = Field(None, description="ISO 639-1; null: the server finds out.")
    prompt: Annotated[StrictStr, Field(max_length=4000)] | None = Field(
        None, description="Names and words that are likely to be said."
    )
    temperature: Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)] = 0.0


class LocalOptions(WireModel):
    """Speech to text on the server itself, which needs no account."""

    engine: Literal["auto", "pocketsphinx", "faster_whisper"] = Field(
        "auto", description="auto: faster_whisper when the server has it with a model, else pocketsphinx."
    )
    model: Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")] | None = Field(
        None, description="Name of one of the server's models; null: its default."
    )
    language: Word = "en"


class LocalStreamingOptions(LocalOptions):
    """Speech to text on the server itself, while the meeting runs."""

    transcription_mode: TranscriptionMode = "raw"


class CaptionStreamingOptions(WireModel):
    """The meeting's own captions, while it runs."""

    transcription_mode: TranscriptionMode = "raw"


class DeepgramStreamingOptions(WireModel):
    """Deepgram, while the meeting runs."""

    model: Word = "nova-2"
    transcription_mode: TranscriptionMode = "sentence"
    language: Word = "en"
    punctuate: StrictBool = True
    smart_format: StrictBool = True
    endpointing: Milliseconds = Field(300, description="Silence that ends an utterance, milliseconds.")
    vad_events: StrictBool = True
    utterance_end_ms: Annotated[int, Field(strict=True, ge=1000, le=60_000)] = 1000
    encoding: Literal["linear16"] = "linear16"
    channels: Annotated[int, Field(strict=True, ge=1, le=1)] = 1


class AssemblyaiStreamingOptions(WireModel):
    """AssemblyAI, while the meeting runs; four of its numbers are texts."""

    speech_model: Word = "universal-streaming-english"
    transcription_mode: Literal["raw", "sentence"] = "raw"
    sample_rate: Annotated[int, Field(strict=True, ge=8000, le=48_000)] = 48_000
    format_turns: StrictBool = False
    encoding: Literal["pcm_s16le"] = "pcm_s16le"
    vad_threshold: _Share = "0.4"
    end_of_turn_confidence_threshold: _Share = "0.4"
    inactivity_timeout: Annotated[int, Field(strict=True, ge=5, le=3600)] = Field(
        300, description="Seconds without speech after which the provider hangs up."
    )
    min_end_of_turn_silence_when_confident: _MillisecondsText = "400"
    max_turn_silence: _MillisecondsText = "1280"
