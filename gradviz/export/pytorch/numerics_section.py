"""How a script computes: precision, loss scale, compiling and deterministic kernels, a line or two each."""

from __future__ import annotations

from dataclasses import dataclass

from gradviz.export.pytorch.parts import Parts
from gradviz.export.pytorch.source import Sources
from gradviz.spec.experiment import TrainingSpec

_FORWARD = '''\
def forward(network: nn.Module, x: Tensor) -> Tensor:
    """The network's output, computed in {precision} where that is safe."""
    with torch.autocast(DEVICE.type, torch.{precision}):
        return network(x).float()'''


@dataclass(frozen=True, kw_only=True, slots=True)
class Calls:
    """How the network is called, with {} for its input, in training and in validation, and `backward`."""

    training: str
    validation: str
    backward: str


def add_numerics(parts: Parts, spec: TrainingSpec, sources: Sources) -> Calls:
    """Add what the script needs for it."""
    network = "model"
    if spec.compile:
        network = "compiled"
        options = 'options={"fallback_random": True}'
        parts.before.append(f"    compiled = torch.compile(model, {options})  # which draws as without it")
    if spec.deterministic:
        sources.need("torch")
        if spec.device != "cpu":
            sources.need("os")
            parts.main.append('    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")')
            parts.main.append("    torch.backends.cudnn.benchmark = False")
        parts.main.append("    torch.use_deterministic_algorithms(True)")
    if spec.precision == "float32":
        return Calls(training=f"{network}({{}})", validation="model({})", backward="{}.backward()")
    parts.definitions.append(_FORWARD.format(precision=spec.precision))
    backward = "{}.backward()"
    if spec.precision == "float16":
        parts.before.append(
            "    scaler = torch.amp.GradScaler(DEVICE.type)  # leaves out steps that overflow"
        )
        backward = "scaler.scale({}).backward()"
    return Calls(training=f"forward({network}, {{}})", validation="forward(model, {})", backward=backward)
