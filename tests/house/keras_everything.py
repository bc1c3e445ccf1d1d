"""All cases: every registered layer on all data it takes, awkward parameters, blocks, templates."""

from keras_variants import networks
from registered_layers import fitting
from small_templates import DATA, PAIRS, SMALL

from gradviz.data.load import describe
from gradviz.nets.registry import layers
from gradviz.nets.templates import new_experiment
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.json_codec import from_raw


def everything():
    """Name, sort, experiment, and options of `write_case`."""
    for kind in layers:
        yield from registered(kind)
    for name, kind, spec in networks():
        yield name, kind, spec, {}
    for name, data in PAIRS:
        yield f"{name} on {data}", f"template {name}", template(name, data), {}


def template(name, data):
    """A small template on data of a kind."""
    spec = from_raw({"data": {**DATA[data], "batch_size": 8}, "model": {"layers": []}}, None).data
    return new_experiment(name, SMALL[name], spec, describe(spec))


def registered(kind):
    """The cases of a registered layer."""
    for number, fitted in enumerate(fitting(kind)):
        spec = ExperimentSpec(data=fitted.data, model=fitted.model)
        yield f"{kind} {number}", kind, spec, {"steps": 2, "saved": number == 0}
