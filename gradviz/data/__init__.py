"""Data sets: made or read, split, standardised. Importing the package registers all of them."""

from gradviz.data import digits, noise, planar

__all__ = ["digits", "noise", "planar"]
