"""The seeds of a script: one for everything, or one of their own for weights, data and dropout."""

from __future__ import annotations

from dataclasses import dataclass

from gradviz.spec.experiment import ExperimentSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedNames:
    """What the script calls the seed of each use of chance, and the settings that say them."""

    weights: str
    data: str
    dropout: str
    settings: tuple[str, ...]


def seed_names(experiment: ExperimentSpec) -> SeedNames:
    """SEED wherever no other was given; it is left out where it has no use."""
    own = experiment.seeds
    given = {"weights": own.weights, "data": own.data, "dropout": own.dropout}
    names = {use: "SEED" if seed is None else f"{use.upper()}_SEED" for use, seed in given.items()}
    lines = [f"SEED = {experiment.seed}"] if "SEED" in names.values() else []
    lines += [f"{names[use]} = {seed}" for use, seed in given.items() if seed is not None]
    return SeedNames(**names, settings=tuple(lines))
