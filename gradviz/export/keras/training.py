"""The part of a script that trains: optimizer, clipping and penalties as set, the batches in our order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gradviz.export.expression import Argument, Call, Name, Node
from gradviz.export.keras.graph import Unless, call
from gradviz.export.keras.schedule import rate_texts
from gradviz.export.layout import assigned, in_one_line, literal
from gradviz.export.registry import ExportError
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import ClipSpec, ExperimentSpec, LossSpec, OptimizerSpec
from gradviz.training.clipping import clips
from gradviz.training.loss import losses, resolved
from gradviz.training.optimizers import optimizers

_EPSILON = (
    "Keras adds Adam's epsilon before it corrects the first steps, torch after: while gradients are as small "
    "as epsilon, the first steps are shorter here."
)
_COMPILE = '''\
def compile_model(model: keras.Model) -> None:
    """Set the optimizer and the loss."""
{optimizer}
    loss = {loss}
    model.compile(optimizer=optimizer, loss=loss{metrics})'''

_PENALTY = '''\
def add_penalty(model: keras.Model) -> None:
    """Add {formula} to the loss, over weights but not biases and factors; the loss shown has it in it."""
    for weight in model.trainable_variables:
        if len(weight.shape) >= 2 and weight.name not in ("alpha", "beta", "bias", "gamma", "scale"):
            weight.regularizer = keras.regularizers.L1L2({given})'''

_SMOOTHED = '''\
def smoothed_loss(y: Any, scores: Any) -> Any:
    """Cross-entropy with a share of each target spread over all classes; Keras has it for shares only."""
    classes = ops.reshape(ops.cast(y, "int32"), ops.shape(scores)[:-1])
    shares = ops.one_hot(classes, scores.shape[-1])
    return keras.losses.categorical_crossentropy(shares, scores, from_logits=True, label_smoothing={share})'''

_TRAIN = '''\
def train(model: keras.Model) -> None:
    """Train with batches in the order of gradviz's; a rest of one sample is left out of an epoch."""
    train_x, train_y, val_x, val_y = load_data()
    compile_model(model)
    per_epoch = batches_per_epoch(len(train_y), BATCH_SIZE)
    steps = {steps}
    for epoch in range(-(-steps // per_epoch)):
        count = min(per_epoch, steps - epoch * per_epoch) * BATCH_SIZE
        order = stream(SEED, Purpose.ORDER, epoch).permutation(len(train_y))[:count]
        model.fit(
            train_x[order],
            train_y[order],
            batch_size=BATCH_SIZE,
            shuffle=False,
            initial_epoch=epoch,
            epochs=epoch + 1,
            validation_data=(val_x, val_y),
            callbacks=[{rate}keras.callbacks.TerminateOnNaN()],
            verbose=2,
        )
        if model.stop_training:
            break'''

MAIN = '''\
def main() -> None:
    """Train, and print how it goes."""
    keras.utils.set_random_seed(SEED)
    model = build_model()
    print(f"{model.count_params():,} parameters, on {keras.backend.backend()}")
    train(model)'''


@dataclass(frozen=True, kw_only=True, slots=True)
class Training:
    """The definitions, the names that they need, and what is not as in torch."""

    texts: tuple[str, ...]
    needs: tuple[str, ...]
    notes: tuple[str, ...]


def training_section(experiment: ExperimentSpec, info: DataInfo) -> Training:
    """The definitions, the last of them `train`. Raises ExportError."""
    made, needs = _optimizer(experiment.optimizer)
    if experiment.clip is not None:
        made, also = _clipped(made, experiment.clip)
        needs += also
    loss, metrics = _loss(experiment.loss, info)
    own = losses.entry(experiment.loss.name).complete(experiment.loss.parameters)
    share = own.get("label_smoothing")
    texts = [_SMOOTHED.format(share=literal(share))] if share else []
    set_up = assigned("optimizer = ", made, 4)
    texts.append(_COMPILE.format(optimizer=set_up, loss=in_one_line(loss), metrics=metrics))
    penalty = experiment.regularization
    if penalty.l1 or penalty.l2:
        terms = [("L1·Σ|w|", "l1=L1")] * bool(penalty.l1) + [("L2·Σw²", "l2=L2")] * bool(penalty.l2)
        # What is left out of the call is not 0 but Keras's own default.
        given = ", ".join([f"l1={'L1' if penalty.l1 else 0.0}", f"l2={'L2' if penalty.l2 else 0.0}"])
        texts.append(_PENALTY.format(formula=" + ".join(text for text, _ in terms), given=given))
    rate = rate_texts(experiment)
    texts += rate
    steps = "STEPS" if experiment.training.steps is not None else "EPOCHS * per_epoch"
    texts.append(_TRAIN.format(steps=steps, rate="Rate(steps), " if rate else ""))
    notes = (_EPSILON,) if experiment.optimizer.name in ("Adam", "AdamW") else ()
    return Training(texts=tuple(texts), needs=tuple(needs), notes=notes)


def _loss(spec: LossSpec, info: DataInfo) -> tuple[Node, str]:
    """The loss, and the rest of the call that sets it: what is shown beside it."""
    spec = resolved(spec, info)
    own = losses.entry(spec.name).complete(spec.parameters)
    if own.get("label_smoothing"):
        return Name("smoothed_loss"), ', metrics=["accuracy"]'
    if spec.name in _NUMBERS:
        return call(f"keras.losses.{_NUMBERS[spec.name]}", **own), ""
    if spec.name == "binary_cross_entropy":
        metrics = ', metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)]'
        return call("keras.losses.BinaryCrossentropy", from_logits=True), metrics
    loss = call("keras.losses.SparseCategoricalCrossentropy", from_logits=True)
    return loss, ', metrics=["accuracy"]'


def _optimizer(spec: OptimizerSpec) -> tuple[Call, list[str]]:
    """The optimizer, by a class of Keras's own wherever that does the same."""
    given = optimizers.entry(spec.name).complete(spec.parameters)
    if spec.name not in _OPTIMIZERS:
        raise ExportError(f"the optimizer {spec.name} cannot be written for Keras: choose another one")
    made = _OPTIMIZERS[spec.name](given)
    return made, [made.callee] if "." not in made.callee else []


def _sgd(given: dict[str, Any]) -> Call:
    momentum, decay = given["momentum"], given["weight_decay"]
    if momentum and (decay or given["dampening"]):
        return call(
            "TorchSGD",
            Name("LEARNING_RATE"),
            momentum=momentum,
            dampening=Unless(given["dampening"], 0.0),
            nesterov=Unless(given["nesterov"], default=False),
            decay=Unless(decay, 0.0),
        )
    return call(
        "keras.optimizers.SGD",
        Name("LEARNING_RATE"),
        momentum=Unless(momentum, 0.0),
        nesterov=Unless(given["nesterov"], default=False),
        weight_decay=decay or None,
    )


def _adam(given: dict[str, Any]) -> Call:
    decay = given["weight_decay"]
    return call(
        "AdamWithDecay" if decay else "keras.optimizers.Adam",
        Name("LEARNING_RATE"),
        **_moments(given),
        amsgrad=Unless(given["amsgrad"], default=False),
        decay=Unless(decay, 0.0),
    )


def _adamw(given: dict[str, Any]) -> Call:
    return call(
        "keras.optimizers.AdamW",
        Name("LEARNING_RATE"),
        weight_decay=given["weight_decay"],
        **_moments(given),
        amsgrad=Unless(given["amsgrad"], default=False),
    )


def _radam(given: dict[str, Any]) -> Call:
    kind = "weight_decay" if given["decoupled_weight_decay"] else "decay"
    decay = {kind: given["weight_decay"]} if given["weight_decay"] else {}
    return call("RAdam", Name("LEARNING_RATE"), **_moments(given), **decay)


def _moments(given: dict[str, Any]) -> dict[str, Any]:
    first, second = given["betas"]
    return {"beta_1": Unless(first, 0.9), "beta_2": Unless(second, 0.999), "epsilon": given["eps"]}


_NUMBERS = {"mse": "MeanSquaredError", "mae": "MeanAbsoluteError", "huber": "Huber"}
_OPTIMIZERS = {"SGD": _sgd, "Adam": _adam, "AdamW": _adamw, "RAdam": _radam}
_CLIPS = {"value": "clipvalue", "norm": "clipnorm", "global_norm": "global_clipnorm"}


def _clipped(made: Call, spec: ClipSpec) -> tuple[Call, list[str]]:
    """The optimizer with clipping; norms other than the Euclidean are the script's own."""
    given = clips.entry(spec.method).complete(spec.parameters)
    threshold = Name("CLIP_THRESHOLD")
    if given.get("p", 2) == 2:
        clip = Argument(threshold, _CLIPS[spec.method], keyword=True)
        return Call(made.callee, (*made.arguments, clip)), []
    together = spec.method == "global_norm"
    base = call("clipping_by_norm", Name(made.callee), threshold, p=given["p"], together=together)
    return Call(in_one_line(base), made.arguments), ["clipping_by_norm"]
