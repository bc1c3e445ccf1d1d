"""A first value for a parameter that has no default: in range, and as people usually begin."""

from __future__ import annotations

from gradviz.spec.catalogue import Kind, Parameter, Value

USUAL_WIDTH = 64
USUAL = {"kernel": 3, "times": 2, "heads": 4, "groups": 4, "layers": 4, "output_size": 1}
"""How people usually begin, by what is in the parameter's name."""


def first_value(parameter: Parameter) -> Value:
    """What a new layer starts with where it cannot be without."""
    kinds = set(parameter.kinds)
    if parameter.choices and Kind.INTEGER not in kinds:
        return parameter.choices[0]
    if parameter.name == "p" or ("rate" in parameter.name and Kind.NUMBER in kinds):
        return 0.5
    usual = next((value for part, value in USUAL.items() if part in parameter.name), USUAL_WIDTH)
    low = parameter.minimum if parameter.minimum is not None else 1
    high = parameter.maximum if parameter.maximum is not None else usual
    value = int(max(low, min(usual, high)))
    if {Kind.INTEGER, Kind.NUMBER} & kinds:
        return value
    return [value] * (parameter.length or 1)
