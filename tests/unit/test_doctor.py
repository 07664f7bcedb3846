"""The doctor's checks that need no browser."""

from __future__ import annotations

import os
import socket

import pytest

from roomtone.config import Settings
from roomtone.doctor import (
    Verdict,
    attempt,
    check_browser,
    check_data_folder,
    check_driver,
    check_keys,
    check_port,
    check_python,
    check_transcripts,
    driver_remedy,
    output_of,
    readable_settings,
)


def test_an_old_python_is_missing():
    """Python 3.10 is not enough, 3.11 and later are."""
    assert check_python((3, 10)).verdict is Verdict.MISSING
    assert check_python((3, 11)).verdict is Verdict.GOOD
    assert check_python((4, 0)).verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("name", "value"),
    [("ROOMTONE_PORT", "many"), ("ROOMTONE_CHROMIUM_ARGS", "not a list"), ("ROOMTONE_SLOTS", "-1")],
)
def test_a_broken_setting_is_named_and_the_others_are_kept(monkeypatch, name, value):
    """One unreadable variable is told by its name; the rest of the environment still counts and is not changed."""
    monkeypatch.setenv("ROOMTONE_HOST", "127.0.0.9")
    monkeypatch.setenv(name, value)
    settings, problem = readable_settings()
    assert problem is not None
    assert name in problem or name.removeprefix("ROOMTONE_").lower() in problem
    assert settings.host == "127.0.0.9"
    assert os.environ[name] == value


def test_a_named_browser_that_is_not_there_is_missing(tmp_path):
    """A wrong ROOMTONE_CHROMIUM is told, with the way to get a browser."""
    finding = check_browser(Settings(chromium=tmp_path / "nothing"))
    assert finding.verdict is Verdict.MISSING
    assert "ROOMTONE_CHROMIUM" in finding.remedy


def test_a_whisper_model_that_cannot_be_loaded_is_missing(tmp_path):
    """The engine is tried as for a transcript; without a model there is nothing to try."""
    assert check_transcripts(Settings()).verdict is Verdict.GOOD
    finding = check_transcripts(Settings(whisper_model_dir=tmp_path))
    assert finding.verdict is Verdict.MISSING
    assert finding.found == f"{tmp_path}: the folder has no model.bin, as a CTranslate2 model has"
    assert "ROOMTONE_WHISPER_MODEL_DIR" in finding.remedy


def test_a_data_folder_that_cannot_be_made_is_missing(tmp_path):
    """A data folder under a file is refused, one that is not there yet is looked at and not made."""
    (tmp_path / "file").write_text("")
    assert check_data_folder(Settings(data_dir=tmp_path / "file")).verdict is Verdict.MISSING
    assert check_data_folder(Settings(data_dir=tmp_path / "new")).verdict is not Verdict.MISSING
    assert not (tmp_path / "new").exists()


def test_too_little_space_is_missing(tmp_path):
    """Less room than recordings need is said before one is lost."""
    finding = check_data_folder(Settings(data_dir=tmp_path, min_free_disk_mb=10**9))
    assert finding.verdict is Verdict.MISSING


def test_a_port_in_use_is_told():
    """A port that something else listens on is missing; a free one is good."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        other.settimeout(0.1)
        port = other.getsockname()[1]
        finding = check_port(Settings(port=port))
    assert finding.verdict is Verdict.MISSING
    assert "ROOMTONE_PORT" in finding.remedy
    assert check_port(Settings(port=port)).verdict is Verdict.GOOD


def test_no_key_yet_is_advice_and_makes_no_database(tmp_path):
    """A new data folder stays empty."""
    assert check_keys(Settings(data_dir=tmp_path)).verdict is Verdict.ADVICE
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_fails_or_is_missing_has_no_output():
    """What a program says counts only when it succeeds."""
    assert output_of(["sh", "-c", "echo well"]) == "well\n"
    assert output_of(["sh", "-c", "echo well; exit 1"]) is None
    assert output_of(["no-such-program-at-all"]) is None


def test_a_program_that_fails_says_why():
    """The last line of its complaints is kept; of a missing program, what the system says."""
    assert attempt(["sh", "-c", "echo first >&2; echo second >&2; exit 1"]) == (None, "second")
    assert attempt(["sh", "-c", "echo well; echo besides >&2"]) == ("well\n", "besides")
    assert "No such file" in attempt(["no-such-program-at-all"])[1]


def test_the_driver_of_the_browser_runs_here():
    """Where the tests run the driver does, and says its version."""
    finding = check_driver(Settings())
    assert finding.verdict is Verdict.GOOD
    assert "v" in finding.found


def test_a_driver_without_a_library_is_told_the_package():
    """The loader's complaint becomes the command that helps; any other one the way to a new installation."""
    said = "/x/node: error while loading shared libraries: {}: cannot open shared object file: No such file"
    assert driver_remedy(said.format("libatomic.so.1")).endswith(" libatomic1")
    assert "libother.so.3" in driver_remedy(said.format("libother.so.3"))
    assert "./dev setup" in driver_remedy("Exec format error")
