"""What a command asks before it goes on: whether foreign code may run, whether a huge network is meant.

Asked only where somebody can answer; elsewhere --yes answers, and without it the command refuses.
"""

from __future__ import annotations

import sys

from gradviz.cli.failure import BadInput
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.memory import memory_question
from gradviz.spec.source import source_problem, split_source
from gradviz.trust import allow, is_allowed


def need_permission(experiment: ExperimentSpec, *, yes: bool) -> None:
    """Make sure that an imported model may run, and remember it. Raises BadInput where it may not."""
    source = experiment.model.source
    if not source or source_problem(source):
        return  # what cannot be imported at all is told by the inspection
    path, _ = split_source(source)
    if is_allowed(path):
        return
    said = f"{path} is Python code that this experiment runs"
    _confirm(f"{said}. Allow it, now and later?", f"{said}, and nobody has allowed it", yes=yes)
    try:
        allow(path)
    except OSError as error:
        raise BadInput(f"that {path.name} may run cannot be remembered: {error.strerror or error}") from None


def need_memory(experiment: ExperimentSpec, parameters: int, *, yes: bool) -> None:
    """Ask whether a network that takes very much memory is meant. Raises BadInput where it is not."""
    said = memory_question(parameters, experiment.optimizer)
    if said is not None:
        _confirm(f"{said} Train it?", said.removesuffix("."), yes=yes)


def _confirm(question: str, refusal: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadInput(f"{refusal}; to go on all the same add --yes")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise BadInput("not confirmed; nothing was done")
