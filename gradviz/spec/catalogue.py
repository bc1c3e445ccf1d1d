"""What can be asked for: the entries of every registry, described as pure data.

The registries (layers, initializers, data sets, optimizers, clipping methods) live beside the code
they describe and need torch. The window has no torch, so the engine sends it this description; the
checks, the menus and the property editor all read the same `Parameter`.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from gradviz.spec.other_names import usual_name

Value = bool | int | float | str | list[Any] | dict[str, Any] | None


class Kind(StrEnum):
    """A form that a parameter's value may take; a parameter may allow several."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    INTEGERS = "integers"
    NUMBERS = "numbers"
    TEXT = "text"
    TEXTS = "texts"
    PATH = "path"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One parameter of an entry: its forms, default, range and a one-line explanation.

    `minimum` and `maximum` are inclusive unless `above`/`below` say otherwise; they hold for every
    item of a list. `length` is the length that a list must have (None: any).
    """

    name: str
    kinds: tuple[Kind, ...]
    doc: str
    default: Value = None
    required: bool = False
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    length: int | None = None

    def complaint(self, value: object) -> str | None:
        """Why `value` is not acceptable, as the end of a sentence, or None if it is."""
        if value is None and self.optional:
            return None
        if isinstance(value, list | tuple):
            return self._list_complaint(value)
        value = self.in_words(value)
        kind = self._kind_of(value)
        if kind is None:
            return f"must be {self.expected()}, not {_shown(value)}"
        if kind in (Kind.INTEGER, Kind.NUMBER):
            return self._range_complaint(value)  # type: ignore[arg-type]
        return self._choice_complaint(str(value)) if kind is Kind.CHOICE else None

    def in_words(self, value: Any) -> Any:
        """`value`, or the word among the choices that it is: a bare inf, a float in TOML, is “inf”."""
        if isinstance(value, float) and not math.isfinite(value) and str(value) in self.choices:
            return str(value)
        return value

    def _kind_of(self, value: object) -> Kind | None:
        """The allowed form that `value` has, if any; true is no number, 2 is a number, 2.0 no integer."""
        forms: tuple[tuple[Kind, type | tuple[type, ...]], ...] = (
            (Kind.BOOLEAN, bool),
            (Kind.INTEGER, int),
            (Kind.NUMBER, (int, float)),
            (Kind.TEXT, str),
            (Kind.PATH, str),
            (Kind.CHOICE, str),
        )
        for kind, types in forms:
            fits = isinstance(value, types) and (kind is Kind.BOOLEAN or not isinstance(value, bool))
            if fits and kind in self.kinds:
                return kind
        return None

    def expected(self) -> str:
        """What is accepted, in words: "a whole number, at least 1"."""
        words = {
            Kind.INTEGER: "a whole number",
            Kind.NUMBER: "a number",
            Kind.BOOLEAN: "true or false",
            Kind.CHOICE: "one of " + ", ".join(f"“{choice}”" for choice in self.choices),
            Kind.INTEGERS: f"a list of {self.length or ''} whole numbers".replace("  ", " "),
            Kind.NUMBERS: f"a list of {self.length or ''} numbers".replace("  ", " "),
            Kind.TEXT: "a text",
            Kind.TEXTS: "a list of texts",
            Kind.PATH: "the path of a file or folder",
        }
        text = " or ".join(words[kind] for kind in self.kinds)
        limits = self.limits()
        return f"{text}, {limits}" if limits else text

    def limits(self) -> str:
        """The range in words, empty where there is none."""
        parts = []
        if self.minimum is not None:
            parts.append(f"at least {self.minimum:g}")
        if self.above is not None:
            parts.append(f"above {self.above:g}")
        if self.maximum is not None:
            parts.append(f"at most {self.maximum:g}")
        if self.below is not None:
            parts.append(f"below {self.below:g}")
        return " and ".join(parts)

    def _range_complaint(self, value: float) -> str | None:
        if isinstance(value, float) and not math.isfinite(value):
            return f"must be a finite number, not {value}"
        if (
            (self.minimum is not None and value < self.minimum)
            or (self.maximum is not None and value > self.maximum)
            or (self.above is not None and value <= self.above)
            or (self.below is not None and value >= self.below)
        ):
            return f"must be {self.limits()}, not {_shown(value)}"
        return None

    def _choice_complaint(self, value: str) -> str | None:
        if value in self.choices:
            return None
        return f"must be {self.expected()}, not “{value}”{did_you_mean(value, self.choices)}"

    def _list_complaint(self, value: list[object] | tuple[object, ...]) -> str | None:
        if Kind.TEXTS in self.kinds and all(isinstance(item, str) for item in value):
            return None
        item_type = int if Kind.INTEGERS in self.kinds else (int, float)
        wanted = Kind.INTEGERS in self.kinds or Kind.NUMBERS in self.kinds
        items_fit = all(isinstance(item, item_type) and not isinstance(item, bool) for item in value)
        if not wanted or not items_fit or (self.length is not None and len(value) != self.length):
            return f"must be {self.expected()}, not {_shown(value)}"
        return next((c for item in value if (c := self._range_complaint(item))), None)  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that can be named in an experiment: a layer, a block, an optimizer, a data set and so on.

    `group` is its heading in a menu. `body` says that it is a block which holds other layers, `composed`
    that it is a block which stands for layers of its own. `tokens` says that a layer takes token ids.
    """

    name: str
    group: str
    doc: str
    parameters: tuple[Parameter, ...] = ()
    body: bool = False
    composed: bool = False
    tokens: bool = False

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, or None."""
        return next((p for p in self.parameters if p.name == name), None)

    def complete(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """All parameters: those given, and the defaults of the others."""
        return {p.name: given.get(p.name, p.default) for p in self.parameters}


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """Everything that an experiment may name, as the running engine knows it."""

    layers: tuple[Entry, ...] = ()
    initializers: tuple[Entry, ...] = ()
    data_sets: tuple[Entry, ...] = ()
    optimizers: tuple[Entry, ...] = ()
    losses: tuple[Entry, ...] = ()
    schedules: tuple[Entry, ...] = ()
    clips: tuple[Entry, ...] = ()
    templates: tuple[Entry, ...] = ()

    def to_raw(self) -> dict[str, Any]:
        """The form that goes over the wire."""
        return asdict(self)

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> Catalogue:
        """The catalogue that `to_raw` described."""
        return cls(**{group: tuple(_entry(item) for item in raw[group]) for group in cls.__slots__})


def find(entries: Iterable[Entry], name: str) -> Entry | None:
    """The entry of that name, or None."""
    return next((entry for entry in entries if entry.name == name), None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A suggestion that ends an error about an unknown name: ": did you mean “x”?", or nothing."""
    known = list(known)
    lowered = {k.lower(): k for k in known}
    if name.lower() in lowered:
        return f": did you mean “{lowered[name.lower()]}”?"
    if (usual := usual_name(name)) in known:
        return f": did you mean “{usual}”?"
    near = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return f": did you mean “{lowered[near[0]]}”?" if near else ""


def _entry(raw: Mapping[str, Any]) -> Entry:
    parameters = tuple(
        Parameter(
            **{
                **p,
                "kinds": tuple(Kind(kind) for kind in p["kinds"]),
                "choices": tuple(p["choices"]),
            }
        )
        for p in raw["parameters"]
    )
    return Entry(**{**raw, "parameters": parameters})


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    text = str(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= 40 else text[:37] + "…"
