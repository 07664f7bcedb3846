"""What the local engines of this server can do of what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roomtone.speech.errors import UnsupportedOption
from roomtone.speech.local import engines
from roomtone.speech.local.whisper_folder import languages_of, whispers_code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Choice:
    """What recognises.

    Attributes:
        engine: ``engines.POCKETSPHINX`` or ``engines.FASTER_WHISPER``.
        model: The model's name.
        language: As the engine calls it; None: whatever it is.
    """

    engine: str
    model: str
    language: str | None


def choose(options: Mapping[str, Any], whisper_model: Path | None) -> Choice:
    """The engine, the model and the language for the options of ``local``, or of what stands for it.

    Reads the model's vocabulary, a megabyte, when a language is asked of it for the first time.

    Args:
        options: The provider's.
        whisper_model: Folder of the operator's model; None: there is none.

    Raises:
        UnsupportedOption: If this server's engine cannot do it; the text begins with the option's name.
    """
    asked = str(options.get("engine") or "auto").replace("_", "-")
    best = engines.POCKETSPHINX if whisper_model is None else engines.FASTER_WHISPER
    engine = best if asked == "auto" else asked
    if engine == engines.FASTER_WHISPER and whisper_model is None:
        raise UnsupportedOption("engine: this server has no Whisper model; its operator can give it one")
    is_whisper = engine == engines.FASTER_WHISPER and whisper_model is not None
    has = whisper_model.name if is_whisper and whisper_model is not None else engines.POCKETSPHINX_MODEL
    model = options.get("model")
    if model is not None and model != has:
        raise UnsupportedOption(f"model: this server's {engine} has {has!r} alone")
    if options.get("translate"):
        raise UnsupportedOption("translate: the local engines do not translate")
    return Choice(engine, has, _language(options, whisper_model if is_whisper else None))


def engine_with(model: str) -> str:
    """The engine that has the model of a `Choice`."""
    return engines.POCKETSPHINX if model == engines.POCKETSPHINX_MODEL else engines.FASTER_WHISPER


def _language(options: Mapping[str, Any], whisper_model: Path | None) -> str | None:
    asked = str(options.get("language") or "auto").replace("_", "-").lower()
    if asked in {"auto", "multi"}:
        return None
    language = asked.partition("-")[0]
    if whisper_model is None:
        if language == "en":
            return language
        raise UnsupportedOption(
            f"language: the local engine pocketsphinx knows English alone, not {language!r}; the server's "
            "operator can give it a Whisper model"
        )
    code, known = whispers_code(language), languages_of(whisper_model)
    if known and code not in known:
        knows = "knows English alone" if known == {"en"} else "does not know it"
        raise UnsupportedOption(f"language: the Whisper model {whisper_model.name!r} {knows}: {language!r}")
    return code
