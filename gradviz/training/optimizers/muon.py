"""Muon for the matrices of hidden layers, AdamW for all the rest, in one optimizer.

Muon (Jordan et al., 2024) makes the update of a matrix orthogonal: all its directions are learned equally
fast. It is meant for the weights of hidden layers; biases, normalisations, embeddings and the output layer
go to AdamW, as its authors have it. Convolutions do too, since torch's Muon takes two dimensions only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from gradviz.spec.registry import boolean, choice, integer, number, numbers
from gradviz.training.optimizers.registry import EPS, Group, betas, optimizers, weight_decay

_OWN = ("momentum", "nesterov", "ns_coefficients", "ns_steps", "adjust_lr_fn")


class MuonWithAdamW(torch.optim.Optimizer):
    """One optimizer of two halves, which share its groups and its state.

    Each group is cut into its matrices and the rest; a group with `hidden` False goes to AdamW whole. A
    half without parameters is left out. `state_dict` is the whole's, in torch's own form.
    """

    def __init__(self, groups: list[Group], lr: float, **given: Any) -> None:
        muon = {name: given[name] for name in _OWN}
        muon["ns_coefficients"] = tuple(muon["ns_coefficients"])
        decay, factor = given["weight_decay"], given["adamw_lr_factor"]
        adamw = {"betas": tuple(given["betas"]), "eps": given["eps"]}
        split: list[Group] = []
        for group in groups:
            common = {k: v for k, v in group.items() if k not in ("params", "hidden")}
            hidden = group.get("hidden", True)
            matrices = [p for p in group["params"] if hidden and p.dim() == 2]
            known = {id(p) for p in matrices}
            rest = [p for p in group["params"] if id(p) not in known]
            scaled = {name: common[name] * factor for name in ("lr", "lr_factor")}
            if matrices:
                split.append({"params": matrices, **common, **muon, "weight_decay": decay})
            if rest:
                split.append({"params": rest, **common, **scaled, **adamw, "weight_decay": decay})
        super().__init__(split or [{"params": []}], {"lr": lr})
        self._share()

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """One step of both halves."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for half in self._halves:
            half.step()
        return loss

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take a state, and let both halves see it."""
        super().load_state_dict(state_dict)
        self._share()

    def _share(self) -> None:
        """Make the halves: torch's own optimizers, over these very groups and this very state."""
        kinds: tuple[tuple[Callable[[list[Group]], torch.optim.Optimizer], bool], ...] = (
            (torch.optim.Muon, True),
            (lambda groups: torch.optim.AdamW(groups, fused=True), False),
        )
        self._halves = []
        for make, matrices in kinds:
            mine = [group for group in self.param_groups if ("ns_steps" in group) is matrices]
            if any(group["params"] for group in mine):
                half = make([dict(group) for group in mine])
                for group, complete in zip(mine, half.param_groups, strict=True):
                    group.update({k: v for k, v in complete.items() if k not in group})
                half.param_groups = mine
                half.state = self.state
                self._halves.append(half)


@optimizers.register(
    "Muon",
    group="Adaptive",
    doc="Orthogonal updates for the matrices of hidden layers, AdamW for the rest (Jordan et al., 2024)",
    parameters=(
        number("momentum", "Memory of the mean gradient", default=0.95, minimum=0, below=1),
        boolean("nesterov", "Look ahead along the momentum (Nesterov)", default=True),
        weight_decay(0.1, "apart from the gradient, in both halves"),
        choice(
            "adjust_lr_fn",
            "How the step follows a matrix’s size: match_rms_adamw lets both halves share one learning rate",
            choices=("match_rms_adamw", "original"),
            default="match_rms_adamw",
        ),
        integer("ns_steps", "Rounds that make an update orthogonal", default=5, minimum=1, maximum=99),
        numbers(
            "ns_coefficients",
            "Coefficients of such a round (Newton–Schulz)",
            length=3,
            default=[3.4445, -4.775, 2.0315],
        ),
        number("adamw_lr_factor", "The learning rate of AdamW’s half, times Muon’s", default=1.0, minimum=0),
        betas(),
        EPS,
    ),
)
def muon(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.Muon` beside `torch.optim.AdamW`."""
    return MuonWithAdamW(groups, lr, **given)
