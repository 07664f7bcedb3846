"""The forms of the reference page by which an operation is tried."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

TRY_SCRIPT = Path(__file__).with_name("try.js")
"""Sends what the forms hold, and shows the answer; the page's only script."""


def key_field() -> str:
    """The field for the API key that the page's requests are sent with; it is kept nowhere."""
    return (
        '<p><label>API key for trying <input id="key" type="password" autocomplete="off" size="40" '
        'placeholder="rt_..."></label> It stays in this page and is sent to this server alone.</p>'
    )


def form(method: str, path: str, operation: dict[str, Any], body_schema: dict[str, Any]) -> str:
    """A form that sends the operation's request: its parameters, its body with the examples, a button.

    Args:
        method: Such as ``POST``.
        path: With its parameters in braces.
        operation: As the document has it.
        body_schema: Of its body; a body without examples begins with the fields that are required.
    """
    fields = "".join(_field(parameter) for parameter in operation.get("parameters", []))
    return (
        f"<details><summary>Try it</summary>"
        f'<form class="try" data-method="{method}" data-path="{escape(path)}">'
        f"{fields}{_body(operation, body_schema)}<button>Send</button></form>"
        f'<div class="answer" hidden><p></p><pre></pre></div></details>'
    )


def _field(parameter: dict[str, Any]) -> str:
    name, place = escape(parameter["name"]), escape(parameter["in"])
    required = " required" if parameter.get("required") else ""
    return (
        f'<label>{name} <input name="{name}" data-in="{place}"{required} '
        f'placeholder="{place}" autocomplete="off"></label>'
    )


def _body(operation: dict[str, Any], schema: dict[str, Any]) -> str:
    media = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if media is None:
        return ""
    examples = media.get("examples") or {"required": {"summary": "What is required", "value": _least(schema)}}
    options = "".join(
        f'<option value="{escape(_text(example["value"]))}">{escape(example.get("summary", name))}</option>'
        for name, example in examples.items()
    )
    first = _text(next(iter(examples.values()))["value"])
    return (
        f'<label>Example <select class="examples">{options}</select></label>'
        f'<textarea name="body" rows="{min(20, first.count(chr(10)) + 2)}" spellcheck="false">'
        f"{escape(first)}</textarea>"
    )


def _least(schema: dict[str, Any]) -> dict[str, Any]:
    fields = schema.get("properties", {})
    return {name: _sample(fields.get(name, {})) for name in schema.get("required", ())}


def _sample(field: dict[str, Any]) -> Any:
    known = [*field.get("examples", ()), *field.get("enum", ())]
    return known[0] if known else {"object": {}, "array": [], "integer": 1}.get(field.get("type", ""), "")


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
