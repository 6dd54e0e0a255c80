"""YAML in, plain values out, each with the line that it stands on.

PyYAML's events are read rather than its objects: they carry the places of keys and values, and show what a
plain load hides (a key given twice, an alias that unfolds into a million copies, a tag that names a class).
Scalars follow YAML 1.2's core rules plus underscores in numbers, so that the language code `no` stays a text
and `10:30` is not six hundred and thirty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from flows.exits import ConfigError, Problem

Scalar = str | int | float | bool | None

MAX_DEPTH = 20  # the deepest key of a config stands at depth 5
MAX_NODES = 500_000  # 10,000 sources are 200,000 values; beyond it an alias is unfolding into copies
MAX_BYTES = 20_000_000

# Bounded lengths keep them linear on a megabyte of digits.
_INT = re.compile(r"[-+]?[0-9][0-9_]{0,30}\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]{0,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,3})?\Z")
_WORDS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_VARIABLE = re.compile(r"\$(\$?)\{([^}]*)\}")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file. Lines count from 1; `size` is the number of values in it, aliases unfolded."""

    value: Scalar | list[Node] | dict[str, Node]
    line: int
    key_line: int  # of the key that it belongs to; its own line where it has none
    size: int = 1
    secret: bool = False  # holds a value of the environment, which is never shown

    def plain(self) -> Any:
        """The value as PyYAML would have loaded it: dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been read yet."""

    line: int
    anchor: str | None
    items: list[Node] | None = None
    pairs: dict[str, Node] | None = None
    key: str | None = None
    key_line: int = 0
    size: int = 1


@dataclass(slots=True)
class _Reader:
    file: str
    environ: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: Node | None = None

    # ---------------------------------------------------------------------------------- one method per event

    def scalar(self, event: Any, line: int) -> None:
        if self._awaits_key():
            self._take_key(str(event.value), line)
            return
        self._refuse_tag(event, line)
        plain = event.implicit[0]  # not quoted, and not a block of text
        value, secret = scalar_value(event.value) if plain else event.value, False
        if isinstance(value, str) and "{" in value:
            value, secret = self._filled(value, line)
        self._place(Node(value, line, self._key_line(line), secret=secret), event.anchor)

    def alias(self, event: Any, line: int) -> None:
        node = self.anchors.get(event.anchor)
        if self._awaits_key() or node is None:
            what = "a name as key" if node is not None else f"an anchor &{event.anchor} above this line"
            self._fatal(line, what, f"*{event.anchor}")
        else:
            self._place(replace(node, line=line, key_line=self._key_line(line)), None)

    def open(self, event: Any, line: int, *, mapping: bool) -> None:
        if self._awaits_key():
            self._fatal(line, "a name as key", "a mapping" if mapping else "a list")
        self._refuse_tag(event, line)
        if len(self.stack) >= MAX_DEPTH:
            self._fatal(line, f"at most {MAX_DEPTH} levels", "a deeper one")
        opened = _Open(line, event.anchor, pairs={}) if mapping else _Open(line, event.anchor, items=[])
        self.stack.append(opened)

    def close(self) -> None:
        opened = self.stack.pop()
        key_line = self._key_line(opened.line)
        if opened.pairs is None:
            node = Node(opened.items or [], opened.line, key_line, opened.size)
        else:
            pairs, size = self._merged(opened)
            node = Node(pairs, opened.line, key_line, size)
        self._place(node, opened.anchor)

    # -------------------------------------------------------------------------------------------- the pieces

    def _awaits_key(self) -> bool:
        return bool(self.stack) and self.stack[-1].pairs is not None and self.stack[-1].key is None

    def _take_key(self, key: str, line: int) -> None:
        opened = self.stack[-1]
        opened.key, opened.key_line = key, line
        first = (opened.pairs or {}).get(key)
        if first is not None:
            self._problem(line, "each key once", "it a second time", f"first on line {first.key_line}", key)

    def _place(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.stack:
            self.root = node
            return
        opened = self.stack[-1]
        opened.size += node.size
        if opened.size > MAX_NODES:
            self._fatal(node.line, f"at most {MAX_NODES:,} values", "more, with aliases unfolded")
        if opened.items is not None:
            opened.items.append(node)
        elif opened.pairs is not None and opened.key is not None:
            opened.pairs.setdefault(opened.key, node)
            opened.key = None

    def _key_line(self, line: int) -> int:
        """The line of the key that the next value belongs to; `line`, its own, where it has none."""
        opened = self.stack[-1] if self.stack else None
        return opened.key_line if opened is not None and opened.key is not None else line

    def _merged(self, opened: _Open) -> tuple[dict[str, Node], int]:
        """YAML's merge key: what `<<` names is taken where the mapping has no such key of its own."""
        pairs = dict(opened.pairs or {})
        merge = pairs.pop("<<", None)
        if merge is None:
            return pairs, opened.size
        for source in merge.value if isinstance(merge.value, list) else [merge]:
            if isinstance(source.value, dict):
                pairs = source.value | pairs
            else:
                self._problem(merge.line, "a mapping, or a list of them, after <<", "something else")
        return pairs, 1 + sum(node.size for node in pairs.values())

    def _filled(self, text: str, line: int) -> tuple[str, bool]:
        """`text` with its ${NAME}s taken from the environment; $${NAME} stands for a literal ${NAME}."""
        secret = False

        def value_of(match: re.Match[str]) -> str:
            nonlocal secret
            escaped, name = match.groups()
            if escaped:
                return f"${{{name}}}"
            if not _VARIABLE_NAME.match(name):
                self._problem(line, "the name of an environment variable in ${}", repr(name)[:40])
            elif name not in self.environ:
                self._problem(line, f"the environment variable {name} to be set", "no such variable")
            secret = True
            return self.environ.get(name, "")

        return _VARIABLE.sub(value_of, text), secret

    def _refuse_tag(self, event: Any, line: int) -> None:
        if event.tag is not None:
            self._problem(line, "a plain value", f"the tag {str(event.tag)[:60]!r}")

    def path(self, key: str | None = None) -> str:
        """The key that is being read, as it is shown."""
        around = self.stack[:-1] if key is not None else self.stack
        parts = [f"[{len(at.items)}]" if at.items is not None else f".{at.key or ''}" for at in around]
        return "".join([*parts, f".{key or ''}"]).strip(".")

    def _problem(self, line: int, expected: str, found: str, hint: str = "", key: str | None = None) -> None:
        self.problems.append(Problem(self.file, line, self.path(key), expected, found, hint))

    def _fatal(self, line: int, expected: str, found: str) -> None:
        self._problem(line, expected, found)
        raise ConfigError(tuple(self.problems))


def read_nodes(text: str, file: str, environ: Mapping[str, str]) -> tuple[Node | None, list[Problem]]:
    """The one document of `text`, None when it has none; `file` is how problems name it.

    Raises `ConfigError` for what can't be read at all. What can be read past (a key given twice, a variable
    that is not set) is in the list, so that one look shows everything.
    """
    unreadable = _UNREADABLE.search(text)
    if unreadable:
        line = text.count("\n", 0, unreadable.start()) + 1
        found = f"the character U+{ord(unreadable.group()):04X}"
        raise ConfigError((Problem(file, line, "", "text", found),))
    reader = _Reader(file, environ)
    documents = 0
    for event in _events(text, file):
        line = event.start_mark.line + 1
        match event:
            case yaml.ScalarEvent():
                reader.scalar(event, line)
            case yaml.AliasEvent():
                reader.alias(event, line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                reader.open(event, line, mapping=isinstance(event, yaml.MappingStartEvent))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                reader.close()
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise ConfigError((Problem(file, line, "", "one document", "a second one"),))
    return reader.root, reader.problems


def _events(text: str, file: str) -> Iterator[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, without libyaml, ten times slower
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        column = f"column {mark.column + 1}" if mark else ""
        raise ConfigError(
            (Problem(file, line, "", "YAML", error.problem or "something else", column),)
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError((Problem(file, 0, "", "YAML", " ".join(str(error).split())[:200]),)) from None


def scalar_value(text: str) -> Scalar:
    """What an unquoted scalar stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text.replace("_", ""))
    if _FLOAT.match(text):
        return float(text.replace("_", ""))
    return text
