"""What tests do with a session: save it, edit it, and let it have a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gradviz.control.engine_state import RunChange
from gradviz.control.session_document import SessionDocument
from gradviz.records.run import RunStatus


def save(qtbot, document: SessionDocument, path: Path | None = None, **how: bool):
    with qtbot.waitSignal(document.save_finished) as finished:
        document.save(path, **how)
    return finished.args[0]


def edit(document: SessionDocument, seed: int) -> None:
    document.edit(replace(document.experiment, seed=seed), "Seed")


def train(document: SessionDocument, recorded: Callable[..., RunStatus], steps: int = 10) -> str:
    request = document.new_run()
    status = recorded(request.store, request.run_id, steps)
    document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=status))
    return request.run_id
