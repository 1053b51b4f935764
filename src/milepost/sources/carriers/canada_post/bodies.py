"""Opens Canada Post's answers: JSON, or the XML of its older services with the same parts by other names."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from milepost.sources.loose_json import Object, UnreadableError, decode


def opened(body: bytes) -> Any:
    """The body's value, by the names that the JSON has. Raises UnreadableError."""
    return _from_xml(body) if body.lstrip()[:1] == b"<" else decode(body)


def _from_xml(body: bytes) -> Object:
    """A document with a DTD is refused unread: that is where entities that grow or fetch are told."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableError(str(error)) from error
    if _name(root) == "messages":
        return {"messages": [_texts(message) for message in root]}
    return {
        **_texts(root),
        "significantEvents": [_texts(node) for node in root.iter() if _name(node) == "occurrence"],
    }


def _texts(node: Element) -> Object:
    """What stands right in a node; `event-date` is `eventDate`."""
    return {_name(child): child.text for child in node if child.text and child.text.strip()}


def _name(node: Element) -> str:
    """Without its namespace, and as JSON would spell it."""
    first, *others = node.tag.rpartition("}")[2].split("-")
    return first + "".join(map(str.capitalize, others))
