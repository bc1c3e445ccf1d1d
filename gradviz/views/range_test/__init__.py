"""The learning-rate range test: its dialog and its plot."""
