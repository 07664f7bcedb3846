"""``roomtone serve`` with the scripted session in the place of the real one.

The environment variable ``SCRIPTED_FLUSH_S`` is how long a stopping server sends webhooks.
"""

import asyncio
import os
import sys
from pathlib import Path

from roomtone.config import load_settings
from roomtone.log_setup import set_up_logging
from roomtone.service.server import FLUSH_S, serve_until_stopped

if __name__ == "__main__":
    settings = load_settings()
    set_up_logging("debug")
    session = [sys.executable, str(Path(__file__).with_name("scripted_session.py"))]
    flush_s = float(os.environ.get("SCRIPTED_FLUSH_S", FLUSH_S))
    asyncio.run(serve_until_stopped(settings, lambda url: print(url, flush=True), session, flush_s))
