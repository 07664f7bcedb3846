"""``roomtone serve`` with a session that costs next to nothing: a meeting of as many seconds as argument 1 says."""

import asyncio
import sys

from roomtone.config import load_settings
from roomtone.log_setup import set_up_logging
from roomtone.service.server import serve_until_stopped

PROGRAM = """
now() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }
say() { echo "{\\"type\\":\\"$1\\",\\"at\\":\\"$(now)\\"$2}"; }
read start
say joining
say in_meeting
say recording_started ',"picture":"none"'
sleep "$0"
say leaving ',"reason":"meeting_ended"'
say ended ',"reason":"meeting_ended"'
"""

if __name__ == "__main__":
    settings = load_settings()
    set_up_logging("warning")
    session = ["sh", "-c", PROGRAM, sys.argv[1]]
    asyncio.run(serve_until_stopped(settings, lambda url: print(url, flush=True), session))
