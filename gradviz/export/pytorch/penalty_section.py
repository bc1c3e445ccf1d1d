"""Penalties and the limit on weights as a script has them, over the weights that the engine has them over."""

from __future__ import annotations

from dataclasses import replace

from gradviz.export.layout import literal
from gradviz.export.pytorch.parts import Parts
from gradviz.export.pytorch.positions import Positions, is_empty, set_of
from gradviz.spec.experiment import ExperimentSpec
from gradviz.training.regularization import penalised

_PENALTY = '''\
@torch.no_grad()
def add_penalty(weights: list[nn.Parameter]) -> None:
    """Add the gradient of {formula} to that of the loss; the loss that is shown stays the data's."""
    for weight in weights:
{frozen}        if weight.grad is None:
            weight.grad = torch.zeros_like(weight)
{lines}'''

_LIMIT = '''\
@torch.no_grad()
def limit_norms(weights: list[nn.Parameter]) -> None:
    """Scale the weights into each unit back to a norm of MAX_NORM, where they are longer."""
    for weight in weights:
{frozen}        norms = torch.linalg.vector_norm(weight.flatten(1), dim=1, dtype=torch.float64)
        factors = torch.clamp(MAX_NORM / norms, max=1.0).to(weight.dtype)
        weight.mul_(factors.view(-1, *[1] * (weight.dim() - 1)))'''

_FROZEN = """\
        if not weight.requires_grad:
            continue
"""


def add_penalties(parts: Parts, experiment: ExperimentSpec, positions: Positions) -> None:
    """Add the calls, the functions, and the lists of what they are over."""
    spec = experiment.regularization
    may_freeze = bool(experiment.model.source) or any(group.frozen for group in experiment.optimizer.groups)
    frozen = _FROZEN if may_freeze else ""
    penalty = spec.l1 or spec.l2
    if (penalty and not spec.biases) or spec.max_norm is not None:
        _add_list(parts, "weights", experiment, positions, biases=False)
    if penalty:
        over = "penalised" if spec.biases else "weights"
        if spec.biases:
            _add_list(parts, over, experiment, positions, biases=True)
        parts.settings += [f"{name} = {literal(v)}" for name, v in (("L1", spec.l1), ("L2", spec.l2)) if v]
        formula = " + ".join(["L1·Σ|w|"] * bool(spec.l1) + ["L2·Σw²"] * bool(spec.l2))
        lines = ["        weight.grad.add_(weight.sign(), alpha=L1)"] * bool(spec.l1)
        lines += ["        weight.grad.add_(weight, alpha=2 * L2)"] * bool(spec.l2)
        parts.definitions.append(_PENALTY.format(formula=formula, lines="\n".join(lines), frozen=frozen))
        parts.after_backward.append(f"        add_penalty({over})")
    if spec.max_norm is not None:
        parts.settings.append(f"MAX_NORM = {literal(spec.max_norm)}")
        parts.definitions.append(_LIMIT.format(frozen=frozen))
        parts.after_update.append("        limit_norms(weights)")


def _add_list(
    parts: Parts, name: str, experiment: ExperimentSpec, positions: Positions, *, biases: bool
) -> None:
    """The line that finds the weights; a normalisation over images has large parameters too."""
    spec, model = experiment.regularization, experiment.model
    conditions = [] if biases else ["p.dim() >= 2"]
    kinds = {layer.kind for _, layer in model.walk()}
    if not biases and (model.source or kinds & {"LayerNorm", "RMSNorm"}):
        parts.before += [
            "    norms = [m for m in model.modules() if isinstance(m, nn.LayerNorm | nn.RMSNorm)]",
            "    scales = {p for norm in norms for p in norm.parameters()}",
        ]
        conditions.append("p not in scales")
    if spec.exclude:
        built = positions.built
        kept = {id(p) for p in penalised(spec, built.model, built.layers, biases=biases)}
        everything = penalised(replace(spec, exclude=()), built.model, built.layers, biases=biases)
        left_out = positions.parameters([p for p in everything if id(p) not in kept])
        if not is_empty(left_out):
            parts.positions = True
            out = f"not_{name}"
            parts.before.append(set_of(out, left_out))
            conditions.append(f"p not in {out}")
    if not conditions:
        parts.before.append(f"    {name} = list(model.parameters())")
    else:
        where = " and ".join(conditions)
        parts.before.append(f"    {name} = [p for p in model.parameters() if {where}]")
