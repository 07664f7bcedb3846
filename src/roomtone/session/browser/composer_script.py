"""The composer as one script for the page: the worker's files, joined, inside the page's part."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

_WORKER_FILES = ("planes.js", "drawings.js", "pacing.js", "encoder.js", "stage.js", "worker.js")
"""In the order of their needs; together they are one classic worker script."""
_PLACE = '"__COMPOSER_WORKER_SOURCE__"'


@cache
def composer_script() -> str:
    """JavaScript to install before navigation, after the tap, whose ``__roomtone`` it builds on."""
    folder = files("roomtone.session.browser").joinpath("js")
    parts = [folder.joinpath("composer", name).read_text("utf-8") for name in _WORKER_FILES]
    page = folder.joinpath("composer.js").read_text("utf-8")
    assert page.count(_PLACE) == 1
    return page.replace(_PLACE, json.dumps('"use strict";\n' + "\n".join(parts)))
