"""``roomtone profile`` and bots that come with a profile, as an operator uses them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from roomtone.bot.meeting_address import Platform
from roomtone.profiles.folder import ProfileFolder
from roomtone.profiles.storage_state import StorageState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SECRET = "the-secret-value"
ZOOM_COOKIES = ("zm_aid", "zm_haid", "_zm_ssid")


def cookie(name: str, domain: str, **changes: Any) -> dict[str, Any]:
    """One cookie as Playwright writes it."""
    fields = {"path": "/", "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"}
    return {"name": name, "value": SECRET, "domain": domain, **fields, **changes}


def run(data_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """``roomtone`` with a data folder of the test's own and without a display."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    return subprocess.run(
        [sys.executable, "-m", "roomtone", *arguments],
        env={**kept, "ROOMTONE_DATA_DIR": str(data_dir), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )


def state_file(folder: Path, cookies: list[dict[str, Any]]) -> str:
    """The path of a file as ``playwright open --save-storage`` writes it."""
    path = folder / "state.json"
    path.write_text(json.dumps({"cookies": cookies, "origins": []}))
    return str(path)


def test_a_profile_from_import_to_removal(tmp_path: Path):
    """Imported, listed, checked and removed; no output holds a cookie's value."""
    cookies = [cookie(name, ".zoom.us", expires=4_000_000_000) for name in ZOOM_COOKIES]
    file = state_file(tmp_path, [*cookies, cookie("company", ".example.com")])
    data = tmp_path / "data"
    said = [
        run(data, "profile", "login", "zoom", "--from-file", file, "--name", "work"),
        run(data, "profile", "list"),
        run(data, "profile", "check", "work"),
        run(data, "profile", "remove", "work"),
        run(data, "profile", "list"),
    ]
    assert [(one.returncode, one.stderr) for one in said] == [(0, "")] * 5
    assert "Kept the browser profile 'work' (signed in until 2096-10-02 07:06 UTC)" in said[0].stdout
    assert said[1].stdout.splitlines()[1].split()[:3] == ["work", "Zoom", "default"]
    assert "3 cookies" in said[2].stdout
    assert "no browser profiles yet" in said[4].stdout
    assert not any(SECRET in one.stdout for one in said)


def test_a_sign_in_that_is_not_whole(tmp_path: Path):
    """Some of the cookies are kept with a warning, and check says no; none of them are not kept."""
    data = tmp_path / "data"
    half = run(
        data, "profile", "login", "zoom", "--from-file", state_file(tmp_path, [cookie("zm_aid", "zoom.us")])
    )
    assert half.returncode == 0
    assert "zm_haid, _zm_ssid" in half.stderr
    checked = run(data, "profile", "check", "zoom")
    assert checked.returncode == 1
    assert "roomtone profile login zoom --name zoom" in checked.stderr
    nobody = run(
        data, "profile", "login", "zoom", "--from-file", state_file(tmp_path, [cookie("a", "zoom.us")])
    )
    assert nobody.returncode == 1
    assert "nobody who is signed in" in nobody.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("login", "zoom"), "there is no display"),
        (("login", "webex"), "PLATFORM: must be one of: zoom"),
        (("login", "zoom", "--name", "../x"), "1 to 64"),
        (("login", "zoom", "--from-file", "/nowhere"), "cannot be read"),
        (("login", "zoom", "--from-file", "/etc/hostname"), "no Playwright storage state"),
        (("check", "nobody"), "there is no browser profile 'nobody'"),
        (("remove", "nobody"), "there is no browser profile 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path: Path, arguments: tuple[str, ...], words: str):
    """Every refusal is one line that says what to do, and exit code 1."""
    said = run(tmp_path / "data", "profile", *arguments)
    assert (said.returncode, said.stdout, len(said.stderr.splitlines())) == (1, "", 1)
    assert words in said.stderr


class CookieSeer:
    """A page under every path; remembers the Cookie header of each request for a meeting."""

    def __init__(self) -> None:
        self.port = 0
        self.cookies: list[str] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request with 404: there is no such meeting."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            if " /practice/" in head.splitlines()[0]:
                sent = [
                    line.partition(": ")[2]
                    for line in head.splitlines()
                    if line.lower().startswith("cookie:")
                ]
                self.cookies.append("".join(sent))
            body = b"<!doctype html>no such meeting"
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nConnection: close\r\n")
            writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
async def seer() -> AsyncIterator[CookieSeer]:
    """A server that sees which cookies bots come with."""
    seer = CookieSeer()
    server = await asyncio.start_server(seer.answer, "127.0.0.1", 0)
    seer.port = server.sockets[0].getsockname()[1]
    async with server:
        yield seer


@pytest.mark.browser
async def test_a_bot_carries_its_profile_and_leaves_it_nowhere(tmp_path: Path, seer: CookieSeer):
    """The meeting's server sees the cookie; log, journal and every other file of the stay hold none."""
    data = tmp_path / "data"
    state = StorageState.model_validate({"cookies": [cookie("session", "127.0.0.1")]})
    ProfileFolder(data).save("mine", Platform.PRACTICE, state)
    link = f"http://127.0.0.1:{seer.port}/practice/a"
    output = tmp_path / "out"
    arguments = ("join", link, "--no-video", "--profile", "mine", "--output", str(output))
    said = await asyncio.to_thread(run, data, *arguments, ROOMTONE_LOG_LEVEL="debug")
    assert "There is no such meeting" in said.stderr
    assert seer.cookies == [f"session={SECRET}"]
    files = [path for path in output.rglob("*") if path.is_file()]
    assert {"session.log", "events.jsonl"} <= {path.name for path in files}
    assert not any(SECRET.encode() in path.read_bytes() for path in files)
    assert SECRET not in said.stdout + said.stderr


def test_a_bot_with_a_profile_that_does_not_fit(tmp_path: Path):
    """One line, before anything is started or written."""
    ProfileFolder(tmp_path / "data").save("mine", Platform.ZOOM, StorageState(cookies=()))
    for name, words in (
        ("mine", "is for Zoom, not Practice"),
        ("nobody", "no browser profile"),
        ("../x", "--profile"),
    ):
        arguments = (
            "join",
            "http://127.0.0.1:9/practice/a",
            "--profile",
            name,
            "--output",
            str(tmp_path / "out"),
        )
        said = run(tmp_path / "data", *arguments)
        assert (said.returncode, len(said.stderr.splitlines())) == (1, 1)
        assert words in said.stderr
    assert not (tmp_path / "out").exists()
