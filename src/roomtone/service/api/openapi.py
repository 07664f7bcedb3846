"""The API's OpenAPI document: what FastAPI derives, and the parts it cannot know."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from roomtone.bot.request import BotRequest
from roomtone.service.api.calendar_views import ScheduleChange
from roomtone.service.api.command_views import NewImage, NewMessage, NewSpeech
from roomtone.service.api.openapi_webhooks import (
    PARTICIPANT_SCHEMA,
    WEBHOOK_SCHEMA,
    participant_schema,
    webhook_schema,
    webhooks,
)
from roomtone.service.api.provider_account_views import NewAccount
from roomtone.service.api.storage_config_views import NewStorage
from roomtone.service.api.transcript_views import TranscribeBody
from roomtone.service.api.views import Problem
from roomtone.service.api.webhook_views import EndpointChange, NewEndpoint

_READ_BY_HAND: tuple[type[BaseModel], ...] = (
    ScheduleChange,
    NewEndpoint,
    EndpointChange,
    NewMessage,
    NewImage,
    NewSpeech,
    NewStorage,
    NewAccount,
)
"""Bodies that routes read themselves, so that FastAPI does not know them."""

_REFERENCE = "#/components/schemas/{model}"

_SAYS_NOTHING = "Successful Response"
"""What FastAPI writes of an answer when it is told nothing."""

_PROBLEMS = {
    400: ("The request cannot be served as it is.", "bot_name: must have a visible character"),
    401: (
        "There is no API key.",
        "Authorization: there is no API key; send the header `Authorization: Token KEY`",
    ),
    403: ("The API key is wrong or revoked.", "Authorization: the API key is wrong or revoked"),
    404: ("There is no such thing, not yet, or no longer.", "bot_id: there is no such bot."),
    409: ("This cannot be done as things stand.", "the delivery is still on its way"),
    413: ("The body is too long.", "The body is longer than 1048576 bytes."),
    416: ("The range lies outside the file.", "Range: the file has 1234 bytes."),
    429: (
        "There were too many requests.",
        "There were too many requests with this API key; try again in 2 s.",
    ),
    500: ("A fault of the server.", "Something went wrong on the server; its log says what."),
    503: ("The server is not able to work.", "The database cannot be read."),
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for its ``responses``."""
    return {
        status: {
            "model": Problem,
            "description": _PROBLEMS[status][0],
            "content": {"application/json": {"example": {"message": _PROBLEMS[status][1]}}},
        }
        for status in statuses
    }


def _header(meaning: str) -> dict[str, Any]:
    return {"description": meaning, "schema": {"type": "integer", "minimum": 0}}


_LIMIT_HEADERS = {
    "RateLimit-Limit": _header("Requests that the API key may make at once."),
    "RateLimit-Remaining": _header("How many of them are left."),
    "RateLimit-Reset": _header("Seconds until all are back."),
}
_RETRY_HEADER = {"Retry-After": _header("Seconds after which a request would be taken.")}


_LINK_REFUSED: dict[int | str, dict[str, Any]] = {
    403: {
        "model": Problem,
        "description": "The link has expired, or is none.",
        "content": {
            "application/json": {
                "example": {
                    "message": "signature: this is not a link as it was given out; ask for a new one."
                }
            }
        },
    }
}


def media_answers(media_type: str) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that gives a file's bytes."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {
        200: {"description": "The whole file.", "content": content},
        206: {"description": "The part asked for.", "content": content},
        **problems(401, 403, 404, 416),
    }


def linked_media_answers(media_type: str = "application/octet-stream") -> dict[int | str, dict[str, Any]]:
    """The answers of a route that links lead to, which needs no API key."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {
        200: {"description": "The whole file, in its own type.", "content": content},
        206: {"description": "The part asked for.", "content": content},
        **problems(404, 416),
        **_LINK_REFUSED,
    }


def linked_text_answers(media_type: str) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that links lead to, and that gives a text without parts."""
    content = {media_type: {"schema": {"type": "string"}}}
    return {200: {"description": "The text.", "content": content}, **problems(400, 404), **_LINK_REFUSED}


def download_answers(media_type: str) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that gives bytes made on the way, which have no parts."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": "The file.", "content": content}, **problems(401, 403, 404)}


def install_openapi(app: FastAPI) -> None:
    """Make the app answer with the complete document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _tell_limits(responses: dict[str, Any]) -> None:
    """Every route that needs a key may be answered with 429, and JSON answers say how much is left."""
    for status, answer in responses.items():
        if status.startswith("2") and "application/json" in answer.get("content", {}):
            answer.setdefault("headers", {}).update(_LIMIT_HEADERS)
    known = problems(429)[429]
    content = {"schema": {"$ref": _REFERENCE.format(model="Problem")}, **known["content"]["application/json"]}
    responses["429"] = {
        "description": known["description"],
        "content": {"application/json": content},
        "headers": _RETRY_HEADER | _LIMIT_HEADERS,
    }


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    schemas = document["components"]["schemas"]
    request = BotRequest.model_json_schema(ref_template=_REFERENCE)
    schemas.update(request.pop("$defs"))
    schemas["BotRequest"] = request
    for model in _READ_BY_HAND:
        schemas[model.__name__] = model.model_json_schema(ref_template=_REFERENCE)
    transcribe = TranscribeBody.model_json_schema(ref_template=_REFERENCE)
    transcribe.pop("$defs")
    schemas["TranscribeBody"] = transcribe
    schemas[WEBHOOK_SCHEMA] = webhook_schema()
    schemas[PARTICIPANT_SCHEMA] = participant_schema()
    document["webhooks"] = webhooks()
    for path in document["paths"].values():
        for operation in path.values():
            # Nothing here answers 422; FastAPI names it for every route with parameters.
            operation["responses"].pop("422", None)
            _tell_what_is_given(operation["responses"], schemas)
            if "security" in operation:
                _tell_limits(operation["responses"])
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return document


def _tell_what_is_given(responses: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Describe a success by what its shape is, where a route says no more than that it is one."""
    for answer in responses.values():
        if answer["description"] != _SAYS_NOTHING:
            continue
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        named = schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
        answer["description"] = named.get("description", "What was asked for.").partition("\n")[0]
