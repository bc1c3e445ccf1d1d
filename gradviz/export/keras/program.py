"""The script as a whole: what it says of itself, its settings, and its parts in the order of reading."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from textwrap import wrap

from gradviz import __version__
from gradviz.data.load import DataError
from gradviz.data.order import batches_per_epoch
from gradviz.data.seeds import Purpose, stream
from gradviz.export.keras.fragments import carried, names_in
from gradviz.export.keras.graph import call
from gradviz.export.keras.network import Network, write_network
from gradviz.export.keras.text import written
from gradviz.export.keras.training import MAIN, training_section
from gradviz.export.layout import WIDTH, assigned, literal
from gradviz.export.pytorch.data_section import data_section
from gradviz.export.pytorch.source import Sources
from gradviz.export.registry import ExportError, export_format
from gradviz.export.unsupported import refuse_unsupported
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.problem import SpecError
from gradviz.training.clipping import clip_threshold
from gradviz.training.loss import describe_experiment

_HEADER = """\
# {name}
#
# Written by gradviz {version} for Keras 3. It needs keras, numpy{pillow} and a backend, and runs as it is:
#
#     KERAS_BACKEND=torch python FILE.py        (or tensorflow; without it, the one that Keras is set to)
#
# Layers have the names that they have in gradviz, inputs and outputs the same order of dimensions. Inside,
# channels come last, as Keras wants it.
#
# Not as in gradviz:
{notes}

from __future__ import annotations

{imports}"""

_MODEL = '''\
def build_model() -> keras.Model:
    """The network, its weights drawn; it takes [batch, {sizes}]{what}."""
{lines}
    return {end}'''

_GUARD = 'if __name__ == "__main__":\n    main()'
_ALWAYS = "The first weights are drawn by the same rules, but are other numbers."
_MODULES = {
    "keras": ("keras", ()),
    "np": ("numpy as np", ()),
    "math": ("math", ()),
    "Any": ("typing", ("Any",)),
    "layers": ("keras", ("layers",)),
    "ops": ("keras", ("ops",)),
    "initializers": ("keras", ("initializers",)),
}


@export_format(
    "keras",
    doc="A Python script for Keras 3, on TensorFlow or PyTorch: data, model and training",
    suffix=".py",
)
def export_keras(experiment: ExperimentSpec) -> str:
    """The script, formatted. Raises ExportError where the experiment cannot be built or written for Keras."""
    if experiment.model.source:
        raise ExportError(
            f"The model is a Python file ({experiment.model.source}) written for PyTorch, and only models "
            "made of layers can be written for Keras"
        )
    refuse_unsupported(experiment, *(() if experiment.schedule.name == "plateau" else ("schedule",)))
    try:
        info = describe_experiment(experiment)
    except (DataError, SpecError) as error:
        raise ExportError(str(error)) from error
    network = write_network(experiment.model, info)
    training = training_section(experiment, info)
    sources = Sources()
    data, end = data_section(experiment.data, sources, tensors=False)
    data += sources.carry(stream, Purpose, batches_per_epoch)
    own = carried([*network.needs, *training.needs])
    penalised = bool(experiment.regularization.l1 or experiment.regularization.l2)
    parts = [
        "# Settings",
        _settings(experiment),
        "# Data",
        *_apart(data),
        *(["# What Keras has not, or has otherwise", *_apart(own)] if own else []),
        "# Model",
        *_apart([_model(network, info, penalised=penalised)]),
        "# Training",
        *_apart([*training.texts, MAIN]),
        *end,
        _GUARD,
    ]
    body = "\n\n".join(parts)
    used = names_in(ast.parse(body))
    for name, (module, wanted) in _MODULES.items():
        if name in used:
            sources.need(module, *wanted)
    header = _HEADER.format(
        name=_comment(experiment.name),
        version=__version__,
        pillow=", Pillow" if ("PIL", "Image") in sources.imports else "",
        notes="\n".join(_notes([_ALWAYS, *network.notes, *training.notes])),
        imports="\n".join(sources.import_lines()),
    )
    return f"{header}\n\n{body}".replace("\n\n\n\n", "\n\n\n") + "\n"


def _model(network: Network, info: DataInfo, *, penalised: bool) -> str:
    dtype = "int32" if info.vocabulary is not None else None
    inputs = call("keras.Input", tuple(info.input_shape), dtype=dtype, name="inputs")
    lines = [assigned("x = inputs = ", inputs, 4), *written(network.statements, 4)]
    end = "keras.Model(inputs, x)"
    if penalised:
        lines += [f"    model = {end}", "    add_penalty(model)"]
        end = "model"
    what = "" if info.vocabulary is None else f" token ids below {info.vocabulary:,}"
    sizes = ", ".join(map(str, info.input_shape))
    return _MODEL.format(sizes=sizes, what=what, lines="\n".join(lines), end=end)


def _settings(experiment: ExperimentSpec) -> str:
    training, penalty = experiment.training, experiment.regularization
    settings = {
        "SEED": experiment.seed,
        "BATCH_SIZE": experiment.data.batch_size,
        "VALIDATION": experiment.data.validation,
        "LEARNING_RATE": experiment.optimizer.lr,
        "CLIP_THRESHOLD": clip_threshold(experiment.clip) if experiment.clip else None,
        "WARMUP": experiment.schedule.warmup or None,
        "L1": penalty.l1 or None,
        "L2": penalty.l2 or None,
        "STEPS": training.steps,
        "EPOCHS": (training.epochs or 0) if training.steps is None else None,
    }
    remarks = {"VALIDATION": "  # the share of samples that is held out", "WARMUP": "  # steps"}
    return "\n".join(
        f"{name} = {literal(value)}{remarks.get(name, '')}"
        for name, value in settings.items()
        if value is not None
    )


def _notes(notes: Sequence[str]) -> list[str]:
    lines = []
    for note in notes:
        lines += wrap(note, WIDTH, initial_indent="# - ", subsequent_indent="#   ", break_long_words=False)
    return lines


def _apart(definitions: Sequence[str]) -> list[str]:
    """Definitions with two empty lines around each."""
    return [f"\n{text}\n" for text in definitions]


def _comment(text: str) -> str:
    """One line without characters that could end it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or "Untitled"
