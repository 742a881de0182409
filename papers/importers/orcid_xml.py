"""ORCID's XML, turned into the objects that its JSON would hold, one work at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, cast

from lxml import etree

from papers.importers.base import excerpt
from papers.importers.json_items import Readable
from papers.importers.loose import Unfit, as_json
from papers.records import ParseResult, Rejected, WorkRecord

_WORK: Final = "{http://www.orcid.org/ns/work}work"
_SUMMARY: Final = "{http://www.orcid.org/ns/work}work-summary"
_GROUP: Final = "{http://www.orcid.org/ns/activities}group"
_PERSON: Final = "{http://www.orcid.org/ns/person}person"
_IDENTIFIER: Final = "{http://www.orcid.org/ns/common}orcid-identifier"
_LISTED: Final = frozenset({"work-summary", "contributor", "external-id"})
_CHUNK_BYTES: Final = 256 * 1024

Build = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterable[WorkRecord]]


def parse_orcid_xml(stream: Readable, build: Build) -> Iterator[ParseResult]:
    """Records of ORCID works in XML. Entities and the network are never touched; memory is bounded by one work."""
    parser = etree.XMLPullParser(events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    around: dict[str, Any] = {}
    ordinal = 0
    try:
        while piece := stream.read(_CHUNK_BYTES):
            parser.feed(piece)
            for work in _works(parser, around):
                ordinal += 1
                yield from _built(work, around, build, ordinal)
        parser.close()
    except etree.XMLSyntaxError as error:
        yield Rejected(ordinal + 1, "", f"The XML is broken from here on: {excerpt(error.msg)}.")


def _built(work: Mapping[str, Any], around: Mapping[str, Any], build: Build, ordinal: int) -> Iterator[ParseResult]:
    try:
        yield from build(work, around)
    except Unfit as unfit:
        yield Rejected(ordinal, unfit.record_id[:300], unfit.reason, excerpt(as_json(work)))


def _works(parser: etree.XMLPullParser, around: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Works, summaries and groups as their end is read. ``around`` gathers whose record it is."""
    for event, found in parser.read_events():
        element = cast("etree._Element", found)  # noqa: SLF001 - the stubs say only what else it may be
        if event == "start":
            path = element.get("path")
            if path and "path" not in around:
                around["path"] = path
            continue
        if element.tag == _IDENTIFIER and sum(1 for _ in element.iterancestors()) == 1:
            around["orcid-identifier"] = _node(element)
        elif element.tag == _PERSON:
            around["person"] = _node(element)
        elif element.tag in {_WORK, _GROUP} or (element.tag == _SUMMARY and not _inside(element, _GROUP)):
            node = _node(element)
            if element.tag != _GROUP or "work-summary" in node:
                yield node
            element.clear()


def _inside(element: etree._Element, tag: str) -> bool:
    return next(element.iterancestors(tag), None) is not None


def _node(element: etree._Element) -> dict[str, Any]:
    """An element as ORCID's JSON writes it: children by local name, text under "value", attributes beside them."""
    node: dict[str, Any] = {etree.QName(name).localname: value for name, value in element.attrib.items()}
    for child in element:
        if callable(child.tag):  # a comment or a processing instruction
            continue
        name = etree.QName(child).localname
        inner: Any = _node(child)
        if len(child) == 0 and name in _BARE:
            inner = (child.text or "").strip()
        if name in _LISTED:
            node.setdefault(name, []).append(inner)
        else:
            node.setdefault(name, inner)
    if len(element) == 0 and element.text and element.text.strip():
        node["value"] = element.text.strip()
    return node


# What the JSON writes as bare text where it wraps other texts in an object.
_BARE: Final = frozenset(
    {"path", "uri", "host", "type", "external-id-type", "external-id-value", "external-id-relationship", "contributor-role"}
)
