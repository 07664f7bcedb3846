"""Errors as the API answers them: always ``{"message": "..."}``, naming the field at fault.

RoomtoneError
└── ApiError       carries its HTTP status
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from roomtone.bot.errors import InvalidRequest, RoomtoneError
from roomtone.service.api.token_buckets import Allowance
from roomtone.service.deletion.errors import AlreadyDeleted, NotAllDeleted, StillInMeeting
from roomtone.service.storage.errors import MissingObject, OutOfReach, StorageError, WriteOnly
from roomtone.service.store.errors import (
    NoLongerScheduled,
    NotReplayable,
    NotScheduled,
    TooManyEndpoints,
    TooManyTranscripts,
    UnknownBot,
    UnknownDelivery,
    UnknownEndpoint,
    UnknownTranscript,
)

_log = structlog.get_logger(__name__)

_MESSAGES = {
    404: "There is nothing at this path; see /openapi.json for the paths there are.",
    405: "This path does not take this method.",
}
_NO_CALENDARS = "This server connects to no calendars; of /calendar it serves /calendar/scheduled_bots alone."
_STORE_ERRORS: dict[type[Exception], int] = {
    UnknownEndpoint: 404,
    UnknownDelivery: 404,
    TooManyEndpoints: 409,
    UnknownTranscript: 404,
    TooManyTranscripts: 409,
    NotReplayable: 409,
    NotScheduled: 409,
    NoLongerScheduled: 404,
}
"""Errors of the store whose text is for the caller."""
_DELETION_ERRORS: dict[type[Exception], int] = {StillInMeeting: 409, AlreadyDeleted: 404}
_STORAGE_REFUSALS: dict[type[Exception], int] = {MissingObject: 404, WriteOnly: 403, OutOfReach: 403}
"""Errors whose text is for the caller, too."""
_MOST_PROBLEMS = 5


class ApiError(RoomtoneError):
    """A request that is answered with an error.

    Attributes:
        status: The HTTP status.
        message: What is wrong and what would be right, for the caller.
        headers: Further headers of the answer.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


def no_such_bot() -> ApiError:
    """The answer for a bot that does not exist or belongs to another workspace: the same for both."""
    return ApiError(404, "bot_id: there is no such bot.")


def limit_headers(allowance: Allowance) -> dict[str, str]:
    """How much of a limit is left, as headers of an answer."""
    return {
        "RateLimit-Limit": str(allowance.limit),
        "RateLimit-Remaining": str(allowance.remaining),
        "RateLimit-Reset": str(allowance.full_after_s),
    }


def too_many_requests(allowance: Allowance, whose: str) -> ApiError:
    """The answer to a request that was not granted; ``whose`` as in "for this bot"."""
    wait_s = allowance.retry_after_s
    headers = {"Retry-After": str(wait_s), **limit_headers(allowance)}
    return ApiError(429, f"There were too many requests {whose}; try again in {wait_s} s.", headers)


def sentence(problems: Sequence[Mapping[str, Any]]) -> str:
    """Pydantic's problems as one readable sentence, each with its dotted path; at most five."""
    told = [f"{_path(problem['loc'])}{_what(str(problem['msg']))}" for problem in problems[:_MOST_PROBLEMS]]
    if len(problems) > _MOST_PROBLEMS:
        told.append(f"and {len(problems) - _MOST_PROBLEMS} more")
    return "; ".join(told)


def install_error_answers(app: FastAPI) -> None:
    """Make every error of the app answer as this module says."""
    app.add_exception_handler(ApiError, _answer_api_error)
    app.add_exception_handler(InvalidRequest, _answer_invalid_request)
    app.add_exception_handler(UnknownBot, _answer_unknown_bot)
    for error, status in (_STORE_ERRORS | _DELETION_ERRORS | _STORAGE_REFUSALS).items():
        app.add_exception_handler(error, _answering(status))
    app.add_exception_handler(NotAllDeleted, _answer_not_all_deleted)
    app.add_exception_handler(StorageError, _answer_storage_away)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(ClientDisconnect, _answer_disconnect)
    app.add_exception_handler(OperationalError, _answer_database_away)
    app.add_exception_handler(Exception, _answer_unexpected)


def _path(location: Sequence[str | int]) -> str:
    parts = [str(part) for part in location if part not in {"query", "path", "header", "body"}]
    return ".".join(parts) + ": " if parts else ""


def _what(message: str) -> str:
    if message.startswith("Input should be a valid dictionary"):
        return "must be an object"  # JSON's word; Pydantic's names a class of ours behind it
    for prefix, instead in (
        ("Value error, ", ""),
        ("Input should be ", "must be "),
        ("Field required", "is required"),
    ):
        if message.startswith(prefix):
            return instead + message.removeprefix(prefix)
    return message[:1].lower() + message[1:]


def _answer(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"message": message}, status, dict(headers or {}))


async def _answer_api_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return _answer(error.status, error.message, error.headers)


async def _answer_invalid_request(_request: Request, error: Exception) -> JSONResponse:
    return _answer(400, str(error))


async def _answer_unknown_bot(_request: Request, _error: Exception) -> JSONResponse:
    answer = no_such_bot()
    return _answer(answer.status, answer.message)


def _answering(status: int) -> Callable[[Request, Exception], Awaitable[JSONResponse]]:
    async def answer(_request: Request, error: Exception) -> JSONResponse:
        return _answer(status, str(error))

    return answer


async def _answer_validation(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _answer(400, sentence(error.errors()))


async def _answer_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message = _MESSAGES.get(error.status_code, str(error.detail))
    if error.status_code == 404 and request.url.path.startswith("/api/v1/calendar"):
        message = _NO_CALENDARS
    return _answer(error.status_code, message, error.headers)


async def _answer_disconnect(_request: Request, _error: Exception) -> JSONResponse:
    # Nobody is there to read it.
    return _answer(400, "The request ended before its body did.")


async def _answer_database_away(_request: Request, error: Exception) -> JSONResponse:
    _log.error("api.database_away", exc_info=error)
    message = "The database cannot be used now, as when the server's disk is full; try again later."
    return _answer(503, message, {"Retry-After": "10"})


async def _answer_storage_away(_request: Request, error: Exception) -> JSONResponse:
    # Its text names the server's bucket and what is wrong with it: for the operator.
    _log.error("api.storage_away", problem=str(error))
    message = "The storage cannot be used now; the server's log says why. Try again later."
    return _answer(503, message, {"Retry-After": "10"})


async def _answer_not_all_deleted(_request: Request, error: Exception) -> JSONResponse:
    _log.error("api.not_all_deleted", problem=str(error))
    message = "Not everything could be deleted yet; the server goes on trying, and its log says why."
    return _answer(503, message, {"Retry-After": "60"})


async def _answer_unexpected(request: Request, error: Exception) -> JSONResponse:
    route = request.scope.get("route")
    _log.error("api.request_failed", route=getattr(route, "path", None), error=type(error).__name__)
    return _answer(500, "Something went wrong on the server; its log says what.")
