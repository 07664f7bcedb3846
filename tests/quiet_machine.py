"""Bounds in seconds that a machine with other work breaks without being wrong: judged where nothing else runs.

``QUIET_MACHINE=1 ./dev test PATHS`` judges them. Without it the tests judge by order and by counts alone.
"""

from __future__ import annotations

import os

IS_QUIET = os.environ.get("QUIET_MACHINE") == "1"


def in_time(measured: float, most: float, least: float = 0.0) -> bool:
    """Whether a time, or a rate, lies between two bounds; always true where the machine is not known to be quiet."""
    return not IS_QUIET or least <= measured <= most
