"""What bots are given to say through the API, with sessions that answer as the test says."""

from __future__ import annotations

import base64
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.integration.service.api.test_commands import bot_id, session

from roomtone.practice.command import DEMO_SCRIPT
from roomtone.service.api.errors import ApiError
from roomtone.service.api.forms import file_of_form
from roomtone.service.api.speaking import MOST_SOUND_BYTES
from roomtone.service.talking.held_bytes import HeldBytes
from roomtone.service.talking.turns import Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2
    from fastapi import FastAPI

    from roomtone.service.store.store import Store

__all__ = ["bot_id"]  # the fixture
CLIP = (DEMO_SCRIPT.parent / "goforward.flac").read_bytes()


def form(sound: bytes, name: str = "file") -> tuple[bytes, dict[str, str]]:
    """A form with a file, and its header."""
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="a.flac"\r\n\r\n'.encode()
    return head + sound + b"\r\n--x--\r\n", {"Content-Type": "multipart/form-data; boundary=x"}


async def test_sound_is_handed_to_the_session(client: httpx2.AsyncClient, store: Store, bot_id: str):
    """As the body, in a form and in base64: a file of samples each, deleted when the session left it there."""
    bodies: list[dict[str, Any]] = [
        {"content": CLIP, "headers": {"Content-Type": "audio/flac"}},
        dict(zip(("content", "headers"), form(CLIP), strict=True)),
        {"json": {"audio_base64": base64.b64encode(CLIP).decode(), "metadata": {"a": 1}}},
    ]
    async with session(store, bot_id) as told:
        for body in bodies:
            answer = await client.post(f"/api/v1/bots/{bot_id}/speak", **body)
            assert answer.json() == {"status": "accepted", "bot_id": bot_id, "command": "speak"}
        answer = await client.post(f"/api/v1/bots/{bot_id}/stop_speaking")
        assert answer.json()["command"] == "stop_speaking"
    assert [line["type"] for line in told] == ["speak", "speak", "speak", "stop_speaking"]
    paths = {Path(line["path"]) for line in told[:3]}
    assert len(paths) == 3
    assert not any(path.exists() for path in paths)


async def test_text_is_spoken_by_the_servers_engine(
    client: httpx2.AsyncClient, app: FastAPI, store: Store, bot_id: str, tmp_path: Path
):
    """Where there is one; its failure is the server's, and its absence says what to install."""
    (tmp_path / "clip").write_bytes(CLIP)
    speaks = f"import sys; sys.stdin.read(); sys.stdout.buffer.write(open('{tmp_path}/clip', 'rb').read())"
    engines = {
        f'{sys.executable} -c "{speaks}"': (200, "accepted"),
        f"{sys.executable} -c 'import sys; sys.exit(1)'": (503, "engine failed"),
        "/nowhere/engine": (400, "text: this server has no text-to-speech engine; install espeak-ng"),
        "echo hello": (400, "text: is no sound file"),
    }
    async with session(store, bot_id) as told:
        for command, (status, words) in engines.items():
            services = app.state.services
            chosen = services.settings.model_copy(update={"speech_command": command})
            app.state.services = replace(services, settings=chosen)
            answer = await client.post(f"/api/v1/bots/{bot_id}/speak", json={"text": "Hello"})
            assert answer.status_code == status, answer.text
            assert words in answer.text
    assert len(told) == 1


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"json": {}}, 400, "either audio_base64 or text"),
        ({"json": {"text": "a", "audio_base64": "AAAA"}}, 400, "either audio_base64 or text"),
        ({"json": {"text": "  "}}, 400, "text: "),
        ({"json": {"audio_base64": "%%%"}}, 400, "audio_base64: is not base64"),
        ({"json": {"audio_base64": "AAAA"}}, 400, "audio_base64: is no sound file"),
        ({"content": b"", "headers": {"Content-Type": "audio/wav"}}, 400, "file: is empty"),
        ({"content": b"x", "headers": {"Content-Type": "audio/wav"}}, 400, "file: is no sound file"),
        ({"content": b"x", "headers": {"Content-Type": "text/plain"}}, 400, "Content-Type: "),
        ({"content": b"x"}, 400, "Content-Type: "),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "file: "),
        (
            {"content": bytes(MOST_SOUND_BYTES + 1), "headers": {"Content-Type": "audio/wav"}},
            413,
            "longer than",
        ),
    ],
)
async def test_what_cannot_be_said(
    client: httpx2.AsyncClient, bot_id: str, body: dict[str, Any], status: int, words: str
):
    """With the field's name, and before anybody is told anything."""
    answer = await client.post(f"/api/v1/bots/{bot_id}/speak", **body)
    assert answer.status_code == status
    assert words in answer.json()["message"]


async def test_a_meeting_that_does_not_let_the_bot_speak(
    client: httpx2.AsyncClient, store: Store, bot_id: str, stopped_bot: str
):
    """The session's reason is the answer; nothing stays behind; a bot elsewhere is asked nothing."""
    headers = {"Content-Type": "audio/flac"}
    async with session(store, bot_id, ok=False, problem="not_possible", message="The host.") as told:
        answer = await client.post(f"/api/v1/bots/{bot_id}/speak", content=CLIP, headers=headers)
        assert (answer.status_code, answer.json()) == (409, {"message": "The host."})
    assert not Path(told[0]["path"]).exists()
    for command in ("speak", "stop_speaking"):
        answer = await client.post(f"/api/v1/bots/{stopped_bot}/{command}", content=CLIP, headers=headers)
        assert answer.status_code == 409
        answer = await client.post(f"/api/v1/bots/nobody/{command}", content=CLIP, headers=headers)
        assert answer.status_code == 404


async def test_a_server_with_too_much_to_make_sound_of_says_so(
    client: httpx2.AsyncClient, app: FastAPI, store: Store, bot_id: str
):
    """503 and when to come again, and the bot is told nothing; once there is a turn the same request is taken."""
    turns = Turns(at_once=1, wait_s=0.1)
    app.state.services = replace(app.state.services, sound_turns=turns)
    body: dict[str, Any] = {"content": CLIP, "headers": {"Content-Type": "audio/flac"}}
    async with session(store, bot_id) as told:
        async with turns.one():
            answer = await client.post(f"/api/v1/bots/{bot_id}/speak", **body)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "too much to make sound of" in answer.json()["message"]
        assert told == []
        assert (await client.post(f"/api/v1/bots/{bot_id}/speak", **body)).status_code == 200


async def test_what_waits_is_bounded_for_all_and_for_each_workspace(
    client: httpx2.AsyncClient, app: FastAPI, store: Store, bot_id: str, workspace_id: str
):
    """Before the body is read: 503 and when to come again, whether its length was said or not."""
    held = HeldBytes(24 * 1024 * 1024)
    app.state.services = replace(app.state.services, sound_bytes=held)
    headers = {"Content-Type": "audio/flac"}

    async def unannounced() -> AsyncIterator[bytes]:
        yield CLIP

    async with session(store, bot_id) as told:
        with held.hold(workspace_id, 12 * 1024 * 1024 - len(CLIP)):
            for content, status in ((CLIP, 200), (CLIP + b"\0", 503), (unannounced(), 503)):
                answer = await client.post(f"/api/v1/bots/{bot_id}/speak", content=content, headers=headers)
                assert answer.status_code == status, answer.text
            assert answer.headers["Retry-After"] == "5"
            assert "too much waits" in answer.json()["message"]
        answer = await client.post(f"/api/v1/bots/{bot_id}/speak", content=unannounced(), headers=headers)
        assert answer.status_code == 200
    assert len(told) == 2


def test_files_come_out_of_forms_as_they_went_in():
    """Every byte, ends of lines and all; a form without one says so."""
    sound = random.Random(3).randbytes(20_000) + b"\r\n--y\r\n\n\r\x00"
    body, headers = form(sound, "other")
    assert file_of_form(headers["Content-Type"], body, "file") == sound
    with pytest.raises(ApiError, match="no such file"):
        file_of_form(headers["Content-Type"], b"--x--\r\n", "file")
    with pytest.raises(ApiError, match="boundary"):
        file_of_form("multipart/form-data", body, "file")


def test_the_field_of_a_form_is_found_among_others():
    """By its name, quoted or not, before any other file; what follows the end of the form is none of it."""
    parts = (
        b'--b c\r\nContent-Disposition: form-data; name="a"; filename="x"\r\n\r\nother',
        b"--b c\r\ncontent-type: audio/wav\r\ncontent-disposition: form-data; name=file\r\n\r\nright",
        b'--b c--\r\n--b c\r\nContent-Disposition: form-data; name="file"\r\n\r\nlate',
    )
    body = b"preamble\r\n" + b"\r\n".join(parts) + b"\r\n--b c--"
    assert file_of_form('multipart/form-data; boundary="b c"', body, "file") == b"right"
    assert file_of_form('multipart/form-data; boundary="b c"', body, "b") == b"other"


@pytest.mark.parametrize(
    "body",
    [
        b"--b\r\nContent-Disposition: form-data; " + b"a*0=x; " * 1_000_000 + b"\r\n\r\nhi\r\n--b--",
        b"--b\r\n" + b"X: y\r\n" * 1_000_000,
        b"--b\r\n\r\n\r\n" * 600_000,
        b"--b" + b" \t" * 4_000_000,
        b'--b\r\nContent-Disposition: form-data; name="' + b";name=" * 600 + b"\r\n\r\nhi\r\n--b--",
    ],
    ids=["parameters", "headers", "parts", "spaces", "names"],
)
def test_a_form_made_to_take_long_takes_no_time(body: bytes):
    """Of some megabytes each: a server that reads one answers others meanwhile."""
    begun_s = time.process_time()
    with pytest.raises(ApiError, match="no such file"):
        file_of_form("multipart/form-data; boundary=b", body, "file")
    assert time.process_time() - begun_s < 1.0
