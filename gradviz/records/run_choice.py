"""Which run of a session somebody means: the one of a name, or the newest."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.session import RunSource, Session

RUN_NAMES = "run_names"
"""The key in the saved layout under which the names are kept that the runs were given in the window."""


def choose_run(session: Session, name: str | None = None) -> RunSource:
    """The newest run with a name (from the window, the experiment’s, or its id), or the newest of all.

    Raises RecordsError with the names that there are.
    """
    if not session.runs:
        raise RecordsError(f"{_where(session)} holds no run.")
    if name is None:
        return session.runs[-1]
    names = {run.id: _names(session, run) for run in session.runs}
    for run in reversed(session.runs):
        if name in names[run.id]:
            return run
    known = dict.fromkeys(f"“{names[run.id][0]}”" for run in session.runs)
    raise RecordsError(f"{_where(session)} holds no run “{name}”; there is {', '.join(known)}.")


def in_place_of(session: Session, old: RunSource, new: RunSource) -> Session:
    """The session with another run in the place, and under the name, of one."""
    names = session.layout.get(RUN_NAMES, {})
    renamed = {new.id if run == old.id else run: name for run, name in names.items()}
    layout = {**session.layout, RUN_NAMES: renamed} if names else session.layout
    runs = tuple(new if run.id == old.id else run for run in session.runs)
    return replace(session, runs=runs, layout=layout)


def _names(session: Session, run: RunSource) -> list[str]:
    given = session.layout.get(RUN_NAMES, {}).get(run.id)
    names = [given] if given else []
    with suppress(RecordsError), RunReader(run.path, run.id) as reader:  # a damaged one has its id left
        names.append(reader.info.name)
    return [*names, run.id]


def _where(session: Session) -> str:
    return f"“{session.path}”" if session.path else "The session"
