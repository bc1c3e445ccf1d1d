"""The script as a whole: what it says of itself, its settings, and its parts in the order of reading."""

from __future__ import annotations

from gradviz import __version__
from gradviz.data.load import DataError
from gradviz.export.layout import literal
from gradviz.export.pytorch.data_section import data_section
from gradviz.export.pytorch.imported import imported_section
from gradviz.export.pytorch.model_section import model_section
from gradviz.export.pytorch.network import write_network
from gradviz.export.pytorch.seeds import seed_names
from gradviz.export.pytorch.source import Sources
from gradviz.export.pytorch.training_section import training_section
from gradviz.export.registry import ExportError, export_format
from gradviz.export.unsupported import refuse_unsupported
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.problem import SpecError
from gradviz.training.loss import describe_experiment

_HEADER = """\
# {name}
#
# Written by gradviz {version} for PyTorch. It needs {needs}, and runs as it is:
#
#     python FILE.py
#
# Data, first weights and batches follow from {seeds} as they do in gradviz: the same losses come out.

from __future__ import annotations

{imports}"""

_MAIN = '''\
def main() -> None:
    """Train, and print how it goes."""
{first}    model = build_model()
    count = sum(parameter.numel() for parameter in model.parameters())
    print(f"{{count:,}} parameters, on {{DEVICE}}")
    train(model=model)'''

_ABLE = ("seeds", "augmentation", "optimizer", "schedule", "clip", "regularization", "training")
_GUARD = 'if __name__ == "__main__":\n    main()'


@export_format("pytorch", doc="A Python script for PyTorch: data, model and training", suffix=".py")
def export_pytorch(experiment: ExperimentSpec) -> str:
    """The script, formatted. Raises ExportError where the experiment cannot be built."""
    refuse_unsupported(experiment, *_ABLE)
    sources, seeds = Sources(), seed_names(experiment)
    try:
        info = describe_experiment(experiment)
        data, end = data_section(experiment.data, sources, seed=seeds.data)
        parts, training = training_section(experiment, info, seeds, sources)
    except (DataError, SpecError) as error:
        raise ExportError(str(error)) from error
    if experiment.model.source:
        model = imported_section(experiment.model, experiment.weights_seed, seeds, sources)
    else:
        network = write_network(experiment.model, info)
        model = model_section(network, experiment.weights_seed, seeds, sources)
    main = _MAIN.format(first="".join(f"{line}\n" for line in parts.main))
    sections = [
        "# Settings",
        _settings(experiment, [*seeds.settings], parts.settings),
        "# Data",
        *_apart(data),
        "# Model",
        *_apart(model),
        "# Training",
        *_apart([*training, main]),
        *end,
        _GUARD,
    ]
    header = _HEADER.format(
        name=_comment(experiment.name),
        version=__version__,
        needs="torch, numpy and Pillow" if ("PIL", "Image") in sources.imports else "torch and numpy",
        seeds="SEED" if seeds.settings == (f"SEED = {experiment.seed}",) else "the seeds",
        imports="\n".join(sources.import_lines()),
    )
    return "\n\n".join([header, *sections]).replace("\n\n\n\n", "\n\n\n") + "\n"


def _apart(definitions: list[str]) -> list[str]:
    """Definitions with two empty lines around each."""
    return [f"\n{text}\n" for text in definitions]


def _comment(text: str) -> str:
    """One line without characters that could end it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or "Untitled"


def _settings(experiment: ExperimentSpec, seeds: list[str], own: list[str]) -> str:
    training = experiment.training
    lines = [
        *seeds,
        f"BATCH_SIZE = {experiment.data.batch_size}",
        f"VALIDATION = {literal(experiment.data.validation)}  # the share of samples that is held out",
        f"LEARNING_RATE = {literal(experiment.optimizer.lr)}",
        *own,
    ]
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
