"""What a session tells of the files it makes of single participants: ``streams.jsonl``.

Each file in ``streams/`` is one *segment* of one participant's sound, camera or shared screen. The lines:

    {"what": "opened", "file", "kind", "participant_id", "name", "start_sample"}    before its first byte
    {"what": "named", "participant_id", "name"}                                     it came late, or changed
    {"what": "closed", "file", "samples"}                                           the file is complete

A file that was not closed was cut off with its session; what is in it plays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable

STREAMS_FOLDER = "streams"
"""In a session's folder: the segments."""
STREAMS_MANIFEST = "streams.jsonl"
"""In a session's folder: the lines above."""
MOST_SEGMENTS = 2_000
"""Of one stay, sound and picture together."""
_MOST_LINES = 10 * MOST_SEGMENTS
_FILE = r"^(audio|video)-[0-9]{4}\.webm$"

StreamKind = Literal["audio", "camera", "share"]
"""What a segment holds: a voice, a camera's picture, a shared screen's picture."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True)


class StreamOpened(_Line):
    """A segment begins; ``start_sample`` counts at 48,000 Hz from the first sample of the recording."""

    what: Literal["opened"] = "opened"
    file: Annotated[str, Field(pattern=_FILE)]
    kind: StreamKind
    participant_id: str
    name: str
    start_sample: Annotated[int, Field(ge=0)]


class StreamNamed(_Line):
    """The participant's name from now on, for all of their segments."""

    what: Literal["named"] = "named"
    participant_id: str
    name: str


class StreamClosed(_Line):
    """A segment is complete; ``samples`` is its length at 48,000 Hz."""

    what: Literal["closed"] = "closed"
    file: Annotated[str, Field(pattern=_FILE)]
    samples: Annotated[int, Field(ge=0)]


StreamLine = StreamOpened | StreamNamed | StreamClosed
_LINES: TypeAdapter[StreamLine] = TypeAdapter(Annotated[StreamLine, Field(discriminator="what")])


@dataclass(frozen=True, slots=True)
class StreamSegment:
    """A segment as the manifest tells it.

    Attributes:
        file: Its name in ``streams/``.
        kind: What it holds.
        participant_id: The platform's id of whose it is; ``NoSpeaker``: nobody is known for it.
        name: The name as it was known last; may be ``NoSpeaker`` or empty.
        start_sample: Samples (48,000 Hz) from the beginning of the recording to its own.
        samples: Its length; None when it was cut off.
    """

    file: str
    kind: StreamKind
    participant_id: str
    name: str
    start_sample: int
    samples: int | None = None


def read_manifest(lines: Iterable[str]) -> list[StreamSegment]:
    """The segments, in the order in which they began; lines that are none are passed over. Bounded."""
    segments: dict[str, StreamSegment] = {}
    names: dict[str, str] = {}
    for number, text in enumerate(lines):
        if number >= _MOST_LINES:
            break
        try:
            line = _LINES.validate_json(text)
        except ValidationError:
            continue  # torn by a crash
        match line:
            case StreamOpened() if len(segments) < MOST_SEGMENTS:
                names[line.participant_id] = line.name
                segments[line.file] = StreamSegment(
                    line.file, line.kind, line.participant_id, line.name, line.start_sample
                )
            case StreamNamed():
                names[line.participant_id] = line.name
            case StreamClosed() if line.file in segments:
                segments[line.file] = replace(segments[line.file], samples=line.samples)
    return [replace(one, name=names[one.participant_id]) for one in segments.values()]
