"""The script as a whole: what it says of itself, its settings, and its parts in the order of reading."""

from __future__ import annotations

from gradviz import __version__
from gradviz.data.load import DataError
from gradviz.export.layout import literal
from gradviz.export.pytorch.data_section import data_section
from gradviz.export.pytorch.imported import imported_section
from gradviz.export.pytorch.model_section import model_section
from gradviz.export.pytorch.network import write_network
from gradviz.export.pytorch.source import Sources
from gradviz.export.pytorch.training_section import training_section
from gradviz.export.registry import ExportError, export_format
from gradviz.export.unsupported import refuse_unsupported
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.problem import SpecError
from gradviz.training.clipping import clip_threshold
from gradviz.training.loss import describe_experiment

_HEADER = """\
# {name}
#
# Written by gradviz {version} for PyTorch. It needs torch and numpy, and runs as it is:
#
#     python FILE.py
#
# Data, first weights and batches follow from SEED as they do in gradviz: the same losses come out.

from __future__ import annotations

{imports}"""

_MAIN = '''\
def main() -> None:
    """Train, and print how it goes."""
    model = build_model()
    count = sum(parameter.numel() for parameter in model.parameters())
    print(f"{count:,} parameters, on {DEVICE}")
    train(model=model)'''

_GUARD = 'if __name__ == "__main__":\n    main()'


@export_format("pytorch", doc="A Python script for PyTorch: data, model and training", suffix=".py")
def export_pytorch(experiment: ExperimentSpec) -> str:
    """The script, formatted. Raises ExportError where the experiment cannot be built."""
    refuse_unsupported(experiment, "augmentation")
    sources = Sources()
    try:
        info = describe_experiment(experiment)
        data, end = data_section(experiment.data, sources)
    except (DataError, SpecError) as error:
        raise ExportError(str(error)) from error
    training = training_section(experiment, info, sources)
    if experiment.model.source:
        model = imported_section(experiment.model, experiment.seed, sources)
    else:
        network = write_network(experiment.model, info)
        model = model_section(network, experiment.seed, sources)
    parts = [
        "# Settings",
        _settings(experiment),
        "# Data",
        *_apart(data),
        "# Model",
        *_apart(model),
        "# Training",
        *_apart([*training, _MAIN]),
        *end,
        _GUARD,
    ]
    header = _HEADER.format(
        name=_comment(experiment.name), version=__version__, imports="\n".join(sources.import_lines())
    )
    return "\n\n".join([header, *parts]).replace("\n\n\n\n", "\n\n\n") + "\n"


def _apart(definitions: list[str]) -> list[str]:
    """Definitions with two empty lines around each."""
    return [f"\n{text}\n" for text in definitions]


def _comment(text: str) -> str:
    """One line without characters that could end it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or "Untitled"


def _settings(experiment: ExperimentSpec) -> str:
    training = experiment.training
    lines = [
        f"SEED = {experiment.seed}",
        f"BATCH_SIZE = {experiment.data.batch_size}",
        f"VALIDATION = {literal(experiment.data.validation)}  # the share of samples that is held out",
        f"LEARNING_RATE = {literal(experiment.optimizer.lr)}",
    ]
    if experiment.clip is not None:
        lines.append(f"CLIP_THRESHOLD = {literal(clip_threshold(experiment.clip))}")
    if experiment.regularization.l1:
        lines.append(f"L1 = {literal(experiment.regularization.l1)}")
    if experiment.regularization.l2:
        lines.append(f"L2 = {literal(experiment.regularization.l2)}")
    if training.steps is None:
        lines.append(f"EPOCHS = {training.epochs or 0}")
        lines.append("PRINT_EVERY = 10  # steps")
    else:
        lines.append(f"STEPS = {training.steps}")
        lines.append(f"PRINT_EVERY = {max(1, training.steps // 20)}")
    device = 'torch.device("cuda" if torch.cuda.is_available() else "cpu")'
    lines.append(
        f"DEVICE = {device if training.device == 'auto' else f'torch.device({literal(training.device)})'}"
    )
    return "\n".join(lines)
