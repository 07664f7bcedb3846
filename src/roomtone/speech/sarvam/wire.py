"""What is known of Sarvam's API, all of it in one place.

Sources: the types, docstrings and requests of its official Python package (``sarvamai`` 0.1.39). How many
files a job takes and how long they may be is what its public guides say. Nothing of it was tried on the
service itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roomtone.speech.cloud.languages import bcp47

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "Sarvam"
ADDRESS = "https://api.sarvam.ai"
KEY_HEADER = "api-subscription-key"

SPEECH = "/speech-to-text"
"""``POST`` a form: ``file`` and the parameters; up to 30 s, no diarisation."""
LONGEST_AT_ONCE_S = 28.0
JOBS = "/speech-to-text/job/v1"
"""``POST {"job_parameters"}`` makes a job; then ``/upload-files``, ``/{id}/start``, ``/{id}/status``,
``/download-files``."""
MOST_FILES = 20
LONGEST_FILE_S = 1800.0
"""An hour is said to be the longest."""
STORAGE_HEADERS = {"x-ms-blob-type": "BlockBlob"}
"""The links for files lead to a cloud's storage, which wants this and not the key."""

DEFAULT_MODEL = "saaras:v3"
_MODES_OF = ("saaras:v3", "saaras:v4")
UNKNOWN_LANGUAGE = "unknown"
"""Sarvam finds out."""
_ODIA = "od"
"""Sarvam's own code of a language that is ``or`` everywhere else."""

NOT_STARTED = frozenset({"accepted"})
COMPLETED, FAILED = "completed", "failed"
"""States of a job, in small letters; others are of one that runs."""
SUCCESS, OUR_FAULT = "success", "api error"
"""States of a file's task, in small letters; ``api error`` will be one again."""


def parameters_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for in a form and in a job alike.

    Args:
        options: ``SarvamOptions``.
    """
    model = str(options.get("model") or DEFAULT_MODEL)
    parameters: dict[str, Any] = {
        "model": model,
        "language_code": _sarvams_code(language_asked(options)),
        "with_timestamps": True,
    }
    if model.startswith(_MODES_OF):
        parameters["mode"] = str(options.get("mode") or "transcribe")
    return parameters


def form_fields(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The form's fields besides the file."""
    return [
        (name, ("true" if value else "false") if isinstance(value, bool) else value)
        for name, value in parameters_of(options).items()
    ]


def language_asked(options: Mapping[str, Any]) -> str | None:
    """BCP 47 of the language that was asked for; None: Sarvam is to find out."""
    language = str(options.get("language_code") or UNKNOWN_LANGUAGE)
    return None if language in {UNKNOWN_LANGUAGE, "auto", "multi"} else language_told(language)


def language_told(told: Any) -> str | None:
    """BCP 47 of a language as Sarvam tells it; None: it tells none."""
    tag = bcp47(told)
    return f"or{tag[2:]}" if tag in {_ODIA, f"{_ODIA}-IN"} else tag


def _sarvams_code(language: str | None) -> str:
    if language is None:
        return UNKNOWN_LANGUAGE
    return f"{_ODIA}{language[2:]}" if language in {"or", "or-IN"} else language
