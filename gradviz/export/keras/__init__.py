"""An experiment as a script for Keras 3, which runs on TensorFlow and on PyTorch."""

from gradviz.export.keras.program import export_keras

__all__ = ["export_keras"]
