"""Whose turn comes when: the scheduled measurements in the order in which they are made.

Histograms, layer by layer, are the most; what is measured of all layers at once comes round after so many of
them, one after the other.
"""

from __future__ import annotations

from gradviz.probes.passing import GRADIENTS, HISTOGRAM, STATISTICS
from gradviz.probes.schedule import Item

EVERY = 16
"""Update ratios and weight norms come round after at most so many histograms, and one of the others too."""
_OF_LAYER = ("gradient_histogram", "weight_histogram", "update_histogram")


def turns(measured: int, layers: int) -> list[Item]:
    """The turns of a network with so many layers, `measured` of them with parameters.

    What is measured in several turns is one item.
    """
    histograms = [Item(quantity=quantity, layer=layer) for layer in range(measured) for quantity in _OF_LAYER]
    histograms += [Item(quantity=HISTOGRAM, layer=layer) for layer in range(layers)]
    norms = Item(quantity="update_ratio")
    others = [Item(quantity=quantity) for quantity in (GRADIENTS, STATISTICS, "largest_gradient")]
    rounds = max(-(-len(histograms) // EVERY), len(others))
    each = -(-len(histograms) // rounds)
    items: list[Item] = []
    for number in range(rounds):
        items += [norms, others[number % len(others)], *histograms[number * each : (number + 1) * each]]
    return items
