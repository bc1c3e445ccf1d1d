"""The end of a run whose engine died: it could not write its own last word."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from gradviz.records.errors import RecordsError
from gradviz.records.interrupted import mark_interrupted
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunState, RunStatus


def finish_lost_run(store: Path, cause: str, outlook: str) -> RunStatus:
    """Finish the run in its store, if it came to have one; how it stands.

    `cause` is the beginning of a sentence (“The engine was killed (signal 9)”), which is told with the
    step; `outlook` is the sentence after it. What went wrong in doing so is added to the reason.
    """
    try:
        step = _last_step(store)
        reason = f"{_sentence(cause, step)} {outlook}".strip()
        if store.exists():
            return mark_interrupted(store, reason)
    except RecordsError as error:
        step, reason = -1, f"{cause}. {error}"
    return RunStatus(state=RunState.FINISHED, finish=FinishReason.FAILED, steps=step + 1, reason=reason)


def _last_step(store: Path) -> int:
    if not store.exists():
        return -1
    with RunReader(store) as reader:
        return reader.last_step


def _sentence(cause: str, step: int) -> str:
    if step < 0:
        return _tr("{cause} before the first step.").format(cause=cause)
    return _tr("{cause} at step {step}. Everything measured is kept.").format(cause=cause, step=f"{step:,}")


def _tr(text: str) -> str:
    return QCoreApplication.translate("finish_lost_run", text)
