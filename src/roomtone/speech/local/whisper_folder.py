"""The operator's Whisper model: whether a folder holds one that faster-whisper can use, and its languages.

Looked at before anything is loaded. What is missing would be told late and in the library's words, and for a
missing tokenizer the library would ask the model hub on the internet.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CONVERT = "ct2-transformers-converter --copy_files tokenizer.json preprocessor_config.json"
_VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
_SOURCES = ("*.safetensors", "pytorch_model*.bin", "*.pt", "ggml-*.bin", "*.gguf")
"""Whisper models in the formats of others."""
_FIRST_SPECIAL, _AFTER_LANGUAGES = "<|startoftranscript|>", "<|translate|>"
_WHISPERS_CODES = {"nb": "no", "jv": "jw", "fil": "tl", "iw": "he", "in": "id", "cmn": "zh"}
"""Languages that Whisper has under another code than they are asked for by."""
_SPOKEN_CODES = {"jw": "jv"}


class UnusableModel(ValueError):
    """A folder that holds no model that can be used; the text tells its operator what to do."""


def check_model(folder: Path) -> None:
    """Look whether a folder holds a whole CTranslate2 Whisper model. Blocking.

    Raises:
        UnusableModel: If something is missing or cannot be read.
    """
    try:
        if folder.is_file():
            raise UnusableModel("the model is a file; give the folder that it lies in")
        if not folder.is_dir():
            raise UnusableModel("there is no such folder for the model")
        names = {path.name for path in folder.iterdir()}
        if "model.bin" not in names:
            raise UnusableModel(_without_model(folder))
        missing = [name for name in ("config.json", "tokenizer.json") if name not in names]
        missing += [] if names & set(_VOCABULARIES) else [_VOCABULARIES[0]]
        if missing:
            raise UnusableModel(
                f"the model's folder has no {' and no '.join(missing)}; copy what is missing from where the "
                f"model is from, or convert it again ({_CONVERT} ...)"
            )
        for name in names & {"model.bin", "config.json", "tokenizer.json", *_VOCABULARIES}:
            with (folder / name).open("rb"):
                pass
    except OSError as problem:
        told = f"the model cannot be read by the user that Roomtone runs as: {problem.strerror}"
        raise UnusableModel(told) from None


def _without_model(folder: Path) -> str:
    if any(next(folder.glob(pattern), None) for pattern in _SOURCES):
        return f"the folder holds a model in another format; convert it to CTranslate2's ({_CONVERT} ...)"
    inside = next((path.parent.name for path in folder.glob("*/model.bin")), None)
    if inside is not None:
        return f"the folder has no model.bin; the model seems to be in its folder {inside!r}"
    return "the folder has no model.bin, as a CTranslate2 model has"


@lru_cache(maxsize=8)
def languages_of(folder: Path) -> frozenset[str]:
    """Whisper's codes of the languages that a model knows; empty: that cannot be told. Blocking, once."""
    try:
        tokens = _tokens(folder)
        first, last = tokens.index(_FIRST_SPECIAL), tokens.index(_AFTER_LANGUAGES)
    except (OSError, ValueError):
        return frozenset()
    # The models that know English alone have the tokens of all languages too. The empty token is by what
    # CTranslate2 tells them apart.
    if "" not in tokens:
        return frozenset({"en"})
    return frozenset(token[2:-2] for token in tokens[first + 1 : last])


def whispers_code(language: str) -> str:
    """What Whisper calls a language (ISO 639)."""
    return _WHISPERS_CODES.get(language, language)


def spoken_code(language: str) -> str:
    """ISO 639 of a language by Whisper's code."""
    return _SPOKEN_CODES.get(language, language)


def _tokens(folder: Path) -> list[str]:
    listed, lines = (folder / name for name in _VOCABULARIES)
    if listed.is_file():
        tokens = json.loads(listed.read_text("utf-8"))
        if not isinstance(tokens, list):
            raise ValueError("no list of tokens")
        return [str(token) for token in tokens]
    return lines.read_text("utf-8").split("\n")[:-1]
