"""Folders that are given as the server's Whisper model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from roomtone.config import Settings, UnusableSetting
from roomtone.service.transcripts.providers import served_providers
from roomtone.speech.errors import UnsupportedOption
from roomtone.speech.local.choice import choose
from roomtone.speech.local.whisper_folder import UnusableModel, check_model, languages_of

if TYPE_CHECKING:
    from pathlib import Path

SPECIAL = ["<|endoftext|>", "<|startoftranscript|>", "<|de|>", "<|en|>", "<|jw|>", "<|no|>", "<|translate|>"]


def whole(folder: Path, tokens: list[str] | None = None) -> Path:
    """A folder with the files of a model."""
    folder.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (folder / name).write_text("{}", "utf-8")
    (folder / "vocabulary.json").write_text(json.dumps(tokens or ["!", "", *SPECIAL, "<|0.00|>"]), "utf-8")
    return folder


def test_a_whole_model_will_do(tmp_path: Path):
    """Also of an older converter, which wrote the vocabulary as lines."""
    model = whole(tmp_path / "small")
    check_model(model)
    (model / "vocabulary.json").rename(model / "vocabulary.txt")
    check_model(model)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("model.bin", "no model.bin"),
        ("config.json", "no config.json; copy what is missing"),
        ("tokenizer.json", "no tokenizer.json; copy what is missing"),
        ("vocabulary.json", "no vocabulary.json; copy what is missing"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, missing: str, said: str):
    """Every file that the library needs, or would look for elsewhere."""
    model = whole(tmp_path / "small")
    (model / missing).unlink()
    with pytest.raises(UnusableModel, match=said):
        check_model(model)


def test_other_things_than_a_models_folder_are_told_apart(tmp_path: Path):
    """What people give by mistake: nothing, the file, the folder above, another format, somebody else's."""
    model = whole(tmp_path / "small")
    other = tmp_path / "other"
    other.mkdir()
    (other / "model.safetensors").touch()
    for folder, said in (
        (tmp_path / "nowhere", "no such folder"),
        (model / "model.bin", "is a file; give the folder"),
        (tmp_path, "seems to be in its folder 'small'"),
        (other, "another format; convert it"),
    ):
        with pytest.raises(UnusableModel, match=said):
            check_model(folder)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path):
    """As for want of rights; here a folder, which root cannot read as a file either."""
    model = whole(tmp_path / "small")
    (model / "model.bin").unlink()
    (model / "model.bin").mkdir()
    with pytest.raises(UnusableModel, match="cannot be read by the user that Roomtone runs as"):
        check_model(model)


def test_the_server_does_not_start_with_such_a_model(tmp_path: Path):
    """The setting and what to do are named."""
    with pytest.raises(UnusableSetting, match=r"ROOMTONE_WHISPER_MODEL_DIR: .*the folder has no model\.bin"):
        served_providers(Settings(whisper_model_dir=tmp_path))


def test_languages_are_those_of_the_vocabulary(tmp_path: Path):
    """In both its formats; a model of English alone has the tokens of all the same, and not the empty one."""
    model = whole(tmp_path / "small")
    assert languages_of(model) == {"de", "en", "jw", "no"}
    lines = whole(tmp_path / "older")
    (lines / "vocabulary.json").unlink()
    (lines / "vocabulary.txt").write_text("\n".join(["!", "", *SPECIAL]) + "\n", "utf-8")
    assert languages_of(lines) == {"de", "en", "jw", "no"}
    assert languages_of(whole(tmp_path / "small.en", ["!", *SPECIAL])) == {"en"}
    assert languages_of(whole(tmp_path / "odd", ["!"])) == frozenset()


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [("de", "de"), ("de-AT", "de"), ("nb_NO", "no"), ("jv", "jw"), ("auto", None), ("multi", None)],
)
def test_a_language_is_asked_for_as_elsewhere(tmp_path: Path, asked: str, chosen: str | None):
    """With a region, and by codes that Whisper does not have."""
    choice = choose({"language": asked}, whole(tmp_path / "small"))
    assert (choice.engine, choice.model, choice.language) == ("faster-whisper", "small", chosen)


def test_a_language_that_the_model_lacks_is_refused(tmp_path: Path):
    """Before anything is loaded; with pocketsphinx asked for, by what that knows."""
    model = whole(tmp_path / "small")
    with pytest.raises(
        UnsupportedOption, match=r"^language: the Whisper model 'small' does not know it: 'xx'"
    ):
        choose({"language": "xx"}, model)
    with pytest.raises(
        UnsupportedOption, match=r"^language: the Whisper model 'small.en' knows English alone"
    ):
        choose({"language": "de"}, whole(tmp_path / "small.en", ["!", *SPECIAL]))
    with pytest.raises(UnsupportedOption, match=r"^language: the local engine pocketsphinx"):
        choose({"engine": "pocketsphinx", "language": "de"}, model)
    # What cannot be told beforehand is left to the engine.
    assert choose({"language": "xx"}, whole(tmp_path / "odd", ["!"])).language == "xx"
