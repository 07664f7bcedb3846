"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from roomtone.config import UnusableSetting, load_settings


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch):
    """What a compose file leaves empty has its default; the data folder is not the current one."""
    monkeypatch.setenv("ROOMTONE_DATA_DIR", "")
    monkeypatch.setenv("ROOMTONE_PORT", "")
    settings = load_settings()
    assert settings.port == 8700
    assert settings.data_dir != Path()
    assert settings.data_dir.is_absolute()


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "70000"), ("CHROMIUM_ARGS", "no list"), ("LOG_LEVEL", "loud")]
)
def test_what_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    """A wrong value is told with its variable."""
    monkeypatch.setenv(f"ROOMTONE_{name}", value)
    with pytest.raises(UnusableSetting, match=f"(?i){name}"):
        load_settings()


def test_the_models_folder_has_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The name is the model's, in answers: also where the folder was given as the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROOMTONE_WHISPER_MODEL_DIR", ".")
    assert load_settings().whisper_model_dir == tmp_path
    monkeypatch.setenv("ROOMTONE_WHISPER_MODEL_DIR", "~/models/small")
    assert load_settings().whisper_model_dir == Path.home() / "models" / "small"
