"""Which run of a session a command is about: its newest unless one is named."""

from __future__ import annotations

from pathlib import Path

from gradviz.cli.failure import BadInput
from gradviz.cli.loading import is_session
from gradviz.cli.to_type import to_type
from gradviz.records.reader import RunReader
from gradviz.records.session import RunSource, open_session
from gradviz.spec.examples import PREFIX


def need_session(given: str) -> None:
    """Raises BadInput where that is no session."""
    path = Path(given)
    if not given:
        raise BadInput("the name of the session is empty; give a file, for example run.gradviz")
    if path.is_dir():
        raise BadInput(f"{given} is a folder, not a session; give a file, for example {path / 'run.gradviz'}")
    if given.startswith(PREFIX) or (path.suffix == ".toml" and path.exists() and not is_session(path)):
        raise BadInput(f"{given} is no session; train it first: {to_type('run', given)}")
    if path.suffix != ".gradviz" and not is_session(path):
        raise BadInput(f"{given} is no session" if path.exists() else f"there is no file {given}")


def named_run(path: Path, name: str | None) -> RunSource:
    """The newest run of that name or id, or of all. Raises BadInput, and RecordsError."""
    runs = open_session(path).runs
    if not runs:
        raise BadInput(f"{path} holds no run yet")
    names = []
    for source in reversed(runs):
        with RunReader(source.path, source.id) as reader:
            if name is None or name in (reader.info.name, source.id):
                return source
            names.append(f"“{reader.info.name}”")
    raise BadInput(f"{path} holds no run called “{name}”; there are {', '.join(dict.fromkeys(names))}")
