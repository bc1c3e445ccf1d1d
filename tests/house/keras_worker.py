"""Runs exported Keras scripts where Keras is: needs keras and numpy alone, and knows nothing of gradviz.

Reads folders of cases, one a line, on standard input and answers with a line of JSON for each. A case is
`script.py`, `case.json` (its layers, how many trainable numbers there must be) and `arrays.npz` (inputs, the
outputs that torch gives in evaluation, the weights, and batches with the losses that torch has on them).
"""

import importlib.util
import json
import sys
import traceback
import warnings
from pathlib import Path

import numpy as np


def _convolution(layer, weight):
    if type(layer).__name__.startswith("Depthwise"):
        filters = weight.shape[0] // layer.kernel.shape[-2]
        split = weight[:, 0].reshape(-1, filters, *weight.shape[2:])
        return np.moveaxis(split, (0, 1), (-2, -1))
    return np.moveaxis(weight, (0, 1), (-1, -2))


def _gates(kind, weight):
    """Torch's gates, stacked along the first axis, in Keras's order along the last."""
    if kind == "GRU":
        reset, update, new = np.split(weight, 3)
        weight = np.concatenate([update, reset, new])
    return weight.T


def _recurrent(model, entry, weights):
    levels = sum(key.startswith("weight_ih") and not key.endswith("reverse") for key in weights)
    for level in range(levels):
        layer = model.get_layer(entry["name"] if levels == 1 else f"{entry['name']}_{level}")
        ways = [(layer, "")]
        if type(layer).__name__ == "Bidirectional":
            ways = [(layer.forward_layer, ""), (layer.backward_layer, "_reverse")]
        for way, suffix in ways:
            fed, back = (weights[f"weight_{part}_l{level}{suffix}"] for part in ("ih", "hh"))
            wanted = {"kernel": _gates(entry["kind"], fed), "recurrent_kernel": _gates(entry["kind"], back)}
            if f"bias_ih_l{level}{suffix}" in weights:
                biases = [
                    _gates(entry["kind"], weights[f"bias_{part}_l{level}{suffix}"]) for part in ("ih", "hh")
                ]
                wanted["bias"] = np.stack(biases) if entry["kind"] == "GRU" else biases[0] + biases[1]
            yield way.cell, wanted


def _attention(layer, weights):
    features = weights["in_proj_weight"].shape[1]
    heads = layer.num_heads
    dense = (layer.query_dense, layer.key_dense, layer.value_dense)
    biases = np.split(weights["in_proj_bias"], 3) if "in_proj_bias" in weights else [None] * 3
    for part, weight, bias in zip(dense, np.split(weights["in_proj_weight"], 3), biases, strict=True):
        wanted = {"kernel": weight.T.reshape(features, heads, -1)}
        if bias is not None:
            wanted["bias"] = bias.reshape(heads, -1)
        yield part, wanted
    wanted = {"kernel": weights["out_proj.weight"].T.reshape(heads, -1, features)}
    if "out_proj.bias" in weights:
        wanted["bias"] = weights["out_proj.bias"]
    yield layer.output_dense, wanted


_NAMES = {
    "BatchNorm1d": "norm",
    "BatchNorm2d": "norm",
    "InstanceNorm1d": "norm",
    "InstanceNorm2d": "norm",
    "GroupNorm": "norm",
    "LayerNorm": "norm",
}
_NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


def carried(model, entry, weights):
    """Pairs of a layer of Keras and its variables' values by name."""
    kind = entry["kind"]
    if kind in ("RNN", "LSTM", "GRU"):
        yield from _recurrent(model, entry, weights)
        return
    layer = model.get_layer(entry["name"])
    if kind == "MultiheadAttention":
        yield from _attention(layer, weights)
    elif kind == "Linear":
        yield layer, {("kernel" if key == "weight" else key): value.T for key, value in weights.items()}
    elif kind in ("Conv1d", "Conv2d"):
        wanted = {"kernel": _convolution(layer, weights["weight"])}
        yield layer, wanted | ({"bias": weights["bias"]} if "bias" in weights else {})
    elif kind in _NAMES:
        values = {_NORM[key]: value for key, value in weights.items() if key in _NORM}
        if kind == "LayerNorm" and entry["turned"]:
            values = {key: np.moveaxis(value, 0, -1) for key, value in values.items()}
        yield layer, values
    elif kind == "RMSNorm":
        value = weights["weight"]
        yield layer, {"scale": np.moveaxis(value, 0, -1) if entry["turned"] else value}
    elif kind == "PReLU":
        yield layer, {"alpha": weights["weight"].reshape(layer.alpha.shape)}
    elif kind == "Embedding":
        yield layer, {"embeddings": weights["weight"]}
    else:
        yield layer, weights


def carry(model, case, arrays):
    """Set every variable of the model; complain where one is left over or does not fit."""
    waiting = {id(variable): variable.path for variable in model.weights}
    for number, entry in enumerate(case["layers"]):
        weights = {key: arrays[f"weight:{number}:{key}"] for key in entry["weights"]}
        if not weights:
            continue
        for layer, wanted in carried(model, entry, weights):
            own = {variable.name: variable for variable in layer.weights}
            for name, value in wanted.items():
                if tuple(own[name].shape) != value.shape:
                    raise ValueError(f"{own[name].path} is {tuple(own[name].shape)}, not {value.shape}")
                own[name].assign(value)
                waiting.pop(id(own[name]))
    if waiting:
        raise ValueError(f"nothing was carried into {sorted(waiting.values())}")


def load(folder):
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("exported", folder / "script.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(folder):
    """Build, count, carry, compare outputs, and train."""
    import keras

    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    arrays = dict(np.load(folder / "arrays.npz"))
    module = load(folder)
    model = module.build_model()
    count = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    result = {"trainable": count, "layers": [layer.name for layer in model.layers]}
    before = {v.path: _statistics(v) for v in model.trainable_variables} if case["starts"] else {}
    carry(model, case, arrays)
    result["starts"] = {
        v.path: [before[v.path], _statistics(v)] for v in model.trainable_variables if case["starts"]
    }
    output = keras.ops.convert_to_numpy(model(arrays["input"], training=False))
    result["shape"] = list(output.shape[1:])
    result["difference"] = float(np.abs(output - arrays["output"]).max())
    result["largest"] = float(np.abs(arrays["output"]).max())
    if case["saved"]:
        model.save(folder / "model.keras")
        again = keras.models.load_model(folder / "model.keras")
        same = keras.ops.convert_to_numpy(again(arrays["input"], training=False))
        result["saved"] = float(np.abs(output - same).max())
    if case["whole"]:
        return result | train_whole(module, model, arrays)
    if "batches" in arrays:
        module.compile_model(model)
        result["losses"] = []
        for x, y in zip(arrays["batches"], arrays["targets"], strict=True):
            model.reset_metrics()
            logs = model.train_on_batch(x, y, return_dict=True)
            result["losses"].append(float(logs["loss"]))
    return result


def train_whole(module, model, arrays):
    """The script's own data and its own training, from the weights carried over."""
    import keras

    parts = zip(("train_x", "train_y", "val_x", "val_y"), module.load_data(), strict=True)
    same = all(np.array_equal(arrays[name], part) for name, part in parts)
    module.train(model)
    output = keras.ops.convert_to_numpy(model(arrays["input"], training=False))
    return {
        "same_data": same,
        "iterations": int(model.optimizer.iterations),
        "after": float(np.abs(output - arrays["after"]).max()),
    }


def _statistics(variable):
    """Of each twelfth of the last axis, so that gates are seen by themselves: deviation, ends, and zeros."""
    import keras

    values = keras.ops.convert_to_numpy(variable).astype("float64")
    parts = 12 if values.shape[-1] % 12 == 0 and values.size >= 12 * 12 else 1
    return [
        {
            "size": part.size,
            "mean": float(part.mean()),
            "std": float(part.std()),
            "low": float(part.min()),
            "high": float(part.max()),
            "zeros": float((part == 0).mean()),
        }
        for part in np.split(values, parts, axis=-1)
    ]


def main():
    warnings.simplefilter("error")
    # Keras hands torch's tensors to NumPy in the old way (keras 3.15, NumPy 2.4).
    warnings.filterwarnings("ignore", message="__array__ implementation doesn't accept a copy keyword")
    for line in sys.stdin:
        try:
            result = check(Path(line.strip()))
        except Exception:  # noqa: BLE001 - whatever a case raises is its answer
            result = {"error": traceback.format_exc()}
        print("RESULT " + json.dumps(result), flush=True)  # noqa: T201 - the way back


if __name__ == "__main__":
    main()
