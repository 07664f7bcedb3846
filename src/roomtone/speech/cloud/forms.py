"""A form with a sound file in it, as ``multipart/form-data``, the file read in pieces."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from roomtone.speech.cloud.bodies import FileBody, content_type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def form_body(
    fields: Iterable[tuple[str, str]],
    path: Path,
    length_bytes: int,
    sent: Callable[[float], None] | None = None,
) -> FileBody:
    """The body of a form whose last field, ``file``, is a sound file.

    Args:
        fields: Names and values before it, in order; a name may come several times. Names are plain.
        path: The file; servers tell its kind by its name, which must hold no quotation mark.
        length_bytes: Of the file.
        sent: See ``FileBody``.
    """
    boundary = secrets.token_hex(16)
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    )
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
        f"Content-Type: {content_type_of(path)}\r\n\r\n"
    )
    return FileBody(
        path,
        length_bytes,
        f"multipart/form-data; boundary={boundary}",
        before=head.encode("utf-8", "replace"),
        after=f"\r\n--{boundary}--\r\n".encode(),
        sent=sent,
    )
