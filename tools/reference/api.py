"""The list of API resources, made from the OpenAPI document that Milepost publishes."""

from collections.abc import Iterator, Mapping
from typing import Any

from litestar import Litestar
from litestar.openapi import OpenAPIConfig

from milepost.show.api.resources import router
from milepost.show.health import healthz, readyz
from milepost.version import VERSION

HEAD = """# The API

Made from the published document, `GET /schema/openapi.json`. Nothing under `/api/v1` changes a fact;
[webhooks](../use/webhooks.md) can be added and steered there.

- **Key**: `Authorization: Bearer <api key>`. Make one with `milepost api-key add`; `--shop` limits it to
  shops, `--contacts` lets it see who gets a parcel, `--webhooks` lets it say where webhooks go.
- **Pages**: `{"data": […], "next_cursor": …}`. Ask again with `cursor=<next_cursor>` until it is null.
- **Errors**: problem documents (RFC 9457, `application/problem+json`) with `title`, `status`, `detail`, and
  `errors` that name each wrong field.
- **Times**: RFC 3339. An event's `occurred_at` has the offset it was told with; it is null where no offset
  was told and none can be worked out, and then `wall_clock` is all there is (`offset_source` is `unzoned`).
- **Unknown** is null, never a guess.
"""


METHODS = ("get", "post", "patch", "delete")


def pages() -> dict[str, str]:
    told = document()
    parts = [HEAD, "## Resources"]
    parts += [
        resource(method, path, told)
        for path in sorted(told["paths"])
        for method in METHODS
        if method in told["paths"][path]
    ]
    parts.append("## Shapes")
    schemas = told["components"]["schemas"]
    parts += [shape(name, schemas[name]) for name in sorted(schemas) if is_shape(schemas[name])]
    return {"docs/reference/api.md": "\n\n".join(part.rstrip("\n") for part in parts)}


def document() -> dict[str, Any]:
    config = OpenAPIConfig(title="Milepost", version=VERSION, path="/schema", use_handler_docstrings=True)
    made = Litestar(route_handlers=[router(), healthz, readyz], openapi_config=config)
    return made.openapi_schema.to_schema()


def resource(method: str, path: str, told: Mapping[str, Any]) -> str:
    operation = told["paths"][path][method]
    lines = [
        f"### `{method.upper()} {path}`",
        "",
        f"{operation['summary']}. {operation.get('description', '')}".strip(),
    ]
    if parameters := operation.get("parameters"):
        lines += ["", "| Parameter | In | Type | |", "|---|---|---|---|"]
        lines += [parameter(one) for one in parameters]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        lines += ["", f"Body: {type_of(content['schema'])}."]
    lines += ["", "Answers: " + "; ".join(answers(operation)) + "."]
    return "\n".join(lines)


def parameter(one: Mapping[str, Any]) -> str:
    about = one.get("description") or one["schema"].get("description", "")
    needed = " Needed." if one.get("required") else ""
    return f"| `{one['name']}` | {one['in']} | {type_of(one['schema'])} | {about}{needed} |"


def answers(operation: Mapping[str, Any]) -> Iterator[str]:
    for status, answer in sorted(operation["responses"].items()):
        content = next(iter(answer.get("content", {}).values()), {})
        what = type_of(content.get("schema", {}))
        yield f"{status} {what}" if content else status


def is_shape(schema: Mapping[str, Any]) -> bool:
    return "properties" in schema


def shape(name: str, schema: Mapping[str, Any]) -> str:
    lines = [f"### {name}", "", schema.get("description", ""), "", "| Field | Type |", "|---|---|"]
    lines += [f"| `{field}` | {type_of(told)} |" for field, told in schema["properties"].items()]
    return "\n".join(lines)


def type_of(schema: Mapping[str, Any]) -> str:
    """In few words; a shape is linked."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(type_of(one) for one in schema[several]))
    if schema.get("type") == "array":
        return f"list of {type_of(schema['items'])}"
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(kind)
    return schema.get("format", kind) if kind == "string" else kind
