"""Participants' own pictures as one script for the page: the worker's files inside the page's part."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

_WORKER_FILES = ("composer/pacing.js", "streams/size.js", "streams/stream.js", "streams/worker.js")
"""In the order of their needs; together they are one classic worker script."""
_PLACE = '"__STREAMS_WORKER_SOURCE__"'


@cache
def stream_script() -> str:
    """JavaScript to install before navigation, after the tap, whose ``__roomtone`` it builds on."""
    folder = files("roomtone.session.browser").joinpath("js")
    parts = [folder.joinpath(name).read_text("utf-8") for name in _WORKER_FILES]
    page = folder.joinpath("streams.js").read_text("utf-8")
    assert page.count(_PLACE) == 1
    return page.replace(_PLACE, json.dumps('"use strict";\n' + "\n".join(parts)))
