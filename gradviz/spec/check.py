"""From raw tables to an ExperimentSpec: every name known, every value in range, before anything is built.

All problems are collected, so that a person mends a file in one go. Without a catalogue (the window
before the engine has answered) the parameters of named things pass unchecked.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from gradviz.spec import sections
from gradviz.spec.catalogue import Catalogue, Entry, Kind, Parameter, Value, did_you_mean, find
from gradviz.spec.experiment import (
    AugmentationSpec,
    ClipSpec,
    DataSpec,
    ExperimentSpec,
    GroupSpec,
    InitializerSpec,
    LayerSpec,
    LossSpec,
    MeasureSpec,
    ModelSpec,
    OptimizerSpec,
    RegularizationSpec,
    ScheduleSpec,
    SeedsSpec,
    StartSpec,
    TrainingSpec,
)
from gradviz.spec.migrations import migrate
from gradviz.spec.problem import Keys, Problem, SpecError

DEEPEST = 50
MOST_LAYERS = 20_000
MOST_NAMES = 13
"""Names that are few enough to be listed where a wrong one was given."""
LINE = 100
"""Characters of names that are listed where there are more."""
MODEL = ("layers", "initializer", "source", "arguments")
SECTIONS = (
    "seeds",
    "data",
    "augmentation",
    "model",
    "start",
    "loss",
    "optimizer",
    "schedule",
    "clip",
    "regularization",
    "training",
    "measure",
)
_NAME = Parameter(name="name", kinds=(Kind.TEXT,), doc="")


def check_experiment(raw: object, catalogue: Catalogue | None) -> ExperimentSpec:
    """The experiment that `raw` describes. Raises SpecError with every problem found."""
    if not isinstance(raw, Mapping):
        raise SpecError([Problem(keys=(), message="an experiment is a table of sections")])
    checker = _Checker(catalogue)
    experiment = checker.experiment(migrate(dict(raw)))
    if checker.problems:
        raise SpecError(checker.problems)
    return experiment


class _Checker:
    def __init__(self, catalogue: Catalogue | None) -> None:
        self.catalogue = catalogue
        self.problems: list[Problem] = []

    def experiment(self, raw: dict[str, Any]) -> ExperimentSpec:
        parts = set(SECTIONS)
        top = self.fields((), {k: v for k, v in raw.items() if k not in parts}, sections.TOP, also=parts)
        clip = self.clip(raw["clip"]) if "clip" in raw else None
        start = self.section("start", raw, sections.START) if "start" in raw else None
        penalties = self.section("regularization", raw, sections.REGULARIZATION)
        return ExperimentSpec(
            name=top["name"],
            seed=top["seed"],
            seeds=SeedsSpec(**self.section("seeds", raw, sections.SEEDS)),
            data=self.data(raw.get("data", {})),
            augmentation=AugmentationSpec(**self.section("augmentation", raw, sections.AUGMENTATION)),
            model=self.model(raw.get("model", {})),
            start=StartSpec(**start) if start and start["session"] else None,
            loss=self.loss(raw["loss"]) if "loss" in raw else LossSpec(),
            optimizer=self.optimizer(raw.get("optimizer", {})),
            schedule=self.schedule(raw["schedule"]) if "schedule" in raw else ScheduleSpec(),
            clip=clip,
            regularization=RegularizationSpec(**{**penalties, "exclude": tuple(penalties["exclude"])}),
            training=self.training(raw),
            measure=MeasureSpec(**self.section("measure", raw, sections.MEASURE)),
        )

    def data(self, raw: object) -> DataSpec:
        entries = self.catalogue.data_sets if self.catalogue else None
        name, fixed, own = self.named(
            ("data",), raw, name=("name", "digits"), fixed=sections.DATA, entries=entries, noun="data set"
        )
        return DataSpec(name=name, parameters=own, **fixed)

    def loss(self, raw: object) -> LossSpec:
        entries = self.catalogue.losses if self.catalogue else None
        name, _, own = self.named(
            ("loss",), raw, name=("name", "auto"), fixed=(), entries=entries, noun="loss"
        )
        return LossSpec(name=name, parameters=own)

    def optimizer(self, raw: object) -> OptimizerSpec:
        entries = self.catalogue.optimizers if self.catalogue else None
        table = self.table(("optimizer",), raw)
        groups = self.groups(("optimizer", "groups"), table.pop("groups", []))
        name, fixed, own = self.named(
            ("optimizer",),
            table,
            name=("name", "SGD"),
            fixed=sections.OPTIMIZER,
            entries=entries,
            noun="optimizer",
            also=("groups",),
        )
        return OptimizerSpec(name=name, parameters=own, groups=groups, **fixed)

    def groups(self, keys: Keys, raw: object) -> tuple[GroupSpec, ...]:
        if not isinstance(raw, list | tuple):
            self.problem(keys, "must be a list of tables, one for each group of layers")
            return ()
        groups = []
        for index, item in enumerate(raw):
            at = (*keys, index)
            values = self.fields(at, self.table(at, item), sections.GROUP)
            if values["unfreeze_at"] is not None and not values["frozen"]:
                self.problem((*at, "unfreeze_at"), "is for a frozen group: add frozen = true")
            groups.append(GroupSpec(**{**values, "layers": values["layers"] or "*"}))
        return tuple(groups)

    def schedule(self, raw: object) -> ScheduleSpec:
        entries = self.catalogue.schedules if self.catalogue else None
        name, fixed, own = self.named(
            ("schedule",),
            raw,
            name=("name", "constant"),
            fixed=sections.SCHEDULE,
            entries=entries,
            noun="schedule",
        )
        return ScheduleSpec(name=name, parameters=own, **fixed)

    def clip(self, raw: object) -> ClipSpec:
        entries = self.catalogue.clips if self.catalogue else None
        method, _, own = self.named(
            ("clip",),
            raw,
            name=("method", "global_norm"),
            fixed=(),
            entries=entries,
            noun="clipping method",
        )
        return ClipSpec(method=method, parameters=own)

    def training(self, raw: Mapping[str, Any]) -> TrainingSpec:
        values = self.section("training", raw, sections.TRAINING)
        if values["steps"] is not None and values["epochs"] is not None:
            self.problem(("training", "epochs"), "give steps or epochs, not both")
        if values["steps"] is None and values["epochs"] is None:
            values["steps"] = 1000
        return TrainingSpec(**values)

    def model(self, raw: object) -> ModelSpec:
        table = self.table(("model",), raw)
        for key in table:
            if key not in MODEL:
                self.unknown(("model", key), "model", MODEL)
        if "source" in table:
            return self.source(table)
        if "arguments" in table:
            self.problem(("model", "arguments"), "is for a model with a source; this one has layers")
        layers = self.layers(("model", "layers"), table.get("layers", []), depth=1)
        count = sum(unrolled(layer) for layer in layers)
        if count > MOST_LAYERS:
            self.problem(
                ("model", "layers"), f"the repeats unroll to {count:,} layers; {MOST_LAYERS:,} is the limit"
            )
        initializer = self.initializer(("model", "initializer"), table.get("initializer", "default"))
        return ModelSpec(layers=layers, initializer=initializer)

    def source(self, table: Mapping[str, Any]) -> ModelSpec:
        source = table["source"]
        path, _, name = source.rpartition(":") if isinstance(source, str) else ("", "", "")
        if not path or not all(part.isidentifier() for part in name.split(".")):
            self.problem(("model", "source"), "must be a Python file and a name in it: “net.py:Net”")
            source = ""
        for key in ("layers", "initializer"):
            if key in table:
                self.problem(("model", key), "a model with a source has none: its own code makes it")
        arguments = self.table(("model", "arguments"), table.get("arguments", {}))
        for key in arguments:
            if not key.isidentifier():
                self.problem(("model", "arguments", key), "is no name of an argument")
        return ModelSpec(source=source, arguments=arguments)

    def initializer(self, keys: Keys, raw: object) -> InitializerSpec:
        entries = self.catalogue.initializers if self.catalogue else None
        table = {"name": raw} if isinstance(raw, str) else raw
        name, _, own = self.named(
            keys, table, name=("name", "default"), fixed=(), entries=entries, noun="initializer"
        )
        return InitializerSpec(name=name, parameters=own)

    def layers(self, keys: Keys, raw: object, depth: int) -> tuple[LayerSpec, ...]:
        if not isinstance(raw, list | tuple):
            self.problem(keys, "must be a list of layers")
            return ()
        if depth > DEEPEST:
            self.problem(keys, f"blocks are nested more than {DEEPEST} deep")
            return ()
        return tuple(self.layer((*keys, index), item, depth) for index, item in enumerate(raw))

    def layer(self, keys: Keys, raw: object, depth: int) -> LayerSpec:
        table = self.table(keys, raw)
        kind = table.get("kind")
        if not isinstance(kind, str):
            self.problem((*keys, "kind"), 'every layer needs a kind, for example kind = "Linear"')
            kind = ""
        entry = self.entry((*keys, "kind"), kind, self.catalogue.layers if self.catalogue else None, "layer")
        name = table.get("name")
        if name is not None and not (isinstance(name, str) and name.strip()):
            self.problem((*keys, "name"), "must be a text that is not empty")
        body = self.layers((*keys, "body"), table.get("body", []), depth + 1)
        if entry is not None and entry.body and not body and "body" not in table:
            self.problem((*keys, "body"), f"{kind} needs a body: the layers inside it")
        if entry is not None and not entry.body and "body" in table:
            self.problem((*keys, "body"), f"{kind} is no block and has no body")
        own = {k: v for k, v in table.items() if k not in ("kind", "name", "initializer", "body")}
        if self.catalogue is None or entry is not None:
            also = ("kind", "name", "initializer", "body") if body else ("kind", "name", "initializer")
            own = self.own(keys, own, entry, kind, also=also)
        chosen = table.get("initializer")
        initializer = None if chosen is None else self.initializer((*keys, "initializer"), chosen)
        return LayerSpec(kind=kind, name=name, parameters=own, initializer=initializer, body=body)

    def named(
        self,
        keys: Keys,
        raw: object,
        *,
        name: tuple[str, str],
        fixed: tuple[Parameter, ...],
        entries: tuple[Entry, ...] | None,
        noun: str,
        also: tuple[str, ...] = (),
    ) -> tuple[str, dict[str, Any], dict[str, Value]]:
        """A section with a name (its key and default), fixed fields, and the parameters of what is named."""
        name_key, default = name
        table = self.table(keys, raw)
        chosen = table.get(name_key, default)
        if not isinstance(chosen, str):
            self.problem((*keys, name_key), f"must be the name of a {noun}")
            chosen = default
        entry = self.entry((*keys, name_key), chosen, entries, noun)
        fixed_names = {p.name for p in fixed}
        own = {k: v for k, v in table.items() if k not in fixed_names and k != name_key}
        values = self.fields(keys, {k: v for k, v in table.items() if k in fixed_names}, fixed)
        if entries is None or entry is not None:
            own = self.own(keys, own, entry, chosen, also=(name_key, *(p.name for p in fixed), *also))
        return chosen, values, own

    def own(
        self, keys: Keys, given: dict[str, Any], entry: Entry | None, noun: str, also: Iterable[str]
    ) -> dict[str, Value]:
        if entry is None:
            return given
        known = [p.name for p in entry.parameters]
        values: dict[str, Value] = {}
        for key, value in given.items():
            parameter = entry.parameter(key)
            if parameter is None:
                self.unknown((*keys, key), noun, (*known, *also))
                continue
            if complaint := parameter.complaint(value):
                self.problem((*keys, key), complaint)
            values[key] = parameter.in_words(value)
        for parameter in entry.parameters:
            if parameter.required and parameter.name not in given:
                self.problem(
                    (*keys, parameter.name), f"{noun} needs {parameter.name}: {parameter.expected()}"
                )
        return values

    def section(self, name: str, raw: Mapping[str, Any], parameters: tuple[Parameter, ...]) -> dict[str, Any]:
        return self.fields((name,), self.table((name,), raw.get(name, {})), parameters)

    def fields(
        self,
        keys: Keys,
        given: Mapping[str, Any],
        parameters: tuple[Parameter, ...],
        also: Iterable[str] = (),
    ) -> dict[str, Any]:
        values: dict[str, Any] = {p.name: p.default for p in parameters}
        for key, value in given.items():
            parameter = next((p for p in parameters if p.name == key), None)
            if parameter is None:
                self.unknown((*keys, key), "".join(str(k) for k in keys), (*values, *also))
            elif complaint := parameter.complaint(value):
                self.problem((*keys, key), complaint)
            else:
                real = parameter.kinds == (Kind.NUMBER,) and value is not None
                values[key] = float(value) if real else value
        for parameter in parameters:
            if parameter.required and parameter.name not in given:
                self.problem((*keys, parameter.name), f"is needed: {parameter.expected()}")
        return values

    def entry(self, keys: Keys, name: str, entries: tuple[Entry, ...] | None, noun: str) -> Entry | None:
        if entries is None or not name:
            return None
        entry = find(entries, name)
        if entry is None:
            names = [e.name for e in entries]
            hint = did_you_mean(name, names)
            if len(names) <= MOST_NAMES:
                listed = ", ".join(names)
                hint = f"{hint} (there are {listed})" if hint else f"; there are {listed}"
            elif not hint:
                hint = f"; there are {_a_line_of(names)} and others, {len(names)} in all"
            self.problem(keys, f"no {noun} is called “{name}”{hint}")
        return entry

    def table(self, keys: Keys, raw: object) -> dict[str, Any]:
        if isinstance(raw, Mapping):
            return dict(raw)
        self.problem(keys, "must be a table")
        return {}

    def unknown(self, keys: Keys, owner: str, known: Iterable[str]) -> None:
        known = list(known)
        of = f" of {owner}" if owner else ""
        hint = did_you_mean(str(keys[-1]), known)
        section = str(keys[-1]).split("_")[0]
        if not hint and section in SECTIONS:
            hint = f": there is a section [{section}] for it"
        if owner and not hint and len(known) <= MOST_NAMES:
            hint = f"; there are {', '.join(known)}"
        self.problem(keys, f"unknown key{of}{hint}")

    def problem(self, keys: Keys, message: str) -> None:
        self.problems.append(Problem(keys=keys, message=message))


def _a_line_of(names: list[str]) -> str:
    """The first names, as many as go into a line."""
    return textwrap.shorten(", ".join(names), LINE, placeholder="").removesuffix(",")


def unrolled(layer: LayerSpec) -> int:
    """How many layers a node makes with all its rounds written out."""
    if not layer.body:
        return 1
    times = layer.parameters.get("times", 1)
    inside = sum(unrolled(child) for child in layer.body)
    return inside * (times if isinstance(times, int) and times > 0 else 1)
