"""What `gradviz run` is about to do: a fresh run, or one that goes on, each into a store of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from gradviz.cli.failure import BadInput
from gradviz.cli.loading import is_session
from gradviz.cli.waiting import note_on_file, to_take_up, waiting
from gradviz.records import leftovers
from gradviz.records.checkpoint import CheckpointKind
from gradviz.records.errors import RecordsError
from gradviz.records.outputs import live_store_for
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.run_choice import choose_run, in_place_of
from gradviz.records.session import RunSource, Session, open_session
from gradviz.records.store_file import remove_store
from gradviz.records.workspace import Workspace
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.json_codec import from_raw, to_raw
from gradviz.spec.override import apply_overrides
from gradviz.spec.problem import SpecError


@dataclass(kw_only=True, slots=True)
class Plan:
    """A run in the session that it will be saved in.

    `earlier` is the run whose place it takes, `resume` the same where it has a checkpoint to go on from.
    Until the new run has one, the old one is in the draft too.
    """

    experiment: ExperimentSpec
    session: Session
    workspace: Workspace
    run: RunSource
    earlier: RunSource | None = None
    resume: RunSource | None = None
    taken_up: bool = False

    def keep_draft(self, target: Path) -> None:
        """Have what a crash leaves say where it belongs. Raises RecordsError."""
        session = self.session
        if self.earlier is not None:
            session = replace(session, runs=(*session.runs, self.earlier))
        self.workspace.write_draft(replace(session, path=target.absolute()), changed=True)

    def begun(self) -> None:
        """The run has a store that holds all it goes on from: the earlier one's is not needed any more."""
        old = self.earlier
        if old is not None and old.path.is_relative_to(self.workspace.folder):
            remove_store(old.path)


def fresh(experiment: ExperimentSpec) -> Plan:
    """A new run in a new session. Raises BadInput."""
    try:
        workspace = Workspace.create()
    except RecordsError as error:
        raise BadInput(str(error)) from None
    run = _new_run(workspace)
    session = replace(Session.new(to_raw(experiment)), runs=(run,))
    return Plan(experiment=experiment, session=session, workspace=workspace, run=run)


def resumed(path: Path, name: str | None, settings: Sequence[str], catalogue: Catalogue) -> Plan:
    """The newest run of a session, or the one of a name, that goes on. Raises BadInput.

    Where a program was killed before it could save the session, that is the one in its working folder. A file
    that was saved otherwise since then is newer and wins; what the killed one left stays where it is.
    """
    try:
        session, workspace = _session(path)
    except RecordsError as error:
        raise BadInput(str(error)) from None
    taken_up = workspace is not None
    try:
        workspace = workspace or Workspace.create()
    except RecordsError as error:
        raise BadInput(str(error)) from None
    try:
        old = choose_run(session, name)
        with RunReader(old.path, old.id) as reader:
            info, has_checkpoint = reader.info, CheckpointKind.LAST in reader.checkpoints()
        experiment = from_raw(apply_overrides(dict(info.experiment), settings), catalogue)
        return _plan(session, workspace, old, experiment, info, taken_up=taken_up, can=has_checkpoint)
    except (RecordsError, SpecError) as error:
        workspace.close(keep=taken_up)
        raise BadInput(str(error)) from None


def _plan(
    session: Session,
    workspace: Workspace,
    old: RunSource,
    experiment: ExperimentSpec,
    info: RunInfo,
    *,
    taken_up: bool,
    can: bool,
) -> Plan:
    run = _new_run(workspace)
    if session.experiment == info.experiment:
        session = replace(session, experiment=to_raw(experiment))
    return Plan(
        experiment=experiment,
        session=in_place_of(session, old, run),
        workspace=workspace,
        run=run,
        earlier=old,
        resume=old if can else None,
        taken_up=taken_up,
    )


def _session(path: Path) -> tuple[Session, Workspace | None]:
    """The session at a path, with the working folder that it lies in where it was never saved."""
    if live_store_for(path) is not None:
        raise BadInput(f"a run that will be saved as {path} is still training")
    saved = open_session(path) if path.is_file() and is_session(path) else None
    if path.exists() and saved is None:
        raise BadInput(f"{path} is no session; to train an experiment from its start, leave out --resume")
    left = to_take_up(path, saved.change if saved else None)
    if left is not None:
        workspace, session = leftovers.adopt(left.folder)
        if session is not None:
            # without the mark of an opened document it was about to be saved there for the first time
            return session if session.change else replace(session, path=None), workspace
        workspace.close(keep=True)
    if saved is None:
        raise BadInput(f"there is no file {path}, nor a run that was going to be saved there")
    if waiting(path) is not None:
        print(note_on_file(path), file=sys.stderr)
    return saved, None


def _new_run(workspace: Workspace) -> RunSource:
    run_id = uuid4().hex
    return RunSource(id=run_id, path=workspace.store_path(run_id))
