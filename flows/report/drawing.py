"""Charts as SVG for a page: a Vega-Lite spec from `charts/`, its rows filled in, drawn by vl-convert, made small.

Colours are CSS variables of the page, so that one drawing serves light, dark and print. vl-convert brings its own
JavaScript engine and fonts; it asks no network (it is told to allow no address), and is imported when a chart is drawn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from lxml import etree

from flows.safe_text import safe_text

VEGA_LITE = "6.4"
MAX_ALT = 600  # characters that are read aloud; the tables have the rest
_SVG = "http://www.w3.org/2000/svg"
_DRAWN = {f"{{{_SVG}}}{name}" for name in ("svg", "g", "path", "line", "rect", "circle", "text", "tspan")}
# What a drawing needs; the rest is for Vega's own scripts, or says the default.
_KEPT = {
    "d", "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "width", "height", "transform", "fill", "fill-opacity", "stroke",
    "stroke-width", "stroke-dasharray", "stroke-opacity", "stroke-miterlimit", "text-anchor",
    "font-size", "font-weight",
}  # fmt: skip

Row = Mapping[str, object]


def drawn(name: str, rows: Sequence[Row], alt: str, shown: Sequence[str] = ()) -> str:
    """The chart `name` of these rows as an `<svg>` element with `alt` as its text for who can't see it.

    `shown`: the steps of time that are labelled on its axis. The element has no script, no link and no style.
    """
    import vl_convert

    svg = vl_convert.vegalite_to_svg(
        _spec(name, rows, shown), vl_version=VEGA_LITE, config=_read("theme"), allowed_base_urls=[]
    )
    return _slim(svg, alt)


def _read(name: str) -> dict[str, Any]:
    text = files("flows.report").joinpath("charts", f"{name}.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def _spec(name: str, rows: Sequence[Row], shown: Sequence[str]) -> dict[str, Any]:
    spec = _read(name)
    for param in spec.get("params", ()):
        if param["name"] == "shown":
            param["value"] = list(shown)
    values = [{key: _plain(cell) for key, cell in row.items()} for row in rows]
    return spec | {"data": {"values": values}}


def _plain(cell: object) -> object:
    """A name as XML can hold it: no control characters, and none of the two that are no characters."""
    return re.sub("[\ufffe\uffff]", "\ufffd", safe_text(cell)) if isinstance(cell, str) else cell


def _slim(svg: str, alt: str) -> str:
    root = etree.fromstring(svg.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    for element in list(root.iter()):
        if element.tag not in _DRAWN or element.get("display") == "none":
            _drop(element)
    for element in root.iter():
        for key in set(element.attrib) - _KEPT:
            del element.attrib[key]
    for element in list(_empty(root)):
        _drop(element)
    _unwrap_groups(root)
    width, height = root.get("width", "0"), root.get("height", "0")
    etree.cleanup_namespaces(root)
    root.set("viewBox", f"0 0 {width} {height}")
    root.set("role", "img")
    root.set("aria-label", str(_plain(alt))[:MAX_ALT])
    return etree.tostring(root, encoding="unicode")


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _empty(root: etree._Element) -> Iterator[etree._Element]:
    """Shapes that draw nothing, and groups that hold nothing but them; from the inside out."""
    for element in reversed(list(root.iter())):
        name = etree.QName(element).localname
        blank_path = name == "path" and (
            not element.get("d") or not (element.get("fill") or element.get("stroke"))
        )
        blank_group = name == "g" and len(element) == 0
        blank_text = name == "text" and not "".join(map(str, element.itertext()))
        if blank_path or blank_group or blank_text:
            yield element


def _unwrap_groups(root: etree._Element) -> None:
    """A group that changes nothing gives its place to what it holds."""
    for element in list(root.iter(f"{{{_SVG}}}g")):
        parent = element.getparent()
        if parent is None or (element.attrib and element.get("transform") != "translate(0,0)"):
            continue
        at = parent.index(element)
        for offset, child in enumerate(list(element)):
            parent.insert(at + offset, child)
        parent.remove(element)
