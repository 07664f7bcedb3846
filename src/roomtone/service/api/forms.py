"""Reading a file out of a form (multipart/form-data) that is in memory already."""

import asyncio
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser

from roomtone.service.api.errors import ApiError

MOST_PARTS = 20


async def file_of_form(content_type: str, form: bytes, field: str) -> bytes:
    """The bytes of a field of a form, as a browser or `curl --form` sends it.

    Args:
        content_type: The request's header, with the boundary.
        form: The request's body.
        field: The field's name; a form with one file alone may call it otherwise.

    Raises:
        ApiError: 400 when there is no such field, or it is no form.
    """
    try:
        parts = await asyncio.to_thread(_parts, content_type, form)
    except (MessageError, ValueError, LookupError, RecursionError):
        raise ApiError(400, "The body is no usable form.") from None
    named = [part for part in parts if part.get_param("name", header="content-disposition") == field]
    files = [part for part in parts if part.get_filename() is not None]
    for part in (*named, *files):
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            return payload
    raise ApiError(400, f"{field}: the form has no such file.")


def _parts(content_type: str, form: bytes) -> list[Message]:
    header = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser().parsebytes(header + form)
    parts = message.get_payload()
    if not isinstance(parts, list):
        return []
    return [part for part in parts[:MOST_PARTS] if isinstance(part, Message)]
