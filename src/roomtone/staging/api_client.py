"""Roomtone's public API, as a customer calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import httpx2

from roomtone.staging.errors import ApiRefused, StagingError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

TIMEOUT_S = 30.0
"""Longest wait for any answer, or for the next piece of a download."""


class ApiClient:
    """Calls with one key; an async context manager.

    Args:
        base_url: Of the server, such as ``http://127.0.0.1:8700``.
        key: What ``roomtone keys create`` printed.

    Raises ``ApiRefused`` from every call for an answer that is not 2xx, and ``StagingError`` when there is
    none.
    """

    def __init__(self, base_url: str, key: str) -> None:
        self._client = httpx2.AsyncClient(
            base_url=base_url.rstrip("/") + "/api/v1",
            headers={"Authorization": f"Token {key}"},
            timeout=TIMEOUT_S,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        """Nothing is sent yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def create_bot(self, request: dict[str, Any]) -> str:
        """Send a bot; its id."""
        return str((await self._json("POST", "/bots/create_bot", request))["bot_id"])

    async def status(self, bot_id: str) -> str:
        """The bot's status string."""
        return str((await self._json("GET", f"/bots/{bot_id}/status"))["status"])

    async def detail(self, bot_id: str) -> dict[str, Any]:
        """The bot's ``bot_details``."""
        details = (await self._json("GET", f"/bots/{bot_id}/detail"))["bot_details"]
        return details if isinstance(details, dict) else {}

    async def remove(self, bot_id: str) -> None:
        """Ask the bot to leave."""
        await self._json("GET", f"/bots/{bot_id}/remove_bot")

    async def streams(self, bot_id: str, what: str) -> dict[str, Any]:
        """The answer of ``get_audio_streams`` or ``get_recording_streams``."""
        return await self._json("GET", f"/bots/{bot_id}/{what}")

    async def download(self, bot_id: str, what: str, target: Path) -> bool:
        """Fetch ``audio`` or ``video`` into a file; False when the bot has none (404)."""
        return await self.download_link(f"/bots/{bot_id}/{what}", target)

    async def download_link(self, link: str, target: Path) -> bool:
        """Fetch what a link of the server gives into a file; False when there is nothing (404)."""
        try:
            async with self._client.stream("GET", link) as answer:
                if answer.status_code == 404:
                    return False
                if answer.status_code != 200:
                    await answer.aread()
                    raise _refused("GET", answer.url.path, answer)
                with target.open("wb") as file:
                    async for piece in answer.aiter_bytes():
                        file.write(piece)
        except httpx2.HTTPError as problem:
            raise StagingError(f"the download of {target.name} failed: {problem!r}") from problem
        return True

    async def _json(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        try:
            answer = await self._client.request(method, path, json=body)
        except httpx2.HTTPError as problem:
            raise StagingError(f"the server did not answer {method} {path}: {problem!r}") from problem
        if not answer.is_success:
            raise _refused(method, path, answer)
        value = answer.json()
        if not isinstance(value, dict):
            raise StagingError(f"{method} {path} answered something that is not a JSON object")
        return value


def _refused(method: str, path: str, answer: httpx2.Response) -> ApiRefused:
    try:
        message = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        message = answer.text[:200]
    return ApiRefused(f"{method} {path} was refused with {answer.status_code}: {message}", answer.status_code)
