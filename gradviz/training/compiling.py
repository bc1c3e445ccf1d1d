"""The network through torch.compile where that works; else as it is, and the log says why.

Only the passes of training steps are compiled: validation and the search for values that are not finite look
at the network itself. Random numbers are drawn as without compiling, so that a repeated pass is the same.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn

from gradviz.records.writer import RunWriter
from gradviz.training.precision import Forward


class Compiled:
    """Calls the compiled network until compiling fails, from then on `model` itself."""

    def __init__(self, model: nn.Module, writer: RunWriter) -> None:
        self._model, self._writer = model, writer
        self._compiled: Forward | None = None
        try:
            with warnings.catch_warnings():  # torch's compiler uses what torch has deprecated
                warnings.simplefilter("ignore", DeprecationWarning)
                import_module("torch._inductor.compile_fx")
            # one thread: the pool of compiling processes would outlive the run
            options: dict[str, Any] = {"fallback_random": True, "compile_threads": 1}
            self._compiled = torch.compile(model, options=options)
        except Exception as error:  # noqa: BLE001 - a compiler has many ways to be missing
            self.give_up(error)

    def __call__(self, x: Tensor) -> Tensor:
        """The output for a batch."""
        if self._compiled is not None:
            try:
                return self._compiled(x)
            except Exception as error:  # noqa: BLE001 - the network itself will say if it was not the compiler
                self.give_up(error)
        output: Tensor = self._model(x)
        return output

    @property
    def works(self) -> bool:
        """Whether the compiled network is still in use."""
        return self._compiled is not None

    def give_up(self, error: Exception) -> None:
        """Compile no longer, and say why."""
        self._compiled = None
        self._writer.log("warning", f"The network is trained without compiling: {_why(error)}.")

    def close(self) -> None:
        """Let go of what was compiled."""
        self._compiled = None
        torch.compiler.reset()


def _why(error: Exception) -> str:
    text = str(error)
    if "InvalidCxxCompiler" in text or "No working C++ compiler" in text:
        return "there is no C++ compiler on this machine"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"torch.compile failed ({lines[0].rstrip('.:') if lines else type(error).__name__})"
