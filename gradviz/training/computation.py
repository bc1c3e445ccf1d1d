"""How a run computes: in which numbers, through a compiler or not, by which kernels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import TrainingSpec
from gradviz.training.compiling import Compiled
from gradviz.training.determinism import deterministic
from gradviz.training.passes import Passes
from gradviz.training.precision import Forward, in_precision
from gradviz.training.rehearsal import rehearse


class Computation:
    """The forward passes of one network as `spec` wants them.

    `forward` is for training; `plain` is the same without a compiler, for validation and for looking inside.
    """

    def __init__(self, spec: TrainingSpec, model: nn.Module, device: torch.device, writer: RunWriter) -> None:
        self._spec, self._model, self._device = spec, model, device
        self.compiles = spec.compile
        """Whether training's passes were to be compiled, so that hooks on the network must not be there."""
        self._compiled = Compiled(model, writer) if spec.compile else None
        if spec.compile:
            writer.log(
                "info",
                "Activations and gains of layers are measured in passes of their own, not compiled.",
            )
        self.plain: Forward = in_precision(model, spec.precision, device)
        self.forward: Forward = (
            self.plain if self._compiled is None else in_precision(self._compiled, spec.precision, device)
        )

    @contextmanager
    def running(self, passes: Passes, step: int) -> Iterator[None]:
        """Around a run that begins with `step`: try whether it can be computed so, and tidy up after it.

        Raises NumericsError.
        """
        try:
            with deterministic(self._device, wanted=self._spec.deterministic):
                rehearse(
                    self._model,
                    passes,
                    step,
                    precision=self._spec.precision,
                    plain=self.plain,
                    compiled=self._compiled,
                )
                yield
        finally:
            if self._compiled is not None:
                self._compiled.close()
