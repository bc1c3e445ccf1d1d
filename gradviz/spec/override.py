"""`--set KEY=VALUE`: change single values of an experiment from the command line."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gradviz.spec.problem import Keys, Problem, SpecError, dotted

_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_PATHS = (("data", "path"), ("start", "session"))
_EITHER = {("training", "steps"): "epochs", ("training", "epochs"): "steps"}


def apply_overrides(raw: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """`raw` with each "key.path[0].key=value" set; `raw` itself stays as it was. Raises SpecError.

    Values are read as TOML; what is no TOML value is taken as text. Setting steps drops epochs and the
    other way round, since an experiment has one of them.
    """
    changed = copy.deepcopy(raw)
    for override in overrides:
        keys, value = parse_override(override)
        _set(changed, keys, value)
        if len(keys) == 2 and (other := _EITHER.get((str(keys[0]), str(keys[1])))):
            changed[str(keys[0])].pop(other, None)
    return changed


def parse_override(override: str) -> tuple[Keys, Any]:
    """The key path and the value of one "key=value". Raises SpecError."""
    name, equals, text = override.partition("=")
    parts: list[str | int] = []
    rest = name.strip()
    for match in _PART.finditer(rest):
        word, index = match.groups()
        parts.append(int(index) if index is not None else int(word) if word.isdigit() else word)
    if not equals or not parts or re.sub(r"[.\[\]]", "", rest) != "".join(str(p) for p in parts):
        message = f"“{override}” is not KEY=VALUE, for example optimizer.lr=0.1"
        raise SpecError([Problem(keys=(), message=message)], "--set")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        value = text.strip()
    return tuple(parts), value


def from_here(override: str) -> str:
    """A "key=value" with a relative path in it as one that counts from the current folder."""
    keys, value = parse_override(override)
    if keys in _PATHS and isinstance(value, str) and value:
        return f"{override.partition('=')[0]}={json.dumps(str(Path(value).absolute()), ensure_ascii=False)}"
    return override


def _set(raw: dict[str, Any], keys: Keys, value: Any) -> None:
    place: Any = raw
    for depth, key in enumerate(keys):
        last = depth == len(keys) - 1
        if isinstance(place, list) and isinstance(key, int) and key < len(place):
            pass
        elif isinstance(place, dict) and isinstance(key, str):
            if not last:
                place.setdefault(key, {})
        else:
            message = f"there is no {dotted(keys[: depth + 1])} in this experiment"
            raise SpecError([Problem(keys=(), message=message)], "--set")
        if last:
            place[key] = value
        else:
            place = place[key]
