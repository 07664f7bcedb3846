"""The OpenAPI document: complete, and true of what the server does."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from roomtone.bot.lifecycle import event_names
from roomtone.bot.participant_events import PARTICIPANT_EVENTS
from roomtone.bot.request import BotRequest
from roomtone.bot.transcript_providers import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    import httpx2
    from fastapi import FastAPI


def no_fault_of_the_server(context: Any, response: Any, case: Any) -> bool | None:
    """No 5xx; but 507 is how the contract answers a replay, which is a success."""
    return None if response.status_code == 507 else not_a_server_error(context, response, case)


CHECKS = [
    no_fault_of_the_server,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 40
KEYLESS = {
    "/healthz",
    "/api/v1/media/{bot_id}/{kind}/{file_name}",
    "/api/v1/bots/{bot_id}/live.m3u8",
    "/api/v1/bots/{bot_id}/live/{name}",
}
"""Whoever asks is answered; links are signed instead."""


def _document(app: FastAPI) -> dict[str, Any]:
    document: dict[str, Any] = app.openapi()
    return document


def test_every_operation_says_what_it_is_and_how_it_fails(app: FastAPI):
    """Each operation has a summary, a unique id, its errors with an example, and none that it never gives."""
    seen = set()
    for path, operations in _document(app)["paths"].items():
        for operation in operations.values():
            assert operation["summary"]
            assert operation["operationId"] not in seen
            seen.add(operation["operationId"])
            assert "422" not in operation["responses"]
            assert "Successful Response" not in {a["description"] for a in operation["responses"].values()}
            # 507 is a success: the bot that a replayed request made.
            errors = {s: a for s, a in operation["responses"].items() if "400" <= s != "507"}
            assert {"401", "403"} <= set(errors) or path in KEYLESS
            for answer in errors.values():
                media = answer["content"]["application/json"]
                assert media["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert media["example"]["message"]


def test_every_reference_leads_somewhere(app: FastAPI):
    """No $ref of the document is dangling."""
    document = _document(app)
    names = set(re.findall(r"'#/components/schemas/(\w+)'", str(document)))
    assert names <= set(document["components"]["schemas"])
    assert "BotRequest" in names


def test_the_document_shows_every_field_of_a_request(app: FastAPI):
    """The body of create_bot is described down to its ranges, with examples."""
    document = _document(app)
    media = document["paths"]["/api/v1/bots/create_bot"]["post"]["requestBody"]["content"]["application/json"]
    assert media["schema"] == {"$ref": "#/components/schemas/BotRequest"}
    assert {"now", "later", "transcript_keyed", "transcript_named", "transcript_older"} <= set(
        media["examples"]
    )
    limits = document["components"]["schemas"]["AutomaticLeave"]["properties"]["waiting_room_timeout"]
    assert (limits["minimum"], limits["maximum"], limits["default"]) == (60, 1800, 600)
    fields = document["components"]["schemas"]["BotRequest"]["properties"]
    assert set(fields) == {*BotRequest.model_fields, "transcription"}
    assert [shape.get("type", "object") for shape in fields["socket_connection_url"]["anyOf"]] == [
        "object", "string", "null"
    ]  # fmt: skip
    options = document["components"]["schemas"]["ProviderChoice"]["properties"]
    assert set(options) == {"name", *PROVIDERS}


async def test_the_examples_of_the_document_work(client: httpx2.AsyncClient):
    """Each example body makes a bot, and has no field that nobody knows."""
    document = (await client.get("/openapi.json")).json()
    media = document["paths"]["/api/v1/bots/create_bot"]["post"]["requestBody"]["content"]["application/json"]
    for example in media["examples"].values():
        answer = await client.post("/api/v1/bots/create_bot", json=example["value"])
        assert answer.status_code == 201, answer.text
        assert {name.split(".")[0] for name in answer.json()["ignored"]} <= set(example["value"])
        assert set(example["value"]) <= {*BotRequest.model_fields, "transcription"}


def test_the_document_tells_how_creating_is_answered(app: FastAPI):
    """Both routes name the header and each answer, the three with a bot among them, with an example."""
    for name in ("create_bot", "create_agent"):
        operation = _document(app)["paths"][f"/api/v1/bots/{name}"]["post"]
        assert {"200", "201", "400", "401", "403", "409", "413", "429", "507"} <= set(operation["responses"])
        for status in ("200", "201", "507"):
            media = operation["responses"][status]["content"]["application/json"]
            assert media["schema"] == {"$ref": "#/components/schemas/CreatedBot"}
            assert media["example"]["bot_id"]
        assert [p["name"] for p in operation["parameters"] if p["in"] == "header"] == ["Idempotency-Key"]


async def test_the_page_shows_every_operation_and_loads_nothing(app: FastAPI, client: httpx2.AsyncClient):
    """The reference page names each path, field and shape, and has one script of its own and no address of elsewhere."""
    del client.headers["Authorization"]
    answer = await client.get("/docs")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    document = _document(app)
    for path, methods in document["paths"].items():
        assert f"<code>{path}</code>" in answer.text
        for operation in methods.values():
            assert f'<a href="#{operation["operationId"]}"><code>{path}</code></a>' in answer.text
            assert f'<section id="{operation["operationId"]}">' in answer.text
    assert "`" not in re.sub(r"(?s)<(pre|select|textarea).*?</\1>", "", answer.text)
    for name, schema in document["components"]["schemas"].items():
        assert f'id="{name}"' in answer.text
        assert all(f"<code>{field}</code>" in answer.text for field in schema.get("properties", {}))
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script src="/docs/try.js">']
    assert not re.findall(r"<link|<img|(?:src|href)=[\"'](?![#/])", answer.text)
    script = await client.get("/docs/try.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "http" not in script.text
    for name in document["webhooks"]:
        assert f"<h2><code>{name}</code></h2>" in answer.text


def test_every_webhook_is_described_as_it_is_sent(app: FastAPI):
    """The webhooks section has every event that can be sent, and each example is a body of the schema."""
    document = _document(app)
    assert document["openapi"].startswith("3.1")
    shown = set()
    for name, item in document["webhooks"].items():
        media = item["post"]["requestBody"]["content"]["application/json"]
        schema = document["components"]["schemas"][media["schema"]["$ref"].rpartition("/")[2]]
        for example in media["examples"].values():
            jsonschema_rs.validate(schema, example["value"])
            assert example["value"]["event"] == name
            shown |= {example["value"]["event"], example["value"].get("bot_event", name)}
    assert shown >= event_names() | PARTICIPANT_EVENTS


def _try_out(document: dict[str, Any], base_url: str, api_key: str, bot_id: str) -> int:
    """Send generated requests to every operation, good ones and wrong ones; how many were answered."""
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=base_url)
    answered = 0
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=_cases(operation), known=st.booleans())
        def attempt(case: schemathesis.Case[Any], known: bool) -> None:
            nonlocal answered
            if known:
                _aim(case, bot_id)
            headers = {"Authorization": f"Token {api_key}"}
            case.call_and_validate(headers=headers, checks=CHECKS)
            answered += 1

        attempt()
        case = operation.Case(
            path_parameters={
                "bot_id": bot_id,
                "name": "failure.png",
                "kind": "audio",
                "file_name": "audio.mp3",
                "endpoint_id": "ep_1",
                "webhook_id": "msg_1",
                "transcript_id": bot_id,
                "provider": "deepgram",
            }
        )
        if operation.path not in KEYLESS:
            case.call_and_validate(checks=[ignored_auth, status_code_conformance])
    return answered


def _aim(case: schemathesis.Case[Any], bot_id: str) -> None:
    """Bring a case past the first door: to a bot that is there, with URLs that can be used."""
    if "bot_id" in (case.path_parameters or {}):
        case.path_parameters["bot_id"] = bot_id
    if isinstance(case.body, dict):
        case.body = {k: v for k, v in case.body.items() if k not in {"callback_url", "live_audio_required"}}
        case.body["meeting_link"] = "http://127.0.0.1:9/practice/room"


def _cases(operation: Any) -> Any:
    return operation.as_strategy() | operation.as_strategy(
        generation_mode=schemathesis.GenerationMode.NEGATIVE
    )


async def test_generated_requests_find_no_fault_and_no_undeclared_answer(
    app: FastAPI,
    serving: Callable[[FastAPI], AbstractAsyncContextManager[int]],
    api_key: str,
    audio_path: str,
):
    """Whatever is sent to whatever operation, the answer is one that the document declares."""
    bot_id = audio_path.split("/")[-2]
    async with serving(app) as port:
        url = f"http://127.0.0.1:{port}"
        answered = await asyncio.to_thread(_try_out, _document(app), url, api_key, bot_id)
    assert answered >= EXAMPLES
