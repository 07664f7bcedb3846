"""How Zoom's client looks in a recording: `view.css`, and what a stylesheet cannot tell, `view.js`."""

from __future__ import annotations

import json
from pathlib import Path

from roomtone.session.platforms.dressing import Dressing

_HERE = Path(__file__).parent


def zoom_dressing(own_name: str) -> Dressing:
    """For `dressing.dress`, while the bot is in the meeting and the screen is recorded.

    Args:
        own_name: The bot's name: its tiles are left out of the picture.
    """
    lines = (_HERE / "view.js").read_text("utf-8").splitlines()
    watch = "\n".join(line for line in lines if not line.startswith("//")).strip()
    return Dressing(
        css=(_HERE / "view.css").read_text("utf-8"), watch=f"() => ({watch})({json.dumps(own_name)})"
    )
