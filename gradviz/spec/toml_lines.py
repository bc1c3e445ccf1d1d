"""On which line of a TOML text each key stands. The standard parser keeps no places.

Works on text that `tomllib` has accepted, so it only has to follow the structure, not to judge it.
"""

from __future__ import annotations

import re

from gradviz.spec.problem import Keys

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"""+|\'\'\'.*?\'\'\'+|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_SCALAR = re.compile(r"[^,\]}\n#]+")


def key_lines(text: str) -> dict[Keys, int]:
    """The line, counted from 1, of every key and list item, by its full path."""
    scanner = _Scanner(text)
    try:
        return scanner.scan()
    except RecursionError:
        return scanner.lines


def line_of(lines: dict[Keys, int], keys: Keys) -> int | None:
    """The line of `keys`, or of the nearest thing above it that is written down."""
    while keys:
        if keys in lines:
            return lines[keys]
        keys = keys[:-1]
    return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Keys, int] = {}
        self.counts: dict[Keys, int] = {}

    def scan(self) -> dict[Keys, int]:
        prefix: Keys = ()
        while mark := self.peek():
            if self.text.startswith("[[", self.at):
                prefix = self.header(2)
            elif mark == "[":
                prefix = self.header(1)
            else:
                self.pair(prefix)
        return self.lines

    def header(self, brackets: int) -> Keys:
        start = self.at
        self.at += brackets
        keys = self.resolve(self.dotted_key(), brackets == 2)
        self.at += brackets
        self.note(keys, start)
        return keys

    def resolve(self, keys: Keys, is_list: bool) -> Keys:
        """A table inside a list of tables belongs to the list's last item."""
        full: Keys = ()
        for key in keys[:-1]:
            full = (*full, key)
            if full in self.counts:
                full = (*full, self.counts[full] - 1)
        full = (*full, keys[-1])
        if is_list:
            self.note(full, self.at)
            self.counts[full] = self.counts.get(full, 0) + 1
            full = (*full, self.counts[full] - 1)
        return full

    def pair(self, prefix: Keys) -> None:
        start = self.at
        keys = (*prefix, *self.dotted_key())
        self.note(keys, start)
        self.skip(_BLANK)
        self.at += 1  # the equals sign
        self.value(keys)

    def value(self, keys: Keys) -> None:
        mark = self.peek()
        if mark in ('"', "'"):
            self.take(_STRING)
        elif mark == "[":
            self.items(keys)
        elif mark == "{":
            self.inline_table(keys)
        else:
            self.take(_SCALAR)

    def items(self, keys: Keys) -> None:
        self.at += 1
        index = 0
        while self.peek() != "]":
            self.note((*keys, index), self.at)
            self.value((*keys, index))
            self.comma()
            index += 1
        self.at += 1

    def inline_table(self, keys: Keys) -> None:
        self.at += 1
        while self.peek() != "}":
            self.pair(keys)
            self.comma()
        self.at += 1

    def comma(self) -> None:
        if self.peek() == ",":
            self.at += 1

    def peek(self) -> str:
        """The next character that is neither space nor comment; empty at the end."""
        self.skip(_SPACE)
        return self.text[self.at : self.at + 1]

    def dotted_key(self) -> Keys:
        keys: list[str] = []
        while True:
            self.skip(_BLANK)
            quoted = self.text[self.at] in "\"'"
            word = self.take(_STRING if quoted else _BARE_KEY)
            keys.append(word[1:-1] if quoted else word)
            self.skip(_BLANK)
            if self.text[self.at] != ".":
                return tuple(keys)
            self.at += 1

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError(f"cannot follow the text at character {self.at}")
        self.at = match.end()
        return match.group()

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def note(self, keys: Keys, at: int) -> None:
        self.lines.setdefault(keys, self.text.count("\n", 0, at) + 1)
