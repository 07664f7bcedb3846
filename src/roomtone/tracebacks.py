"""Exceptions in logs: what was raised and where, without what it was about.

The text of an exception and the variables of its frames may hold anything that was said, typed or sent:
names, meeting links, keys. A log keeps none of that, so an exception is told by its types and places; texts
are kept where they come from the operating system or from SQLite alone.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from structlog.typing import EventDict, WrappedLogger

_MOST_FRAMES = 30
_DEEPEST = 5


def describe(error: BaseException) -> str:
    """An exception and what led to it, as lines: each one's type, then its frames, the innermost last."""
    return "\n".join(_lines(error, "", 0))


def render_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: ``exc_info`` becomes the text ``exception``."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else _current(given)
    if error is not None:
        event["exception"] = describe(error)
    return event


class PlacesFormatter(logging.Formatter):
    """A formatter of the standard library's logging that tells exceptions by type and place."""

    def formatException(self, ei: object) -> str:  # noqa: N802  the standard library's name
        """See `logging.Formatter.formatException`."""
        error = ei[1] if isinstance(ei, tuple) else None
        return describe(error) if isinstance(error, BaseException) else ""


def _current(given: object) -> BaseException | None:
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exception() if given else None


def _lines(error: BaseException, indent: str, depth: int) -> Iterator[str]:
    text = _harmless_text(error)
    yield f"{indent}{type(error).__module__}.{type(error).__qualname__}{f': {text}' if text else ''}"
    for frame in traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]:
        yield f"{indent}  {frame.filename}:{frame.lineno} {frame.name}"
    if depth >= _DEEPEST:
        return
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _lines(one, f"{indent}  | ", depth + 1)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield f"{indent}after"
        yield from _lines(before, indent, depth + 1)


def _harmless_text(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno) if error.errno > 0 else ""
    return str(error) if isinstance(error, sqlite3.Error) else ""
