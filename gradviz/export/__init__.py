"""Experiments written out as programs that need no gradviz. Importing the package registers every format."""

from gradviz.export import keras, pytorch

__all__ = ["keras", "pytorch"]
