"""All cases: every registered layer on all data it takes, layers and blocks with awkward parameters, templates."""

from registered_layers import fitting
from variants import networks

from gradviz.nets.registry import layers
from gradviz.spec.experiment import ExperimentSpec


def everything():
    """Name, sort, experiment, and options of `write_case`."""
    for kind in layers:
        yield from registered(kind)
    for name, kind, spec in networks():
        yield name, kind, spec, {}


def registered(kind):
    """The cases of a registered layer."""
    for number, fitted in enumerate(fitting(kind)):
        spec = ExperimentSpec(data=fitted.data, model=fitted.model)
        yield f"{kind} {number}", kind, spec, {"steps": 2, "saved": number == 0}
