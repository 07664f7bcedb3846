"""Reading a JSON body: bounded, strict, and refused with a reason."""

import asyncio
import contextlib
import json
from typing import Any, NoReturn

from fastapi import Request

from roomtone.service.api.errors import ApiError

READ_ON_FACTOR = 8
"""A body too long is read on and thrown away, up to this many times the limit: a client that is still
sending when the connection closes would lose the answer that tells it why."""
DEEPEST = 64
"""Most objects and arrays in one another: writing JSON again is recursive, in more than one library."""
READ_TIMEOUT_S = 60.0
"""Longest time a client may take to send its body."""


async def read_json_object(request: Request, max_bytes: int) -> dict[str, Any]:
    """The request's body, a JSON object.

    Everything in it can be written as JSON again, and kept in any database: no NaN, no infinity, no half of a
    surrogate pair, no NUL.

    Raises:
        ApiError: 413 when it is longer than ``max_bytes``, 400 when it is not a JSON object or never comes.
    """
    raw = await read_bytes(request, max_bytes)
    if not raw.strip():
        raise ApiError(400, "The body is empty; send a JSON object.")
    try:
        body = json.loads(raw, parse_constant=_refuse_constant)
        json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except RecursionError:
        raise _too_deep() from None
    except ValueError as problem:
        raise ApiError(400, f"The body is not usable JSON: {_reason(problem)}.") from None
    if _is_deep(body):
        raise _too_deep()
    if b"\\u0000" in raw and _has_nul(body):
        raise ApiError(400, "The body has a NUL character in a text; leave it out.")
    if not isinstance(body, dict):
        raise ApiError(400, "The body must be a JSON object.")
    return body


async def read_bytes(request: Request, max_bytes: int) -> bytes:
    """The request's body as it is.

    Raises:
        ApiError: 413 when it is longer than ``max_bytes``, 400 when it never comes.
    """
    try:
        async with asyncio.timeout(READ_TIMEOUT_S):
            return await _read(request, max_bytes)
    except TimeoutError:
        raise ApiError(400, f"The body did not arrive within {READ_TIMEOUT_S:.0f} s.") from None


async def read_away(request: Request, max_bytes: int) -> None:
    """Throw the body away as it comes, at most so much of it, so that a client hears why it is refused."""
    size = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READ_TIMEOUT_S):
            async for piece in request.stream():
                size += len(piece)
                if size > max_bytes:
                    return


async def _read(request: Request, max_bytes: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size <= max_bytes:
            pieces.append(piece)
        elif size > max_bytes * READ_ON_FACTOR:
            break
    if size > max_bytes:
        raise ApiError(413, f"The body is longer than {max_bytes} bytes.", {"Connection": "close"})
    return b"".join(pieces)


def _too_deep() -> ApiError:
    return ApiError(400, f"The body is nested too deeply; {DEEPEST} levels are taken.")


def _is_deep(body: object) -> bool:
    level = [body]
    for _ in range(DEEPEST + 1):
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        level = inner
    return bool(level)


def _has_nul(value: object) -> bool:
    """Whether a NUL is in any text or name; no database but SQLite keeps one."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(name) or _has_nul(one) for name, one in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _reason(problem: ValueError) -> str:
    match problem:
        case json.JSONDecodeError():
            return f"{problem.msg} at line {problem.lineno}, column {problem.colno}"
        case UnicodeDecodeError():
            return "it is not UTF-8"
        case UnicodeEncodeError():
            return "a text has half of a surrogate pair"
        case _:
            return "a number is out of range"
