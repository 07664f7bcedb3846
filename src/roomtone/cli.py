"""The ``roomtone`` command: each subcommand lives in its own room and is imported when it is called."""

from __future__ import annotations

import sys

from cyclopts import App

from roomtone.bot.errors import RoomtoneError

app = App(name="roomtone", help="Self-hosted meeting recording.")
app.command("roomtone.service.command:serve", name="serve")
app.command("roomtone.service.keys_command:app", name="keys")
app.command("roomtone.profiles.command:app", name="profile")
app.command("roomtone.session.command:session", name="session")
app.command("roomtone.practice.command:practice", name="practice")
app.command("roomtone.foreground.command:join", name="join")
app.command("roomtone.listening.command:listen", name="listen")
app.command("roomtone.staging.command:stage", name="stage")
app.command("roomtone.staging.command:demo", name="demo")
app.command("roomtone.staging.bench_command:bench", name="bench")
app.command("roomtone.doctor:doctor", name="doctor")


def main() -> None:
    """Run the command line; an error made for people is one line on standard error and exit code 1."""
    if sys.argv[1:2] in ([], ["--help"], ["-h"]):
        _import_every_command()
    try:
        app()
    except RoomtoneError as error:
        sys.stderr.write(f"roomtone: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _import_every_command() -> None:
    """The overview says of each command what it does, which stands beside the command itself."""
    for name in app:
        _ = app[name]
