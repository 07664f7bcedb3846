"""Stored files as answers: bytes in whole or in part, with what a player or a resumed download needs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from typing import Annotated
from urllib.parse import quote

from fastapi import Header, Request
from fastapi.responses import Response

from roomtone.service.api.errors import ApiError
from roomtone.service.api.media_links import default_name
from roomtone.service.api.pieces_response import PiecesResponse
from roomtone.service.api.ranges import Part, Unsatisfiable, requested_part
from roomtone.service.api.services import Services
from roomtone.service.storage.errors import MissingObject
from roomtone.service.store.artifacts import Artifact

RangeHeader = Annotated[str | None, Header(alias="Range", description="One range of bytes, as `bytes=0-99`.")]
IfRangeHeader = Annotated[
    str | None, Header(alias="If-Range", description="The Range counts only if the file still has this ETag.")
]

_NOTHING_RUNS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
"""For what is neither sound nor video: a page's document may have been made by anybody."""
_DOCUMENTS = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml"})
"""What a browser would open as a page of ours: these are downloads."""
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A finished file, found.

    Attributes:
        artifact: The file.
        size_bytes: As the storage has it.
        disposition: The ``Content-Disposition`` of its answers.
        more_headers: Further headers of its answers.
    """

    artifact: Artifact
    size_bytes: int
    disposition: str
    more_headers: dict[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        """A strong validator; a file under one key never changes its bytes."""
        artifact = self.artifact
        mark = f"{artifact.storage_key}\0{self.size_bytes}\0{artifact.created_at.isoformat()}"
        return f'"{sha256(mark.encode()).hexdigest()[:32]}"'

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every answer about it."""
        return {
            "Accept-Ranges": "bytes",
            "ETag": self.etag,
            "Last-Modified": format_datetime(self.artifact.created_at, usegmt=True),
            "Cache-Control": "private, no-cache",
            "Content-Disposition": self.disposition,
            "X-Content-Type-Options": "nosniff",
            **self.more_headers,
        }


async def stored_file(
    services: Services, artifact: Artifact, *, more_headers: Mapping[str, str] | None = None
) -> StoredFile:
    """An artifact, ready to be answered with.

    Raises:
        ApiError: 404 when the storage does not have it any more.
    """
    try:
        size_bytes = await services.storage.size(artifact.storage_key)
    except MissingObject:
        what = artifact.kind.replace("_", " ")
        raise ApiError(404, f"The {what} is no longer in the storage.") from None
    content_type = artifact.content_type.partition(";")[0].strip().lower()
    headers = {} if content_type.startswith(("audio/", "video/")) else _NOTHING_RUNS
    return StoredFile(
        artifact,
        size_bytes,
        _disposition(artifact, "attachment" if content_type in _DOCUMENTS else "inline"),
        {**headers, **(more_headers or {})},
    )


def _disposition(artifact: Artifact, how: str) -> str:
    name = f"{artifact.bot_id}-{artifact.name or default_name(artifact)}"
    if _PLAIN_NAME.fullmatch(name):
        return f'{how}; filename="{name}"'
    return f"{how}; filename*=UTF-8''{quote(name, safe='')}"


def answer_with_file(
    request: Request, services: Services, file: StoredFile, wanted: str | None, if_range: str | None
) -> Response:
    """The answer to a GET or HEAD of a file.

    Args:
        request: Whose answer it is.
        services: Where the bytes lie.
        file: The file.
        wanted: The Range header.
        if_range: The If-Range header.

    Raises:
        ApiError: 416 when the range lies outside the file.
    """
    media_type = file.artifact.content_type
    if request.method == "HEAD":
        # A Range counts for GET alone; what HEAD tells is the whole file.
        headers = file.headers | {"Content-Length": str(file.size_bytes)}
        return Response(headers=headers, media_type=media_type)
    try:
        part = requested_part(wanted, file.size_bytes) if _still_the_same(file, if_range) else None
    except Unsatisfiable:
        message = f"Range: the file has {file.size_bytes} bytes."
        raise ApiError(
            416, message, {"Content-Range": f"bytes */{file.size_bytes}", "Accept-Ranges": "bytes"}
        ) from None
    return _stream(services, file, part, media_type)


def _stream(services: Services, file: StoredFile, part: Part | None, media_type: str) -> Response:
    start, end = (part.start, part.end) if part else (0, file.size_bytes)
    headers = file.headers | {"Content-Length": str(end - start)}
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size_bytes}"
    pieces = services.storage.open_range(file.artifact.storage_key, start, end)
    return PiecesResponse(pieces, 206 if part else 200, headers, media_type)


def _still_the_same(file: StoredFile, if_range: str | None) -> bool:
    if if_range is None or if_range.strip() == file.etag:
        return True
    try:
        return parsedate_to_datetime(if_range) == file.artifact.created_at.replace(microsecond=0)
    except (ValueError, TypeError):
        return False
