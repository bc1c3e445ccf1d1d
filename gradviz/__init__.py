"""See, understand and fix vanishing and exploding gradients in PyTorch networks."""

__version__ = "0.1.0"
