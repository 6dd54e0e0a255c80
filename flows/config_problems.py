"""What is wrong with a config, said in one line each: where, which key, what was expected, what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from flows.config_lines import Node
from flows.config_schema import ConfigFile, Section
from flows.exits import Problem

_SHOWN = 60  # characters of a wrong value; a line of an error stays a line

Path = tuple[str | int, ...]


def shape_problems(error: ValidationError, root: Node, file: str) -> list[Problem]:
    """One problem for each place that `error` names, in the words of the schema."""
    problems: dict[Path, Problem] = {}
    for detail in error.errors(include_url=False):
        path, expected, section = _known_part(detail["loc"])
        if detail["type"] == "extra_forbidden" and section is not None:
            key = str(detail["loc"][-1])
            path = (*path, key)
            problems.setdefault(path, _unknown_key(root, path, section, file))
        else:
            problems.setdefault(path, problem_at(root, path, file, expected, _hint(detail)))
    return list(problems.values())


def problem_at(root: Node, path: Path, file: str, expected: str, hint: str = "", found: str = "") -> Problem:
    """A problem at `path`, on the line of its value, or of the nearest thing around it that is there."""
    node = root
    for step in path:
        inner = _child(node, step)
        if inner is None:
            return Problem(file, node.key_line, shown(path), expected, found or "no such key", hint)
        node = inner
    if node.secret:
        found, hint = "the value of an environment variable", ""
    return Problem(file, node.line, shown(path), expected, found or _found(node), hint)


def shown(path: Path) -> str:
    """sources[3].feeds[0]"""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def repeated(values: Sequence[tuple[Path, Node]]) -> Iterator[tuple[Path, Node, Node]]:
    """Each text that stood at an earlier place too, with the node of the first place."""
    first: dict[str, Node] = {}
    for path, node in values:
        if isinstance(node.value, str):
            if node.value in first:
                yield path, node, first[node.value]
            first.setdefault(node.value, node)


def nodes_at(root: Node, *steps: str) -> list[tuple[Path, Node]]:
    """Every node at a path such as ("sources", "*", "id"), where "*" is each item of a list."""
    found: list[tuple[Path, Node]] = [((), root)]
    for step in steps:
        found = [pair for path, node in found for pair in _steps(path, node, step)]
    return found


def _steps(path: Path, node: Node, step: str) -> Iterator[tuple[Path, Node]]:
    if step == "*" and isinstance(node.value, list):
        yield from (((*path, index), item) for index, item in enumerate(node.value))
    elif isinstance(node.value, dict) and step in node.value:
        yield (*path, step), node.value[step]


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(str(step))
    if isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


def _found(node: Node) -> str:
    value = node.value
    if isinstance(value, str):
        return repr(value) if len(value) <= _SHOWN else repr(value[:_SHOWN]) + "..."
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return str(value)


def _hint(detail: ErrorDetails) -> str:
    if detail["type"] == "string_type" and isinstance(detail["input"], int | float):
        return "put it in quotes"
    return str(detail["ctx"]["error"]) if detail["type"] == "value_error" and "ctx" in detail else ""


def _unknown_key(root: Node, path: Path, section: type[Section], file: str) -> Problem:
    from difflib import get_close_matches

    key = str(path[-1])
    near = get_close_matches(key, section.model_fields, n=1)
    hint = f"did you mean {near[0]}?" if near else ""
    parent = root
    for step in path[:-1]:
        parent = _child(parent, step) or parent
    node = _child(parent, key)
    expected = "one of " + ", ".join(section.model_fields)
    found = f"the unknown key {key[:_SHOWN]!r}"
    return Problem(file, node.key_line if node else parent.line, shown(path), expected, found, hint)


def _known_part(loc: tuple[str | int, ...]) -> tuple[Path, str, type[Section] | None]:
    """How far `loc` leads in the schema, what is expected there, and the section if it is one.

    pydantic ends some places with the name of a branch of a union; that is cut off.
    """
    annotation: Any = ConfigFile
    expected = "a mapping"
    path: list[str | int] = []
    for step in loc:
        fields: Mapping[str, FieldInfo] = _fields(annotation)
        if isinstance(step, str) and step in fields:
            field = fields[step]
            annotation, expected = _present(field.annotation), field.description or expected
        elif isinstance(step, int) and get_origin(annotation) is list:
            annotation, expected = _item(get_args(annotation)[0])
        else:
            break
        path.append(step)
    return tuple(path), expected, annotation if _fields(annotation) else None


def _present(annotation: Any) -> Any:
    """The section of a key that may be left out (`ArchiveSection | None`); anything else as it is."""
    sections = [part for part in get_args(annotation) if _fields(part)]
    return sections[0] if len(sections) == 1 and type(None) in get_args(annotation) else annotation


def _fields(annotation: Any) -> Mapping[str, FieldInfo]:
    return annotation.model_fields if isinstance(annotation, type) and issubclass(annotation, Section) else {}


def _item(annotation: Any) -> tuple[Any, str]:
    if get_origin(annotation) is Annotated:
        inner, *extras = get_args(annotation)
        return inner, next((extra.description or "" for extra in extras if isinstance(extra, FieldInfo)), "")
    return annotation, "a mapping"
