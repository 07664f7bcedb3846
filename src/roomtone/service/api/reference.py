"""The OpenAPI document as a page, to read and to try: it loads nothing from anywhere else."""

import json
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse

from roomtone.service.api.reference_forms import TRY_SCRIPT, form, key_field

router = APIRouter(include_in_schema=False)

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
section { border-top: 1px solid #8886; margin-top: 2rem }
h2 code { font-size: 1rem } h2 b { display: inline-block; min-width: 3.5rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0 }
tr { border-bottom: 1px solid #8883 }
form label { display: block; margin: .5rem 0 }
textarea { width: 100%; font: 13px/1.4 ui-monospace, monospace }
nav a { text-decoration: none } nav td { padding: .1rem .75rem .1rem 0 }
summary { cursor: pointer } pre { overflow: auto; max-height: 24rem; background: #8881; padding: .5rem }
"""
_CODE = re.compile(r"(`{1,2})([^`]+)\1")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
}


@router.get("/docs")
async def reference(request: Request) -> HTMLResponse:
    """The reference of the API, for people."""
    return HTMLResponse(page(request.app.openapi()), headers=_HEADERS)


@router.get("/docs/try.js")
async def try_script() -> FileResponse:
    """The page's script."""
    return FileResponse(TRY_SCRIPT, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def page(document: dict[str, Any]) -> str:
    """The whole page for an OpenAPI document."""
    info = document["info"]
    operations = "".join(
        _operation(method.upper(), path, operation, document)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    events = "".join(_event(name, item["post"]) for name, item in document.get("webhooks", {}).items())
    schemas = "".join(
        f'<section id="{escape(name)}"><h2>{escape(name)}</h2><p>{_prose(schema.get("description", ""))}</p>'
        f"{_properties(schema)}</section>"
        for name, schema in document["components"]["schemas"].items()
    )
    title = f"{escape(info['title'])} {escape(info['version'])}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<h1>{title}</h1><p>{_prose(info['description'])} Send <code>Authorization: Token KEY</code>; "
        'the same for machines: <a href="/openapi.json">openapi.json</a>.</p>'
        f'{key_field()}{_contents(document)}{operations}<h1 id="webhooks">Webhooks</h1>{events}'
        f'<h1 id="shapes">Shapes</h1>{schemas}'
        '<script src="/docs/try.js"></script></html>'
    )


def _contents(document: dict[str, Any]) -> str:
    rows = [
        (
            f"<b>{method.upper()}</b>",
            f'<a href="#{escape(operation["operationId"])}"><code>{escape(path)}</code></a>',
            _prose(operation["summary"]),
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return (
        f"<nav>{_table(('method', 'path', 'what it does'), rows)}"
        '<p>Then <a href="#webhooks">webhooks</a> and <a href="#shapes">shapes</a>.</p></nav>'
    )


def _prose(text: str) -> str:
    """A description as HTML: what stands between backticks, one or two, is code."""
    return _CODE.sub(r"<code>\2</code>", escape(text))


def _operation(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    parameters = [(p["name"], p["in"], p.get("description", "")) for p in operation.get("parameters", [])]
    answers = [
        (status, _link(_schema_of(answer)), _prose(answer["description"]))
        for status, answer in operation["responses"].items()
    ]
    body = operation.get("requestBody")
    return (
        f'<section id="{escape(operation["operationId"])}">'
        f"<h2><b>{method}</b> <code>{escape(path)}</code></h2>"
        f"<p>{_prose(operation['summary'])}. {_prose(operation.get('description', ''))}</p>"
        + (f"<p>Body: {_link(_schema_of(body))}</p>{_properties(_resolved(body, document))}" if body else "")
        + (_table(("parameter", "in", "meaning"), [tuple(map(_prose, row)) for row in parameters]))
        + _table(("answer", "shape", "meaning"), answers)
        + form(method, path, operation, _resolved(body, document) if body else {})
        + "</section>"
    )


def _event(name: str, operation: dict[str, Any]) -> str:
    media = operation["requestBody"]["content"]["application/json"]
    examples = "".join(
        f"<details><summary>{escape(kind)}</summary><pre>"
        f"{escape(json.dumps(example['value'], indent=2, ensure_ascii=False))}</pre></details>"
        for kind, example in media["examples"].items()
    )
    return (
        f'<section id="{escape(operation["operationId"])}"><h2><code>{escape(name)}</code></h2>'
        f"<p>{_prose(operation['description'])} Body: {_link(media['schema'])}</p>{examples}</section>"
    )


def _properties(schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = [
        (
            f"<code>{escape(name)}</code>" + (" (required)" if name in required else ""),
            _type(field),
            _prose(field.get("description", "")),
        )
        for name, field in schema.get("properties", {}).items()
    ]
    return _table(("field", "type", "meaning"), rows)


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return _link(field)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in field:
            return " or ".join(_type(option) for option in field[choice])
    if "enum" in field or "const" in field:
        return " or ".join(escape(repr(value)) for value in field.get("enum", [field.get("const")]))
    if field.get("type") == "array":
        return f"array of {_type(field.get('items', {}))}"
    limits = [f"{sign} {field[key]}" for key, sign in (("minimum", "≥"), ("maximum", "≤")) if key in field]
    default = [f"default {field['default']!r}"] if field.get("default") is not None else []
    kind = field.get("type", "anything")
    return escape(", ".join([kind if isinstance(kind, str) else " or ".join(kind), *limits, *default]))


def _schema_of(content: dict[str, Any]) -> dict[str, Any]:
    media: dict[str, Any] = next(iter(content.get("content", {}).values()), {})
    schema: dict[str, Any] = media.get("schema", {})
    return schema


def _resolved(content: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    name = _schema_of(content)["$ref"].rsplit("/", 1)[1]
    schema: dict[str, Any] = document["components"]["schemas"][name]
    return schema


def _link(schema: dict[str, Any]) -> str:
    if "$ref" not in schema:
        return escape(schema.get("format", ""))
    name = escape(schema["$ref"].rsplit("/", 1)[1])
    return f'<a href="#{name}">{name}</a>'


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of cells that are HTML already; nothing when there are no rows."""
    if not rows:
        return ""
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"
