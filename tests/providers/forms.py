"""Reading ``multipart/form-data`` as a fake's server gets it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file in a form."""

    name: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Form:
    """A form.

    Attributes:
        fields: Values by name, in order.
        files: Files by the name of their field.
    """

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, FormFile] = field(default_factory=dict)

    def value(self, name: str) -> str | None:
        """The first value of a name; None: there is none."""
        return self.fields.get(name, [None])[0]


def parsed_form(content_type: str, body: bytes) -> Form:
    """The form in a body; raises ``ValueError`` when it is none."""
    match = re.fullmatch(r'multipart/form-data;\s*boundary="?([^";]+)"?', content_type)
    if match is None:
        raise ValueError("not a form")
    delimiter = b"--" + match[1].encode()
    opening, *parts, closing = (b"\r\n" + body).split(b"\r\n" + delimiter)
    if opening or closing not in {b"--", b"--\r\n"}:
        raise ValueError("not whole")
    form = Form()
    for part in parts:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        told = head.decode()
        name = re.search(r'name="([^"]*)"', told)
        file_name = re.search(r'filename="([^"]*)"', told)
        if name is None:
            raise ValueError("a part has no name")
        if file_name is None:
            form.fields.setdefault(name[1], []).append(content.decode())
        else:
            kind = re.search(r"content-type:\s*(\S+)", told, re.IGNORECASE)
            form.files[name[1]] = FormFile(file_name[1], kind[1] if kind else "", content)
    return form
