"""The lines of ``transcript_live.jsonl``: what was recognised while a meeting ran, as a session keeps it.

The session's live transcriber makes the file when it begins and appends every segment once it is final. A
file without lines: nobody said anything that was recognised. No file: nothing was transcribed live.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LIVE_TRANSCRIPT_NAME = "transcript_live.jsonl"


class LiveWord(BaseModel):
    """One word.

    Attributes:
        word: As it was recognised.
        start_s: When it begins, seconds since the recording began.
        end_s: When it ends.
        confidence: 0 to 1; None: the provider tells none.
        punctuated: As it is read; None: as ``word``.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    word: str
    start_s: float = Field(ge=0, allow_inf_nan=False)
    end_s: float = Field(ge=0, allow_inf_nan=False)
    confidence: float | None = Field(None, allow_inf_nan=False)
    punctuated: str | None = None


class LiveSegment(BaseModel):
    """A segment of one speaker that is final, or that replaces a former final one.

    Attributes:
        segment_id: Names the segment within the file; a later line of the same id replaces the former, and
            takes it back when it has no words. None: nothing replaces it.
        speaker_id: The participant's id; None: nobody could be named.
        speaker_name: The name; None: nobody could be named.
        start_s: When it begins, seconds since the recording began.
        end_s: When it ends.
        text: Its words as they are read.
        words: In time order.
        provider: The API's name, such as ``local_streaming``.
        model: What recognised it, as far as is known.
        language: BCP 47; None: not known.
        utterance: Number of the speaker's utterance that it is part of.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    segment_id: str | None = None
    speaker_id: str | None = None
    speaker_name: str | None = None
    start_s: float = Field(ge=0, allow_inf_nan=False)
    end_s: float = Field(ge=0, allow_inf_nan=False)
    text: str = ""
    words: tuple[LiveWord, ...] = ()
    provider: str = ""
    model: str = ""
    language: str | None = None
    utterance: int = 0


def segment_line(segment: LiveSegment) -> str:
    """The segment as a line, newline included."""
    return segment.model_dump_json() + "\n"


def parse_segment(line: str | bytes) -> LiveSegment | None:
    """The segment in a line; None when it is none, as the torn last line of a session that was killed."""
    try:
        return LiveSegment.model_validate_json(line)
    except ValidationError:
        return None
