"""Text that a language model writes by itself, a look at what it has learnt that no number gives.

It goes on from a window of the held-out text, of the first hundred the one with the most words in it and
not, say, the lines of a table: the network reads the last tokens, as many as in training, and one is drawn
from the probabilities that it gives for the next (temperature 0.6: surer than it is, which reads better).
The network is in evaluation mode meanwhile and the chance is a stream of its own, so training does not feel
it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from time import monotonic

import numpy as np
import torch
from torch import Tensor, nn

from gradviz.data.load import DataSet
from gradviz.data.seeds import Purpose, stream
from gradviz.data.vocabulary import written
from gradviz.records.writer import RunWriter
from gradviz.training.precision import Forward
from gradviz.training.replay import RandomState
from gradviz.training.validation import Score

CHARACTERS = 300
TEMPERATURE = 0.6
_PROMPTS = 100
SECONDS = 5.0
"""The least time between two samples."""
_SHARE = 0.05
"""The share of the time that writing may take, but for the last sample of a run."""
_LONGEST = 3.0
"""So many seconds a sample may take; a large network's is shorter for it."""


@torch.no_grad()
def sample_tokens(
    model: nn.Module,
    forward: Forward,
    prompt: Tensor,
    count: int,
    rng: np.random.Generator,
    *,
    temperature: float = TEMPERATURE,
    seconds: float = math.inf,
) -> list[int]:
    """`count` token ids that follow `prompt`, int64 `[length]`, fewer where `seconds` have gone by.

    `forward` is through `model`, whose mode is put back, as is torch's random state. It ends early where the
    scores are not finite.
    """
    training, chance = model.training, RandomState.take(prompt.device)
    model.eval()
    begin = monotonic()
    drawn: list[int] = []
    try:
        window = prompt[None]
        while len(drawn) < count and monotonic() - begin < seconds:
            scores = forward(window)[0, -1].double().cpu().numpy() / temperature
            if not np.isfinite(scores).all():
                break
            token = int((scores + rng.gumbel(size=scores.shape)).argmax())  # draws from the softmax
            drawn.append(token)
            window = torch.cat([window[:, 1:], window.new_tensor([[token]])], dim=1)
    finally:
        model.train(training)
        chance.put_back()
    return drawn


def wordiest(windows: Tensor, tokens: Sequence[str]) -> Tensor:
    """Of windows of token ids `[windows, length]` the first with the most tokens that are letters."""
    letters = torch.tensor([token.isalpha() for token in tokens])
    return windows[int(letters[windows].sum(dim=1).argmax())]


class TextSampler:
    """After a validation, but not too often, writes a sample into a run's events: “text_sample”.

    `ends` says whether a step is the run's last, whose sample is always written.
    """

    def __init__(
        self,
        model: nn.Module,
        forward: Forward,
        data: DataSet,
        writer: RunWriter,
        *,
        seed: int,
        ends: Callable[[int], bool],
    ) -> None:
        self._model, self._forward, self._writer = model, forward, writer
        self._seed, self._ends = seed, ends
        self._tokens, self._separator = data.tokens, data.separator
        self._prompt = wordiest(data.val_x[:_PROMPTS], data.tokens)
        self._earliest = 0.0

    def __call__(self, step: int, _score: Score) -> None:
        """Hear of a validation after `step`."""
        begin = monotonic()
        if begin < self._earliest and not self._ends(step):
            return
        prompt = self._prompt.to(next(self._model.parameters()).device)
        rng = stream(self._seed, Purpose.TEXT, step)
        ids = sample_tokens(self._model, self._forward, prompt, CHARACTERS, rng, seconds=_LONGEST)
        text = self._written(ids)[:CHARACTERS]
        self._writer.event(step, "text_sample", text=text, prompt=self._written(prompt.tolist()))
        end = monotonic()
        self._earliest = end + max(SECONDS, (end - begin) / _SHARE)

    def _written(self, ids: list[int]) -> str:
        return written([self._tokens[i] for i in ids], self._separator)
