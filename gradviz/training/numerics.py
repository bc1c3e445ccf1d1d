"""A wish about numbers that this network or this device cannot fulfil."""

from __future__ import annotations


class NumericsError(ValueError):
    """The precision or the determinism of a run cannot be had; the message is a sentence for people."""
