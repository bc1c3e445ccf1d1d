"""Reading what a session document can be opened on: a file, a run in another process, a crash's leavings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from gradviz.control.run_entry import RunEntry, entry_of
from gradviz.control.saved_state import SavedState
from gradviz.control.session_messages import AbandonedSession
from gradviz.records import leftovers
from gradviz.records.errors import RecordsError
from gradviz.records.outputs import LiveOutput
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason
from gradviz.records.run_choice import RUN_NAMES
from gradviz.records.session import RunSource, Session, open_session
from gradviz.records.workspace import Workspace, sessions_folder
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.json_codec import from_raw, to_raw

PLACE = "place"
"""Key of the layout: `run` (id), `layer` (name) and `steps` (by the ids of runs) that were looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedSession:
    """A session, read and checked, with what of it is saved already.

    `follows` is the run in another process that will write the document, `workspace` the folder that a
    recovered session lives in.
    """

    session: Session
    experiment: ExperimentSpec
    saved: SavedState
    runs: tuple[RunEntry, ...] = ()
    follows: LiveOutput | None = None
    workspace: Workspace | None = None


def begin(experiment: ExperimentSpec) -> OpenedSession:
    """A new session; there is nothing to save before it is edited."""
    return OpenedSession(
        session=Session.new(to_raw(experiment)),
        experiment=experiment,
        saved=SavedState.of(experiment, "", ()),
    )


def open_document(path: Path) -> OpenedSession:
    """The session in a file. Raises RecordsError or SpecError."""
    session = open_session(path)
    experiment = from_raw(session.experiment)
    runs = _entries(session)
    saved = SavedState.of(experiment, session.notes, runs)
    return OpenedSession(session=session, experiment=experiment, saved=saved, runs=runs)


def open_live(live: LiveOutput) -> OpenedSession:
    """A session around the run that another process trains now. Raises RecordsError or SpecError."""
    with RunReader(live.store) as reader:
        experiment = from_raw(reader.info.experiment)
    run = entry_of(RunSource(id=live.run, path=live.store), numbered(1), None)
    return replace(begin(experiment), runs=(run,), follows=live)


def abandoned_sessions() -> tuple[AbandonedSession, ...]:
    """What crashed windows left in the state folder, newest first."""
    return tuple(
        AbandonedSession(
            id=left.folder.name,
            title=left.document.name if left.document else left.name,
            path=left.document,
            changed=left.modified,
            runs=len(left.runs),
            steps=left.steps,
        )
        for left in leftovers.abandoned()
    )


def open_abandoned(folder_name: str) -> OpenedSession:
    """What a crashed window left, in its own folder. Raises RecordsError or SpecError; it stays then."""
    workspace, session = leftovers.adopt(sessions_folder() / folder_name)
    try:
        session = session or _without_draft(workspace)
        runs = _entries(session)
        return OpenedSession(
            session=_at_broken_off(session, runs),
            experiment=from_raw(session.experiment),
            saved=replace(
                _saved_in(session.path), growing=frozenset(run.id for run in runs if not run.in_document)
            ),
            runs=runs,
            workspace=workspace,
        )
    except ValueError:
        workspace.close(keep=True)
        raise


def numbered(number: int) -> str:
    """The name of a run that nobody named."""
    return QCoreApplication.translate("SessionDocument", "Run {number}").format(number=number)


def _entries(session: Session) -> tuple[RunEntry, ...]:
    names = session.layout.get(RUN_NAMES, {})
    return tuple(
        entry_of(source, names.get(source.id) or numbered(number), session.path)
        for number, source in enumerate(session.runs, 1)
    )


def _at_broken_off(session: Session, runs: Sequence[RunEntry]) -> Session:
    """The session, opened on the run that was training when all ended, if one was: that one is gone on with.

    An engine that outlives its window ends its run as stopped, so it is known by being written last.
    """
    own = [run for run in runs if not run.in_document and run.is_recorded]
    last = max(own, key=lambda run: leftovers.written_at(run.source), default=None)
    if last is None or last.status.finish is FinishReason.COMPLETED:
        return session
    kept = session.layout.get(PLACE)
    place = dict(kept) if isinstance(kept, Mapping) else {}
    steps = place.get("steps")
    if isinstance(steps, Mapping):
        place["steps"] = {run: step for run, step in steps.items() if run != last.id}
    return replace(session, layout={**session.layout, PLACE: {**place, "run": last.id}})


def _saved_in(path: Path | None) -> SavedState:
    """What the document that a recovered session belongs to holds now."""
    if path is not None and path.exists():
        with suppress(ValueError):  # unreadable: then nothing of it counts as saved
            return open_document(path).saved
    return SavedState(experiment=None)


def _without_draft(workspace: Workspace) -> Session:
    """A session around the runs in a folder whose draft was never written or cannot be read."""
    runs = []
    experiment: Mapping[str, Any] | None = None
    for store in sorted((workspace.folder / "runs").glob("*.sqlite")):
        with suppress(RecordsError), RunReader(store) as reader:  # the others are still worth having
            experiment = reader.info.experiment
            runs.append(RunSource(id=reader.info.id, path=store))
    if experiment is None:
        raise RecordsError(f"Nothing in “{workspace.folder}” can be read.")
    return replace(Session.new(experiment), runs=tuple(runs))
