"""Makes a case for the worker: an exported script, and what torch makes of the same network."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

from gradviz.data.batches import Batches
from gradviz.data.load import describe, load
from gradviz.export.keras import export_keras
from gradviz.export.keras.network import write_network
from gradviz.nets.model import build
from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec, ModelSpec
from gradviz.training.clipping import build_clip
from gradviz.training.learning_rate import LearningRate
from gradviz.training.loss import build_objective, describe_experiment
from gradviz.training.optimizers import build_optimizer
from gradviz.training.regularization import Penalty, penalised
from gradviz.training.trainer import count_steps

WORKER = Path(__file__).with_name("keras_worker.py")


def layer(kind, *body, name=None, initializer=None, **parameters):
    """A layer written short."""
    return LayerSpec(kind=kind, name=name, parameters=parameters, initializer=initializer, body=body)


def experiment(*layers, shape, classes=5, vocabulary=None, per_position=False, batch_size=8, **fields):
    """An experiment on random data of that shape."""
    parameters = {"shape": list(shape), "classes": classes, "samples": 40, "per_position": per_position}
    if vocabulary:
        parameters["vocabulary"] = vocabulary
    return ExperimentSpec(
        name="Case",
        data=DataSpec(name="random", batch_size=batch_size, parameters=parameters),
        model=ModelSpec(layers=layers),
        **fields,
    )


def write_case(folder, spec, *, steps=2, saved=False, starts=False, whole=False, samples=4):
    """Write the case of an experiment into `folder`; how many trainable numbers the script must have."""
    info = describe_experiment(spec)
    (folder / "script.py").write_text(export_keras(spec), encoding="utf-8")
    built = build(spec.model, info, seed=0)
    network = write_network(spec.model, info)
    if not starts:
        shake(built.model)
    modules = dict(built.model.named_modules())
    arrays, entries, trainable = {}, [], 0
    for number, (there, written) in enumerate(zip(built.layers, network.layers, strict=True)):
        module = modules[there.module]
        weights = {
            key: value.numpy().copy()
            for key, value in module.state_dict().items()
            if key != "num_batches_tracked"
        }
        spatial = isinstance(module, nn.LayerNorm | nn.RMSNorm) and len(module.normalized_shape) > 1
        entries.append(
            {
                "name": written.name,
                "kind": written.kind,
                "weights": list(weights),
                "turned": spatial
                and written.channels_last
                and len(module.normalized_shape) == len(there.output_shape),
            }
        )
        arrays |= {f"weight:{number}:{key}": value for key, value in weights.items()}
        trainable += sum(p.numel() for p in module.parameters()) - _second_biases(module)
    data = load(spec.data, spec.seed)
    batches = Batches(data.train_x, data.train_y, spec.data.batch_size, spec.seed)
    x = data.val_x[:samples]
    model = built.model.eval()
    with torch.no_grad():
        arrays["input"], arrays["output"] = x.numpy(), model(x).numpy()
    losses = []
    if not any(True for _ in model.parameters()):
        steps = 0
    if steps:
        taken = [batches.take(step) for step in range(steps)]
        arrays["batches"] = np.stack([x.numpy() for x, _ in taken])
        arrays["targets"] = np.stack([y.numpy() for _, y in taken])
        losses = train(built, spec, taken)
    if whole:
        arrays |= {name: getattr(data, name).numpy() for name in ("train_x", "train_y", "val_x", "val_y")}
        arrays["after"] = _trained_whole(build(spec.model, info, seed=0), spec, batches, x)
    np.savez(folder / "arrays.npz", **arrays)
    case = {"layers": entries, "saved": saved, "starts": starts, "whole": whole}
    (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
    known = [] if any(map(draws, modules.values())) else losses
    return {"trainable": trainable, "losses": known, "shape": list(info.output_shape)}


def draws(module):
    """Whether a layer draws while training, so that its losses are others on every run."""
    rates = [getattr(module, name, 0.0) for name in ("p", "dropout")]
    uneven = isinstance(module, nn.RReLU) and module.lower < module.upper
    return uneven or any(isinstance(rate, float) and rate > 0 for rate in rates)


def shake(model):
    """Give every parameter and statistic values of its own, so that no mistake hides behind a zero."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            flat = parameter.dim() < 2 or float(parameter.std()) == 0
            parameter.add_(noise, alpha=0.1 if flat else 0.0)
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                buffer.copy_(torch.randn(buffer.shape, generator=generator) * 0.3)
            elif name.endswith("running_var"):
                buffer.copy_(torch.rand(buffer.shape, generator=generator) + 0.5)
        for module in model.modules():
            if isinstance(module, nn.Embedding) and module.padding_idx is not None:
                module.weight[module.padding_idx].zero_()


def _trained_whole(built, spec, batches, x):
    """The outputs after all steps of the experiment, begun from the same shaken weights."""
    model = built.model
    shake(model)
    train(built, spec, [batches.take(step) for step in range(count_steps(spec, batches.per_epoch))])
    with torch.no_grad():
        return model.eval()(x).numpy()


def train(built, spec, taken):
    """The losses of the first steps as Keras counts them: with the penalty in it."""
    model = built.model.train()
    parameters = list(model.parameters())
    optimizer = build_optimizer(spec.optimizer, parameters)
    clip = build_clip(spec.clip, parameters) if spec.clip else None
    penalty = Penalty(spec.regularization, model, built.layers)
    l1, l2 = spec.regularization.l1, spec.regularization.l2
    rate = LearningRate(spec.schedule, optimizer, spec.optimizer.lr, len(taken))
    losses = []
    objective = build_objective(spec.loss, describe(spec.data))
    for step, (x, y) in enumerate(taken):
        rate.at(step)
        optimizer.zero_grad()
        loss = objective(model(x), y)[0]
        loss.backward()
        penalty.add_gradient()
        if clip:
            clip()
        weights = [p.detach() for p in penalised(spec.regularization, model, built.layers, biases=False)]
        also = sum(float(l1 * p.abs().sum() + l2 * p.square().sum()) for p in weights)
        losses.append(loss.item() + also)
        optimizer.step()
    return losses


def _second_biases(module):
    """What torch counts of a bias that Keras has in one with another."""
    if not isinstance(module, nn.RNN | nn.LSTM):
        return 0
    return sum(p.numel() for name, p in module.named_parameters() if name.startswith("bias_hh"))


def lost(wanted, result):
    """The largest difference of a loss, relative where losses are large."""
    pairs = zip(wanted["losses"], result.get("losses", ()), strict=False)  # none where layers draw
    return max((abs(a - b) / max(1.0, abs(a)) for a, b in pairs), default=0.0)


def wrong(wanted, result):
    """What is wrong with a result, or None."""
    return next(_complaints(wanted, result), None)


def _complaints(wanted, result):
    if "error" in result:
        yield result["error"]
        return
    size = max(1.0, result["largest"])
    if result["trainable"] != wanted["trainable"]:
        yield f"{result['trainable']} trainable numbers, not {wanted['trainable']}"
    if result["shape"] != wanted["shape"]:
        yield f"output of {result['shape']}, not {wanted['shape']}"
    if not result["difference"] <= 1e-4 * size:
        yield f"outputs differ by {result['difference']:.2g} of {result['largest']:.2g}"
    if not result.get("saved", 0.0) <= 1e-6 * size:
        yield f"saved and loaded, outputs differ by {result['saved']:.2g}"
    if not all(map(math.isfinite, result.get("losses", ()))):
        yield f"losses {result['losses']}"
    if not lost(wanted, result) <= 1e-3:
        yield f"losses {result['losses']}, not {wanted['losses']}"


class Worker:
    """A process in which Keras runs; each check is a line there and a line back."""

    def __init__(self, backend="torch", python=sys.executable):
        environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        self.process = subprocess.Popen(
            [python, str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def check(self, folder):
        """What the worker found out about a case."""
        self.process.stdin.write(f"{folder}\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("RESULT "):
                return json.loads(line.removeprefix("RESULT "))
        raise RuntimeError(f"the worker ended with {self.process.wait()}")

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()
