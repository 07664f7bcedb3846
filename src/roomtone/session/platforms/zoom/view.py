"""The look of Zoom's client in a recording (``research/web-clients.md`` 1.9, and the real document)."""

from __future__ import annotations

from pathlib import Path

from roomtone.session.platforms.dressing import Dressing

_HERE = Path(__file__).parent


def _watch() -> str:
    """The function in ``view.js``, without the comment lines above it."""
    lines = (_HERE / "view.js").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("//")).strip()


ZOOM_DRESSING = Dressing(css=(_HERE / "view.css").read_text("utf-8"), watch=_watch())
"""For `dressing.dress`, while the bot is in the meeting and the screen is recorded."""
