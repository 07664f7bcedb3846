"""Reading a file out of a form (multipart/form-data, RFC 7578) that is in memory already.

Its time is in proportion to the form's length whatever stands in it: the standard library's parser of
mails took minutes for a head of some megabytes, and everybody else waited for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from roomtone.service.api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PARTS = 20
MOST_HEAD_BYTES = 4096
"""Longest head of a part: its name, its file's name and its type."""
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;",]{1,70}))', re.IGNORECASE)
_DISPOSITION = re.compile(rb"(?im)^content-disposition:[ \t]*form-data[ \t]*(;[^\r\n]*)")
_NAME = re.compile(rb';[ \t]*name=(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)
_FILE_NAME = re.compile(rb";[ \t]*filename\*?=", re.IGNORECASE)


def file_of_form(content_type: str, form: bytes, field: str) -> bytes:
    """The bytes of a field of a form, as a browser or `curl --form` sends it.

    Args:
        content_type: The request's header, with the boundary.
        form: The request's body.
        field: The field's name; a form with one file alone may call it otherwise.

    Raises:
        ApiError: 400 when there is no such field, or it is no form.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise ApiError(400, f"{field}: the Content-Type of the form has no usable boundary.")
    boundary = (found[1] or found[2]).encode("latin-1", "replace")
    a_file: tuple[int, int] | None = None
    for head, begin, end in _parts(form, boundary):
        disposition = _DISPOSITION.search(head)
        if disposition is None:
            continue
        name = _NAME.search(disposition[1])
        if name is not None and (name[1] or name[2] or b"").decode("utf-8", "replace") == field:
            return form[begin:end]
        if a_file is None and _FILE_NAME.search(disposition[1]) is not None:
            a_file = begin, end
    if a_file is None:
        raise ApiError(400, f"{field}: the form has no such file.")
    return form[slice(*a_file)]


def _parts(form: bytes, boundary: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Of each part its head, and where its content begins and ends."""
    line = b"--" + boundary
    at = 0 if form.startswith(line) else form.find(b"\r\n" + line) + 2
    if at == 1:
        return
    for _ in range(MOST_PARTS):
        at += len(line)
        end = form.find(b"\r\n" + line, at)
        head_end = form.find(b"\r\n\r\n", at, at + MOST_HEAD_BYTES)
        if end < 0 or form.startswith(b"--", at):
            return
        if 0 <= head_end < end:
            yield form[at : head_end + 2], head_end + 4, end
        at = end + 2
