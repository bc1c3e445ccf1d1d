"""A person's Python file run, and its module made: whatever that does, it ends in a module or a sentence.

Such a file may print, raise, call `sys.exit` or import its neighbours. What it prints goes to standard
error, since standard output belongs to the program.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from torch import nn

from gradviz.nets.foreign.measurable import uncompiled, unmeasurable
from gradviz.spec.source import source_problem, split_source
from gradviz.trust import is_allowed

_log = logging.getLogger(__name__)
_loaded: dict[Path, tuple[tuple[int, int], ModuleType]] = {}


class ForeignError(ValueError):
    """An imported model cannot be had; the message names the file and, where known, the line."""


class NotAllowedError(ForeignError):
    """Nobody has said yet that the file may be run."""


def make_module(source: str, arguments: Mapping[str, Any]) -> nn.Module:
    """The module that “path.py:Name” makes, called with `arguments`. Raises ForeignError."""
    path, name = split_source(source)
    if problem := source_problem(source):
        raise ForeignError(problem)
    if not is_allowed(path):
        raise NotAllowedError(f"{path.name} is Python code that has not been allowed to run yet")
    with guarded(path, f"{path.name}:{name}"):
        factory: Any = _module(path)
        for part in name.split("."):
            factory = getattr(factory, part)
    if not callable(factory):
        raise ForeignError(f"{path.name}:{name} is no class or function but {_kind(factory)}")
    with guarded(path, f"{name}({', '.join(arguments)})"):
        made = factory(**arguments)
    if not isinstance(made, nn.Module):
        raise ForeignError(f"{path.name}:{name} gives {_kind(made)}, not a torch.nn.Module")
    made = uncompiled(made)
    if said := unmeasurable(made):
        raise ForeignError(f"{path.name}:{name} {said}")
    return made


@contextlib.contextmanager
def guarded(path: Path, what: str) -> Iterator[None]:
    """Within it somebody's code runs: its output goes to standard error, its failures become ForeignError."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except SystemExit as error:
        raise ForeignError(f"{what} calls sys.exit({_code(error)}){_place(error, path)}") from error
    except ForeignError:
        raise
    except Exception as error:
        _log.info("%s", "".join(traceback.format_exception(error)).strip())
        said = (str(error).strip().splitlines() or [""])[0][:300]
        named = f"{type(error).__name__}: {said}" if said else type(error).__name__
        raise ForeignError(f"{what} raises {named}{_place(error, path)}") from error


def _module(path: Path) -> ModuleType:
    """The file as a module, run anew when it has changed, its neighbours in the folder with it."""
    path = path.resolve()
    stat = path.stat()
    version = (stat.st_mtime_ns, stat.st_size)
    if path in _loaded and _loaded[path][0] == version:
        return _loaded[path][1]
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is not None and Path(file).parent == path.parent and not name.startswith("gradviz"):
            del sys.modules[name]
    name = f"gradviz_imported_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ForeignError(f"{path.name} is no Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(path.parent))
    _loaded[path] = version, module
    return module


def _place(error: BaseException, path: Path) -> str:
    """“ (net.py, line 12)”: the last line of the person's own file that was running."""
    line = None
    step: TracebackType | None = error.__traceback__
    while step is not None:
        if Path(step.tb_frame.f_code.co_filename) == path.resolve():
            line = step.tb_lineno
        step = step.tb_next
    return "" if line is None else f" ({path.name}, line {line})"


def _code(error: SystemExit) -> str:
    return "" if error.code is None else repr(error.code)


def _kind(thing: object) -> str:
    return "nothing" if thing is None else f"a {type(thing).__name__}"
