"""The scripts of the page, joined into one text that is installed before navigation."""

from __future__ import annotations

import json
import secrets
from functools import cache
from importlib.resources import files

_TAP = (
    "link_client.js",
    "track_registry.js",
    "rtc_hook.js",
    "bot_microphone.js",
    "audio_graph.js",
    "media_elements.js",
    "statistics.js",
    "tap.js",
)
"""In the order of their needs; they share one function's scope."""
_WORKERS = {
    "link_worker": ("link_worker.js",),
    "voice_worker": ("voice_worker.js",),
    "audio_worker": ("resampler.js", "sample_placement.js", "audio_worker.js"),
}
"""Sources that run in a worker as a function of ``self`` and ``settings``."""


@cache
def _source(name: str) -> str:
    return files("roomtone.session.browser").joinpath("js", name).read_text("utf-8")


def tap_script(link_url: str, *, video: bool) -> str:
    """JavaScript to install in every frame before navigation, ahead of every other script of ours.

    Args:
        link_url: ``PageLink.url``.
        video: False: no video is received nor decoded; video lines are negotiated as inactive.
    """
    mains = ",\n".join(
        f"{name}: function (self, settings) {{ 'use strict';\n{''.join(map(_source, parts))}\n}}"
        for name, parts in _WORKERS.items()
    )
    # The page's side makes its own name for each document; the seed only keeps two sessions apart.
    configuration = {"video": video, "link": {"url": link_url}, "seed": secrets.token_hex(8)}
    return (
        "(() => {\n'use strict';\nif (globalThis.__roomtone) return;\n"
        f"const configuration = {json.dumps(configuration)};\n"
        "configuration.link.instance ="
        " `${configuration.seed}-${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;\n"
        f"const workerMains = {{\n{mains}\n}};\n" + "\n".join(map(_source, _TAP)) + "\n})();\n"
    )
