"""``python -m tests.standins.zoom --script FILE [--port 0] [--json]``."""

from __future__ import annotations

from tests.standins.serving.process import main
from tests.standins.zoom.standin import open_zoom

if __name__ == "__main__":
    main("tests.standins.zoom", open_zoom)
