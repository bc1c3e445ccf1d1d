"""A registry: a decorated function becomes a named, described, checked entry.

Whatever is registered appears in the menus, the command line, the checks and the parametrised tests
at once, so a new layer, data set or optimizer touches one file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from gradviz.spec.catalogue import Entry, Kind, Parameter, Value, did_you_mean

F = TypeVar("F", bound=Callable[..., Any])


class Registry(Generic[F]):
    """Named functions and their descriptions, in the order of registration."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._entries: dict[str, Entry] = {}
        self._functions: dict[str, F] = {}

    def register(
        self, name: str, *, group: str, doc: str, parameters: tuple[Parameter, ...] = (), **traits: bool
    ) -> Callable[[F], F]:
        """Register the decorated function under `name`; a second one of that name is an error.

        `traits` are the yes-or-no fields of an `Entry`: body, composed, tokens.
        """
        if name in self._entries:
            raise ValueError(f"{self.noun} “{name}” is registered twice")

        def decorate(function: F) -> F:
            self._entries[name] = Entry(name=name, group=group, doc=doc, parameters=parameters, **traits)
            self._functions[name] = function
            return function

        return decorate

    def __getitem__(self, name: str) -> F:
        try:
            return self._functions[name]
        except KeyError:
            known = did_you_mean(name, self._entries)
            raise KeyError(f"no {self.noun} is called “{name}”{known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, name: str) -> Entry:
        """The description of `name`."""
        self[name]
        return self._entries[name]

    def entries(self) -> tuple[Entry, ...]:
        """All descriptions, in the order of registration."""
        return tuple(self._entries.values())


def integer(name: str, doc: str, **limits: Any) -> Parameter:
    """A whole number; with `choices`, also one of some words."""
    return _scalar(Kind.INTEGER, name, doc, limits)


def number(name: str, doc: str, **limits: Any) -> Parameter:
    """A real number; with `choices`, also one of some words."""
    return _scalar(Kind.NUMBER, name, doc, limits)


def boolean(name: str, doc: str, *, default: bool) -> Parameter:
    """True or false."""
    return Parameter(name=name, kinds=(Kind.BOOLEAN,), doc=doc, default=default)


def choice(name: str, doc: str, *, choices: tuple[str, ...], default: str | None = None) -> Parameter:
    """One of some words."""
    return Parameter(
        name=name, kinds=(Kind.CHOICE,), doc=doc, choices=choices, default=default, required=default is None
    )


def text(name: str, doc: str, *, default: str) -> Parameter:
    """Any text."""
    return Parameter(name=name, kinds=(Kind.TEXT,), doc=doc, default=default)


def path(doc: str, *, optional: bool = False) -> Parameter:
    """The file or folder that something is read from; a relative one counts from the experiment's folder."""
    return Parameter(name="path", kinds=(Kind.PATH,), doc=doc, required=not optional, optional=optional)


def texts(name: str, doc: str) -> Parameter:
    """A list of texts, empty unless given."""
    return Parameter(name=name, kinds=(Kind.TEXTS,), doc=doc, default=[])


def integers(name: str, doc: str, *, or_one: bool = False, **limits: Any) -> Parameter:
    """A list of whole numbers; with `or_one`, also a single one that stands for all."""
    parameter = _scalar(Kind.INTEGERS, name, doc, limits)
    kinds = (Kind.INTEGER, *parameter.kinds) if or_one else parameter.kinds
    return Parameter(**{**{s: getattr(parameter, s) for s in Parameter.__slots__}, "kinds": kinds})


def numbers(name: str, doc: str, *, length: int, default: list[float], **limits: Any) -> Parameter:
    """A list of `length` real numbers."""
    return _scalar(Kind.NUMBERS, name, doc, {**limits, "length": length, "default": default})


def _scalar(kind: Kind, name: str, doc: str, limits: dict[str, Any]) -> Parameter:
    kinds = (kind, Kind.CHOICE) if limits.get("choices") else (kind,)
    optional = "default" in limits and limits["default"] is None
    default: Value = limits.pop("default", None)
    return Parameter(
        name=name,
        kinds=kinds,
        doc=doc,
        default=default,
        required=default is None and not optional,
        optional=optional,
        **limits,
    )
