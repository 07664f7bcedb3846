"""What is asked of a server, and what instead when it refuses that. Pure."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roomtone.speech.errors import ProviderRefused


class Shape(Enum):
    """The shape of the answers that are asked for."""

    WORDS = "words"
    """``verbose_json`` with the times of words."""
    SEGMENTS = "segments"
    """``verbose_json`` as the server makes it."""
    DIARIZED = "diarized"
    """``diarized_json``: segments with labels."""
    TEXT = "text"
    """``json``: nothing but a text, so every utterance is asked for by itself and its time is known."""


DEFAULT_MODEL = "whisper-1"
_DIARIZING = re.compile(r"gpt-.*transcribe-diarize")
_TEXT_ALONE = re.compile(r"gpt-.*transcribe")
"""``gpt-transcribe``, ``gpt-4o-transcribe``, ``gpt-4o-mini-transcribe`` and their dated versions."""
_UNKNOWN_FORMAT = re.compile(r"response[_ ]format|verbose_json", re.IGNORECASE)
_UNKNOWN_TIMES = re.compile(r"timestamp_granularit", re.IGNORECASE)
_TOO_MUCH = re.compile(
    r"maximum (?:content|file|audio|upload)\w* size|(?:file|audio|body|entity) (?:is )?too (?:large|long|big)"
    r"|longer than \d+",
    re.IGNORECASE,
)
_REFUSALS = frozenset({400, 404, 405, 415, 422, 501})
_NO_LANGUAGE = frozenset({"", "auto", "multi"})


def shape_of(model: str) -> Shape:
    """What a model can do, by its name; unknown ones are taken for a Whisper."""
    if _DIARIZING.match(model):
        return Shape.DIARIZED
    return Shape.TEXT if _TEXT_ALONE.match(model) else Shape.WORDS


def shape_after(shape: Shape, refusal: ProviderRefused) -> Shape | None:
    """What to ask for after a server refused a shape; None: the refusal is about something else."""
    if refusal.status not in _REFUSALS or shape not in {Shape.WORDS, Shape.SEGMENTS}:
        return None
    if shape is Shape.WORDS and _UNKNOWN_TIMES.search(refusal.said):
        return Shape.SEGMENTS
    return Shape.TEXT if _UNKNOWN_FORMAT.search(refusal.said) else None


def is_too_much(refusal: ProviderRefused) -> bool:
    """Whether a smaller piece of the same sound would be taken."""
    return refusal.status == 413 or (refusal.status in _REFUSALS and bool(_TOO_MUCH.search(refusal.said)))


def fields_of(options: Mapping[str, Any], shape: Shape) -> list[tuple[str, str]]:
    """The form's fields besides the file.

    Args:
        options: ``OpenaiCompatibleOptions``.
        shape: Of the answer.
    """
    fields = [("model", str(options.get("model") or DEFAULT_MODEL))]
    language = language_asked(options)
    if language is not None:
        fields.append(("language", language))
    if options.get("prompt") and shape is not Shape.DIARIZED:  # which refuses one
        fields.append(("prompt", str(options["prompt"])))
    if options.get("temperature"):  # 0 is every server's default
        fields.append(("temperature", f"{options['temperature']:g}"))
    return fields + _FORMATS[shape]


def language_asked(options: Mapping[str, Any]) -> str | None:
    """ISO 639-1 of the language that was asked for; None: the server is to find out."""
    language = str(options.get("language") or "").replace("_", "-").lower().partition("-")[0]
    return None if language in _NO_LANGUAGE else language


_FORMATS = {
    Shape.WORDS: [
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
    ],
    Shape.SEGMENTS: [("response_format", "verbose_json")],
    # Needed above 30 s.
    Shape.DIARIZED: [("response_format", "diarized_json"), ("chunking_strategy", "auto")],
    Shape.TEXT: [("response_format", "json")],
}
