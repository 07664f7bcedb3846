"""Workspaces see nothing of each other, whatever the operation: every one of the OpenAPI document is tried.

The operations come from the document, so that a new route is tried as soon as it is there. A path parameter
that nobody has named here fails the test: say whose it is in ``theirs``.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx2
import pytest

from roomtone.bot.request import BotRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from fastapi import FastAPI

    from roomtone.service.store.store import Store

LINK = "http://127.0.0.1:9/practice/room"
OPEN_PATHS = {
    "/healthz",
    "/api/v1/media/{bot_id}/{kind}/{file_name}",
    "/api/v1/bots/{bot_id}/live.m3u8",
    "/api/v1/bots/{bot_id}/live/{name}",
}
"""What needs no key: the health, and links that carry their own proof."""
UNKNOWN = {
    "bot_id": str(uuid.uuid4()),
    "endpoint_id": "ep_unknown",
    "webhook_id": "msg_unknown",
    "transcript_id": str(uuid.uuid4()),
}


class Operation(NamedTuple):
    """One of the document."""

    method: str
    path: str
    parts: tuple[str, ...]
    queries: tuple[str, ...]
    body: Any

    @property
    def reads(self) -> bool:
        """Whether it only looks (``remove_bot`` is a GET with an effect)."""
        return self.method == "GET" and not self.path.endswith("/remove_bot")


def operations(app: FastAPI) -> Iterator[Operation]:
    """Every operation that needs a key."""
    document = app.openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            named = operation.get("parameters", [])
            if path in OPEN_PATHS:
                assert "security" not in operation
                continue
            assert operation["security"], f"{method} {path} needs no key"
            yield Operation(
                method.upper(),
                path,
                tuple(one["name"] for one in named if one["in"] == "path"),
                tuple(one["name"] for one in named if one["in"] == "query"),
                example(_schema(operation["requestBody"]), document) if "requestBody" in operation else None,
            )


def _schema(body: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = body["content"]["application/json"]["schema"]
    return schema


def example(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """Something small that the schema takes: what is required, by its examples where there are some."""
    made: Any = _BY_TYPE.get(schema.get("type", ""), "https://example.com/x")
    if "$ref" in schema:
        made = example(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    elif schema.get("examples"):
        made = schema["examples"][0]
    elif "anyOf" in schema:
        made = example(schema["anyOf"][0], document)
    elif "enum" in schema or "const" in schema:
        made = schema.get("const", schema.get("enum", [None])[0])
    elif schema.get("type") == "object":
        made = {name: example(schema["properties"][name], document) for name in schema.get("required", [])}
    return made


_BY_TYPE = {"array": [], "integer": 60, "number": 60, "boolean": True}


@pytest.fixture
async def theirs(
    client: httpx2.AsyncClient, store: Store, workspace_id: str, audio_path: str
) -> dict[str, str]:
    """What the first workspace has, by the name that paths have for it."""
    transcribed: dict[str, Any] = {"provider": {"local": {}}}
    request = BotRequest.model_validate(
        {
            "meeting_link": LINK,
            "recording_config": {"transcript": transcribed},
            "join_at": "2031-01-01T00:00:00Z",
        }
    )
    endpoint = (await client.post("/api/v1/webhooks/endpoints", json={"url": "http://127.0.0.1:9/x"})).json()
    bot = await store.bots.create_bot(request, workspace_id)
    assert bot.transcript_id is not None
    (delivery,) = (await client.get("/api/v1/webhooks/deliveries", params={"bot_id": bot.id})).json()[
        "deliveries"
    ]
    return {
        "bot_id": bot.id,
        "endpoint_id": endpoint["id"],
        "webhook_id": delivery["id"],
        "transcript_id": bot.transcript_id,
        "recorded_bot_id": audio_path.split("/")[-2],
        "secret": endpoint["secret"],
    }


@pytest.fixture
async def stranger(app: FastAPI, store: Store) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with a good key of another workspace."""
    headers = {"Authorization": f"Token {await store.keys.create('stranger', 'elsewhere')}"}
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://roomtone", headers=headers) as client:
        yield client


def filled(operation: Operation, ids: dict[str, str]) -> str:
    """The operation's path with ids in it; a ``name`` of a file, and a provider's, is anybody's."""
    values = {"name": "failure.png", "provider": "deepgram"} | ids
    return operation.path.format(**{part: values[part] for part in operation.parts})


async def everything(client: httpx2.AsyncClient, app: FastAPI, theirs: dict[str, str]) -> dict[str, str]:
    """What a workspace sees of itself: every answer to an operation that only looks."""
    seen = {}
    for bot_id in (theirs["bot_id"], theirs["recorded_bot_id"]):
        for operation in operations(app):
            if operation.reads and "diagnostics" not in operation.path:
                path = filled(operation, theirs | {"bot_id": bot_id})
                answer = await client.get(path)
                # Links are signed anew for every answer.
                seen[path] = answer.text.partition("?")[0]
    return seen


async def test_what_another_workspace_has_is_not_there(
    app: FastAPI, client: httpx2.AsyncClient, stranger: httpx2.AsyncClient, theirs: dict[str, str]
):
    """Its ids are answered as ids that nobody has, with 404, and nothing of it changes."""
    before = await everything(client, app, theirs)
    tried = 0
    for operation in operations(app):
        if not set(operation.parts) & set(UNKNOWN):
            continue
        for bot_id in (theirs["bot_id"], theirs["recorded_bot_id"]):
            path = filled(operation, theirs | {"bot_id": bot_id})
            answer = await stranger.request(operation.method, path, json=operation.body)
            assert answer.status_code == 404, f"{operation.method} {path}: {answer.text}"
            nowhere = await stranger.request(
                operation.method, filled(operation, UNKNOWN), json=operation.body
            )
            assert nowhere.status_code == 404
            same = answer.text
            for part, unknown in UNKNOWN.items():
                same = same.replace(theirs[part], unknown)
            assert same == nowhere.text, "the answer tells that it is there"
            tried += 1
    assert tried >= 40
    assert await everything(client, app, theirs) == before


async def test_lists_hold_nothing_of_another_workspace(
    app: FastAPI, client: httpx2.AsyncClient, stranger: httpx2.AsyncClient, theirs: dict[str, str]
):
    """Whatever is listed, also when it is asked for by the others' ids; their own workspace sees it."""
    own = ""
    for operation in operations(app):
        if operation.parts or not operation.reads:
            continue
        own += (await client.get(operation.path)).text
        queries = [{}, *({name: theirs[name]} for name in operation.queries if name in theirs)]
        for query in queries:
            answer = await stranger.get(operation.path, params=query)
            assert answer.status_code == 200
            for id_ in theirs.values():
                assert id_ not in answer.text, f"{operation.path} {query}"
    # Transcripts are not listed beside their bots' ids, everything else is.
    assert [part for part, id_ in theirs.items() if id_ not in own] == []


@pytest.mark.parametrize(
    ("header", "status"),
    [(None, 401), ("Token rt_nobody", 403), ("REVOKED", 403)],
)
async def test_every_operation_asks_for_a_key(
    app: FastAPI,
    client: httpx2.AsyncClient,
    store: Store,
    theirs: dict[str, str],
    header: str | None,
    status: int,
):
    """401 without one, 403 with a wrong or a revoked one, before anything else is looked at."""
    if header == "REVOKED":
        header = f"Token {await store.keys.create('revoked')}"
        await store.keys.revoke("revoked")
    before = await everything(client, app, theirs)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {} if header is None else {"Authorization": header}
    async with httpx2.AsyncClient(transport=transport, base_url="http://roomtone", headers=headers) as nobody:
        for operation in operations(app):
            path = filled(operation, theirs)
            answer = await nobody.request(operation.method, path, json=operation.body)
            assert answer.status_code == status, f"{operation.method} {path}: {answer.text}"
            assert answer.json()["message"].startswith("Authorization: ")
    assert await everything(client, app, theirs) == before


async def test_a_link_to_a_file_is_no_way_in(
    client: httpx2.AsyncClient, stranger: httpx2.AsyncClient, theirs: dict[str, str]
):
    """Without its signature, or with another file's, it opens nothing, whoever asks."""
    audio_url = (await client.get(f"/api/v1/bots/{theirs['recorded_bot_id']}/get_audio")).json()["audio_url"]
    assert (await stranger.get(audio_url)).status_code == 200, "who has the link has the file"
    bare, _, query = audio_url.partition("?")
    for url in (bare, f"{bare.replace('audio', 'video')}?{query}", f"{audio_url}0"):
        assert (await stranger.get(url)).status_code in {403, 404}
