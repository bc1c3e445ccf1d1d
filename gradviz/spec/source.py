"""The source of an imported model, “path.py:Name”: its file, its name, and what a file offers.

A file is read and parsed here, never run.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

from gradviz.spec.catalogue import did_you_mean
from gradviz.spec.experiment import ExperimentSpec


def split_source(source: str) -> tuple[Path, str]:
    """The file and the name in it."""
    path, _, name = source.rpartition(":")
    return Path(path), name


def anchored(experiment: ExperimentSpec, folder: Path) -> ExperimentSpec:
    """The experiment with the paths in it made absolute; a relative one counts from `folder`."""
    data, start = experiment.data, experiment.start
    if isinstance(path := data.parameters.get("path"), str) and path:
        data = replace(data, parameters={**data.parameters, "path": str((folder / path).resolve())})
    if start is not None:
        start = replace(start, session=str((folder / start.session).resolve()))
    model = experiment.model
    if model.source:
        file, name = split_source(model.source)
        model = replace(model, source=f"{(folder / file).resolve()}:{name}")
    return replace(experiment, data=data, start=start, model=model)


def offered(path: Path) -> tuple[str, ...]:
    """The classes and functions at the top of a Python file, as written; private ones left out.

    Raises OSError, and ValueError with a sentence where the file is no Python.
    """
    try:
        tree = ast.parse(path.read_bytes(), filename=path.name)
    except SyntaxError as error:
        raise ValueError(f"{path.name} is no valid Python: line {error.lineno}: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise ValueError(f"{path.name} is nested too deep to be read") from None
    kinds = ast.ClassDef | ast.FunctionDef
    return tuple(n.name for n in tree.body if isinstance(n, kinds) and not n.name.startswith("_"))


def source_problem(source: str) -> str | None:
    """Why the source cannot be imported, as far as that shows without running it; None if nothing does."""
    path, name = split_source(source)
    if not path.is_file():
        return f"There is no file {path}: choose the Python file that holds the model"
    try:
        names = offered(path)
    except OSError as error:
        return f"{path} cannot be read: {error.strerror or error}"
    except ValueError as error:
        return str(error)
    if "." not in name and name not in names and not _assigned(path, name):
        known = did_you_mean(name, names) or (f"; there are {', '.join(names[:8])}" if names else "")
        return f"{path.name} has no class or function “{name}”{known}"
    return None


def _assigned(path: Path, name: str) -> bool:
    """Whether the name is bound at the top of the file in another way: an import, an assignment."""
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            if any(alias.name == "*" or (alias.asname or alias.name) == name for alias in node.names):
                return True
        elif name in _stored(node):
            return True
    return False


def _stored(node: ast.stmt) -> set[str]:
    names = (part for part in ast.walk(node) if isinstance(part, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}
