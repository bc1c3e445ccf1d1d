"""Data sets: bundled ones, generated ones, and how they are split, standardised and ordered."""
