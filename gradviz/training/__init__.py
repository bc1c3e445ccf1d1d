"""Training: the loop, optimizers, clipping, penalties and the control of a run."""
