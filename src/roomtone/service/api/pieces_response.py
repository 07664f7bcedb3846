"""A body in pieces whose source is closed when the answer is over, however it ends."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fastapi.responses import StreamingResponse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.types import Receive, Scope, Send


class PiecesResponse(StreamingResponse):
    """Sends what a generator gives; its files are closed also when the client hangs up in the middle.

    Args:
        pieces: The body.
        status_code: The answer's status.
        headers: Its headers.
        media_type: Its content type.
    """

    def __init__(
        self,
        pieces: AsyncGenerator[bytes, None],
        status_code: int,
        headers: Mapping[str, str],
        media_type: str,
    ) -> None:
        super().__init__(pieces, status_code, headers, media_type)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and close the source."""
        async with contextlib.aclosing(self._pieces):
            await super().__call__(scope, receive, send)
