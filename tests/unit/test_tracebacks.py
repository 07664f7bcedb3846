"""Exceptions in logs tell their types and places, and nothing of what they were about."""

from __future__ import annotations

import errno
import logging
import sqlite3
import sys

from roomtone.tracebacks import PlacesFormatter, describe, render_exception

SECRET = "Ada Lovelace at http://127.0.0.1/practice/secret"


def _fail(kept_in_a_local: str) -> None:
    raise ValueError(f"no such person: {kept_in_a_local}")


def _failure() -> BaseException:
    try:
        try:
            _fail(SECRET)
        except ValueError as problem:
            raise ExceptionGroup(SECRET, [KeyError(SECRET)]) from problem
    except ExceptionGroup as group:
        return group
    raise AssertionError("unreachable")


def test_types_and_places_are_told_and_no_contents():
    """Groups, their members and causes are told by type and frame; neither texts nor variables are."""
    told = describe(_failure())
    assert "builtins.ExceptionGroup" in told
    assert "builtins.KeyError" in told
    assert "builtins.ValueError" in told
    assert "test_tracebacks.py" in told
    assert "_fail" in told
    assert "Ada" not in told
    assert "secret" not in told


def test_texts_of_the_system_and_of_sqlite_are_kept():
    """A full disk is told as such, without the file's name."""
    told = describe(OSError(errno.ENOSPC, "whatever", SECRET))
    assert told == "builtins.OSError: No space left on device"
    assert "database or disk is full" in describe(sqlite3.OperationalError("database or disk is full"))


def test_a_circle_of_causes_ends():
    """Exceptions that caused one another are told a few times, not for ever."""
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert describe(one).count("ValueError") < 10


def test_the_processor_takes_every_form_of_exc_info():
    """An exception, a triple and True are rendered; without one nothing is added."""
    error = _failure()
    assert "ExceptionGroup" in render_exception(None, "error", {"exc_info": error})["exception"]
    triple = (type(error), error, error.__traceback__)
    assert "ExceptionGroup" in render_exception(None, "error", {"exc_info": triple})["exception"]
    try:
        _fail(SECRET)
    except ValueError:
        assert "ValueError" in render_exception(None, "error", {"exc_info": True})["exception"]
    assert render_exception(None, "error", {"exc_info": True, "event": "a"}) == {"event": "a"}
    assert render_exception(None, "info", {"event": "a"}) == {"event": "a"}


def test_the_standard_librarys_logging_tells_no_contents_either():
    """What libraries log with an exception has no text of it."""
    try:
        _fail(SECRET)
    except ValueError:
        record = logging.LogRecord("uvicorn", 40, "x.py", 1, "Exception in application", None, sys.exc_info())
    told = PlacesFormatter("%(name)s %(message)s").format(record)
    assert told.startswith("uvicorn Exception in application\nbuiltins.ValueError")
    assert "Ada" not in told
