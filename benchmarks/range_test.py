"""What the rates are worth that a learning-rate range test speaks for: runs at each of them, to the end.

On bundled networks that can learn, with several optimizers: the loss after so many steps at the rate of the
steepest fall and at a tenth of the lowest point's, which is what the test proposes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import torch

from gradviz.engine.catalogue import full_catalogue
from gradviz.paths import resources
from gradviz.records.reader import RunReader
from gradviz.spec.examples import load_experiment
from gradviz.spec.experiment import ExperimentSpec
from gradviz.training.control import RunControl
from gradviz.training.range_test import RangeTest, run_range_test
from gradviz.training.run import train

EXAMPLES = ("exploding-cured", "vanishing-cured")
OPTIMIZERS = {"SGD": {}, "SGD with momentum": {"momentum": 0.9}, "Adam": {}, "RMSprop": {}, "Muon": {}}


def main() -> None:
    """Test, train, compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=300, help="of each run")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = [compare(example, name, options.steps) for example in EXAMPLES for name in OPTIMIZERS]
    better = sum(case["proposal"][1] < case["steepest"][1] for case in found)
    if options.json:
        print(json.dumps({"cases": found, "proposal_better": better}))
        return
    for case in found:
        rates = "   ".join(
            f"{key} {case[key][0]:.2g}: loss {case[key][1]:.3f}" for key in ("steepest", "proposal")
        )
        print(f"{case['example']:16} {case['optimizer']:18} {rates}")
    print(f"The proposal reaches the lower loss in {better} of {len(found)} cases.")


def compare(example: str, optimizer: str, steps: int) -> dict[str, object]:
    """The rates of one test, each with the loss that it leads to."""
    experiment = load_experiment(f"example:{example}", full_catalogue(), resources() / "examples", [])
    spec = replace(experiment.optimizer, name=optimizer.partition(" ")[0], parameters=OPTIMIZERS[optimizer])
    experiment = replace(experiment, optimizer=spec)
    curve = run_range_test(experiment, RangeTest())
    assert curve.steepest is not None
    assert curve.proposal is not None
    rates = {"steepest": curve.steepest, "proposal": curve.proposal}
    reached = {key: (rate, last_loss(experiment, rate, steps)) for key, rate in rates.items()}
    return {"example": example, "optimizer": optimizer, **reached}


def last_loss(experiment: ExperimentSpec, rate: float, steps: int) -> float:
    """The mean training loss of the last tenth of a run at that rate."""
    training = replace(experiment.training, steps=steps, epochs=None)
    spec = replace(experiment, optimizer=replace(experiment.optimizer, lr=rate), training=training)
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "run.db"
        train(spec, store, RunControl(), run_id="run")
        with RunReader(store) as reader:
            losses = reader.series("train_loss", 0, steps - 1, steps).mean[0]
    return float(losses[-steps // 10 :].mean())


if __name__ == "__main__":
    main()
