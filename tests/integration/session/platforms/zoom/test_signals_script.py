"""What the page's script hears of a client's sockets, workers, requests and tracks, in a real Chromium."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from tests.integration.session.browser.conftest import PageServer, Room, open_room
from websockets.asyncio.server import ServerConnection, serve

from roomtone.session.platforms.zoom.signals import PAGE_SCRIPTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.browser
pytest_plugins = ()

SCRIPTS = tuple(path.read_text("utf-8") for path in PAGE_SCRIPTS)
ROSTER = {
    "evt": 7937,
    "seq": 1,
    "body": {"add": [{"id": 16779264, "dn2": "QWRh"}], "update": [], "remove": []},
}


@dataclass
class Gateway:
    """A socket server that says what it is told to everybody who is connected."""

    port: int = 0
    connections: set[ServerConnection] = field(default_factory=set)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where pages connect."""
        return f"ws://127.0.0.1:{self.port}/wc/api/1?x=1"

    async def serve(self, connection: ServerConnection) -> None:
        """Hold a connection."""
        self.connections.add(connection)
        self.came.set()
        await connection.wait_closed()
        self.connections.discard(connection)

    async def say(self, *messages: object, n_connections: int = 1) -> None:
        """Send to everybody, once so many are there."""
        async with asyncio.timeout(10):
            while len(self.connections) < n_connections:
                self.came.clear()
                await self.came.wait()
        for message in messages:
            text = message if isinstance(message, str | bytes) else json.dumps(message)
            for connection in list(self.connections):
                await connection.send(text)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """A gateway on a free port."""
    opened = Gateway()
    async with serve(opened.serve, "127.0.0.1", 0) as server:
        opened.port = next(iter(server.sockets)).getsockname()[1]
        yield opened


@pytest.fixture
async def pages() -> AsyncIterator[PageServer]:
    """A web server for the test's pages."""
    served = PageServer()
    server = await asyncio.start_server(served.answer, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    async with server:
        yield served


@contextlib.asynccontextmanager
async def room_at(address: str) -> AsyncIterator[Room]:
    """A browser at this page, with the tap and the scripts."""
    async with open_room(after=SCRIPTS) as room:
        await room.page.goto(address)
        yield room


def said(room: Room, source: str) -> list[dict[str, Any]]:
    """The signals of one source so far."""
    return [one for one in room.heard.said("signal") if one["source"] == source]


PAGE_SOCKET = "globalThis.socket = new WebSocket({url}); globalThis.got = []; socket.onmessage = (e) => got.push(e.data);"
WORKER = """
  const socket = new WebSocket(URL_HERE);
  socket.onmessage = ({ data }) => FORWARD;
  socket.onclose = () => postMessage({ type: "close", id: 5 });
  setInterval(() => postMessage(new ArrayBuffer(1000)), 20);
  setInterval(() => postMessage({ status: 3, data: new Uint8Array(10) }), 20);
"""


def page_with(script: str) -> str:
    """A page that runs this."""
    return f"<!doctype html><html><body><script>{script}</script></body></html>"


async def test_a_socket_of_the_page_is_heard_and_only_what_matters_is_told(
    pages: PageServer, gateway: Gateway
):
    """The roster comes through; keep-alives, other fields, broken text and binary do not; the page hears all."""
    address = pages.put("/", page_with(PAGE_SOCKET.format(url=json.dumps(gateway.url))))
    async with room_at(address) as room:
        await gateway.say(
            {"evt": 0}, {"evt": 4130, "body": {"conID": "c"}}, "evt {", b"evt", {"evt": 12033, "body": {}}
        )
        await gateway.say(ROSTER)
        await room.heard.until(lambda: len(said(room, "gateway")) == 2)
        assert [one["evt"] for one in said(room, "gateway")] == [12033, 7937]
        assert said(room, "gateway")[1]["body"] == ROSTER["body"]
        assert await room.page.evaluate("got.length") == 6
        await room.heard.until(lambda: said(room, "pulse"))
        for connection in list(gateway.connections):
            await connection.close()
        await room.heard.until(lambda: said(room, "closed"))
        assert said(room, "closed")[0]["socket"] == said(room, "gateway")[0]["socket"]


@pytest.mark.parametrize(
    "forward",
    [
        'postMessage({ type: "message", data, id: 5 })',
        'postMessage({ type: "message", data: JSON.stringify(data), id: 5 })',
        'postMessage({ type: "message", data: JSON.parse(data), id: 5 })',
        "postMessage(data)",
    ],
)
async def test_a_socket_in_a_worker_is_heard_in_every_wrapping(
    pages: PageServer, gateway: Gateway, forward: str
):
    """A worker's messages are unwrapped; its media is left alone; its socket's end is told."""
    source = WORKER.replace("URL_HERE", json.dumps(gateway.url)).replace("FORWARD", forward)
    pages.put("/worker.js", source, kind="text/javascript")
    address = pages.put("/", page_with('globalThis.worker = new Worker("/worker.js");'))
    async with room_at(address) as room:
        await gateway.say({"evt": 4130, "body": {}}, ROSTER)
        await room.heard.until(lambda: said(room, "gateway"))
        assert [one["body"] for one in said(room, "gateway")] == [ROSTER["body"]]
        if "id: 5" in forward:
            await asyncio.gather(*(connection.close() for connection in list(gateway.connections)))
            await room.heard.until(lambda: said(room, "closed"))


async def test_messages_are_found_in_whatever_wraps_them(pages: PageServer, gateway: Gateway):
    """An object, a text, a batch; two messages in one are two, in their order, and a tower of them is left alone."""
    active = {"evt": 12033, "body": {"asn1": 1}}
    line = {"evt": 24323, "body": {"data": json.dumps({"mid": "1", "media_type": "MainAudio"})}}
    tower: object = ROSTER
    for _ in range(20):
        tower = {"payload": tower}
    address = pages.put("/", page_with(PAGE_SOCKET.format(url=json.dumps(gateway.url))))
    async with room_at(address) as room:
        await gateway.say({"type": "rwg", "payload": ROSTER}, {"batch": [active, ROSTER]}, [ROSTER], tower)
        await gateway.say(
            {"message": {"data": json.dumps(ROSTER)}}, {"body": ROSTER}, {"evt": 1, "body": ROSTER}
        )
        await gateway.say({"payload": active | {"body": json.dumps(active["body"])}}, {"payload": line})
        await room.heard.until(lambda: len(said(room, "gateway")) == 9)
        events = [one["evt"] for one in said(room, "gateway")]
        assert events == [7937, 12033, 7937, 7937, 7937, 7937, 7937, 12033, 24323]
        assert said(room, "gateway")[7]["body"] == {"asn1": 1}


async def test_ports_between_worker_and_page_are_heard(pages: PageServer, gateway: Gateway):
    """A shared worker's port, and a channel whose other end the page gave away, count as workers."""
    shared = f"onconnect = ({{ ports: [port] }}) => {{ new WebSocket({json.dumps(gateway.url)}).onmessage = ({{ data }}) => port.postMessage(data); }};"
    given = f"onmessage = ({{ data }}) => {{ new WebSocket({json.dumps(gateway.url)}).onmessage = (e) => data.postMessage(e.data); }};"
    pages.put("/shared.js", shared, kind="text/javascript")
    pages.put("/given.js", given, kind="text/javascript")
    script = """
      globalThis.shared = new SharedWorker("/shared.js"); shared.port.start();
      globalThis.worker = new Worker("/given.js"); globalThis.channel = new MessageChannel();
      worker.postMessage(channel.port1, [channel.port1]); channel.port2.onmessage = () => {};
    """
    async with room_at(pages.put("/", page_with(script))) as room:
        await gateway.say(ROSTER, n_connections=2)
        await room.heard.until(lambda: len({one["socket"] for one in said(room, "gateway")}) == 2)


async def test_a_client_in_a_frame_of_another_origin_is_heard(pages: PageServer, gateway: Gateway):
    """The script runs in every frame and opens the link there when there is something to say."""
    pages.put("/client", page_with(PAGE_SOCKET.format(url=json.dumps(gateway.url))))
    frame = f'<iframe id="webclient" src="http://localhost:{pages.port}/client"></iframe>'
    async with room_at(pages.put("/", f"<!doctype html><body>{frame}</body>")) as room:
        await gateway.say(ROSTER)
        await room.heard.until(lambda: said(room, "gateway"))


REQUESTS = """
  async function ask(path, refused) {
    const answer = await fetch(path, { method: "POST", body: "{}" });
    globalThis.read = await answer.json();
    await new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", path);
      request.responseType = refused;
      request.onload = resolve;
      request.send("{}");
    });
  }
"""


async def test_answers_to_the_join_request_are_told_by_code_alone(pages: PageServer):
    """Both fetch and XMLHttpRequest, refused and accepted; other requests are not read; the page reads its answer."""
    refused = {"status": False, "errorCode": 3004, "errorMessage": "no", "result": {}}
    accepted = {"status": True, "errorCode": 0, "result": {"rsRes": {"status": False, "errorCode": 9516}}}
    pages.put("/wc/123/join?a=1", json.dumps(refused), kind="application/json")
    pages.put("/wc/456/join", json.dumps(accepted), kind="application/json")
    pages.put("/api/other", json.dumps(refused), kind="application/json")
    pages.put("/api/v1/wc/info", json.dumps({"status": True, "errorCode": 0}), kind="application/json")
    async with room_at(pages.put("/", page_with(REQUESTS))) as room:
        await room.page.evaluate('ask("/api/other", "")')
        await room.page.evaluate('ask("/wc/123/join?a=1", "json")')
        assert await room.page.evaluate("read.errorCode") == 3004
        await room.page.evaluate('ask("/wc/456/join", "text")')
        await room.page.evaluate('ask("/api/v1/wc/info", "")')
        await room.heard.until(lambda: len(said(room, "answer")) == 6)
    told = [(one["ok"], one["code"]) for one in said(room, "answer")]
    assert told == [(False, 3004)] * 2 + [(False, 9516)] * 2 + [(True, 0)] * 2
    assert all(set(one) == {"type", "source", "ok", "code"} for one in said(room, "answer"))


RTC = """
  async function receive(streamId) {
    const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
    near.onicecandidate = ({ candidate }) => far.addIceCandidate(candidate);
    far.onicecandidate = ({ candidate }) => near.addIceCandidate(candidate);
    const context = new AudioContext();
    const { stream } = context.createMediaStreamDestination();
    far.addTrack(stream.getAudioTracks()[0], stream);
    near.ontrack = ({ track, streams }) => {
      const element = document.createElement("audio");
      element.id = "zoom-audio-tag-4";
      element.autoplay = true;
      element.srcObject = streams[0];
      document.documentElement.appendChild(element);
    };
    const offer = await far.createOffer();
    const sdp = offer.sdp.replaceAll(stream.id, streamId).replace(/cname:\\S+/g, "cname:16779264+x");
    await far.setLocalDescription(offer);
    await near.setRemoteDescription({ type: "offer", sdp });
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription);
    globalThis.kept = [near, far, context];
  }
"""


async def test_remote_tracks_are_told_with_all_the_words_for_them(pages: PageServer):
    """Stream, line, packet sources, their names, and the element that plays them."""
    async with room_at(pages.put("/", page_with(RTC))) as room:
        await room.page.evaluate('receive("16779264+CS+1")')

        def complete() -> list[dict[str, Any]]:
            rows = [row for one in said(room, "tracks") for row in one["tracks"]]
            return [row for row in rows if row.get("element") == "4" and row["ssrcs"]]

        await room.heard.until(complete)
        row = complete()[-1]
        assert (row["kind"], row["stream_id"], row["mid"]) == ("audio", "16779264+CS+1", "0")
        assert row["cnames"] == ["16779264+x"]
        assert row["loop"]  # this very page is the other side
        assert row["id"] in {one.media_track_id for one in room.heard.opened}


TIP = """
  (name, text) => {
    document.body.innerHTML = `<div class="last-chat-message-tip__container">
      <div class="last-chat-message-tip__from-to">${name} To Everyone</div>
      <div class="last-chat-message-tip__content">${text}</div></div>`;
  }
"""
CHAT = {"evt": 7944, "body": {"text": "x", "senderName": "QWRh", "destNodeID": 16779264, "msgID": "m"}}


async def test_words_of_the_chat_are_read_while_a_message_is_shown(pages: PageServer, gateway: Gateway):
    """Only after the gateway told of one; the same words again only for a new message."""
    address = pages.put("/", page_with(PAGE_SOCKET.format(url=json.dumps(gateway.url))))
    async with room_at(address) as room:
        await room.page.evaluate(f"({TIP})('Ada', 'before')")
        await gateway.say(CHAT)
        await room.heard.until(lambda: said(room, "chat"))
        await room.page.evaluate(f"({TIP})('Ada', 'hello')")
        await room.heard.until(lambda: len(said(room, "chat")) == 2)
        await gateway.say(CHAT)
        await room.heard.until(lambda: len(said(room, "chat")) == 3)
        assert [one["text"] for one in said(room, "chat")] == ["before", "hello", "hello"]
        assert said(room, "chat")[0]["sender"] == "Ada To Everyone"
