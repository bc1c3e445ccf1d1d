"""The folded parts that are fields of fixed sections and no more."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec import sections
from gradviz.spec.experiment import ExperimentSpec
from gradviz.views.fixed_form import FixedForm, chosen
from gradviz.views.named_choice import NamedChoice, few, set_values
from gradviz.views.named_place import LOSS
from gradviz.views.number_format import count, percent
from gradviz.views.part import Part


class LossPart(Part):
    """What is made small."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, ("loss",), parent=parent)
        self.choice = NamedChoice(
            document,
            LOSS,
            self.tr("loss"),
            self.tr("What training makes small"),
            at_hand=few,
            explained=True,
        )
        self.add(self.choice)
        self._forms += [(("loss",), form) for form in self.choice.forms]
        self.finish()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the loss."""
        self.choice.show_experiment(spec)

    def summary(self, spec: ExperimentSpec) -> str:
        """Cross entropy · label smoothing 0.1."""
        entry = self.choice.entry()
        own = set_values(entry.parameters, spec.loss.parameters) if entry else ""
        name = self.tr("by the data") if spec.loss.name == "auto" else spec.loss.name.replace("_", " ")
        return " · ".join(part for part in (name, own) if part)


class NumbersPart(Part):
    """In which numbers a step is computed, and from how many batches."""

    NAMES = ("precision", "accumulate", "compile", "deterministic")

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, *(("training", name) for name in self.NAMES), parent=parent)
        self.form = FixedForm(
            document,
            "training",
            chosen(sections.TRAINING, *self.NAMES),
            {"accumulate": self.tr("batches a step")},
            hints={
                "precision": self.tr("float16 scales the loss, so that small gradients do not become 0"),
                "compile": self.tr("The first step takes longer; needs a C++ compiler"),
            },
        )
        self.add_form(("training",), self.form)
        self.finish()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the numbers."""
        self.form.show_experiment(spec)

    def summary(self, spec: ExperimentSpec) -> str:
        """bfloat16 · 4 batches a step."""
        training = spec.training
        parts = [training.precision]
        if training.accumulate > 1:
            parts.append(self.tr("{0} batches a step").format(count(training.accumulate)))
        parts += [self.tr("compiled")] if training.compile else []
        parts += [self.tr("deterministic")] if training.deterministic else []
        return " · ".join(parts)


class StoppingPart(Part):
    """When training ends early, and what is kept on the way."""

    NAMES = ("patience", "keep_best", "checkpoint_every")

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, *(("training", name) for name in self.NAMES), parent=parent)
        self.form = FixedForm(
            document,
            "training",
            chosen(sections.TRAINING, *self.NAMES),
            {"keep_best": self.tr("keep the best"), "checkpoint_every": self.tr("checkpoint every")},
            hints={
                "patience": self.tr("Validations without a better loss, before training ends"),
                "checkpoint_every": self.tr(
                    "Steps between two; by the clock about every 10 seconds, less often where that is slow. "
                    "A run that was killed goes on from its last."
                ),
            },
            unless_given={"patience": self.tr("to the end"), "checkpoint_every": self.tr("by the clock")},
        )
        self.add_form(("training",), self.form)
        self.finish()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show what ends and what is kept."""
        self.form.show_experiment(spec)

    def summary(self, spec: ExperimentSpec) -> str:
        """Patience 5 · best kept · every 500 steps."""
        training = spec.training
        parts = []
        if training.patience is not None:
            parts.append(self.tr("patience {0}").format(count(training.patience)))
        if training.keep_best:
            parts.append(self.tr("best kept"))
        if training.checkpoint_every is None:
            parts.append(self.tr("every 10 s"))
        else:
            parts.append(self.tr("every {0} steps").format(count(training.checkpoint_every)))
        return " · ".join(parts)


class SeedsPart(Part):
    """What starts the random streams: one seed for all, or one of its own for a use."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, ("seed",), ("seeds",), parent=parent)
        self.seed = FixedForm(document, "", chosen(sections.TOP, "seed"), {})
        as_seed = {p.name: self.tr("as seed") for p in sections.SEEDS}
        self.own = FixedForm(document, "seeds", sections.SEEDS, {}, unless_given=as_seed)
        self.add_form((), self.seed)
        self.add_hint(self.tr("Seeds of their own, to change one source of chance and keep the others:"))
        self.add_form(("seeds",), self.own)
        self.finish()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the seeds."""
        self.seed.show_experiment(spec)
        self.own.show_experiment(spec)

    def summary(self, spec: ExperimentSpec) -> str:
        """0 · data 7."""
        own = [
            f"{p.name} {value}" for p in sections.SEEDS if (value := getattr(spec.seeds, p.name)) is not None
        ]
        return " · ".join([str(spec.seed), *own])


class MeasuringPart(Part):
    """What measuring may cost, and what it does cost."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, ("measure",), parent=parent)
        self.form = FixedForm(document, "measure", sections.MEASURE, {})
        self.add_form(("measure",), self.form)
        self.cost: QLabel = self.add_hint("")
        self._share: float | None = None
        self.show_cost(None)
        self.finish()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the budget."""
        self.form.show_experiment(spec)

    def show_cost(self, share: float | None) -> None:
        """Say what measuring costs now."""
        self._share = share
        if share is None:
            self.cost.setText(self.tr("Measuring is timed while training"))
        else:
            self.cost.setText(self.tr("Measuring costs {0}").format(percent(share)))

    def summary(self, spec: ExperimentSpec) -> str:
        """At most 5 % of a step; while training also what it costs."""
        most = self.tr("at most {0}").format(percent(spec.measure.budget))
        if self._share is None:
            return most
        if self._share > spec.measure.budget:
            return self.tr("norms alone cost {0}").format(percent(self._share))
        return self.tr("{0} · now {1}").format(most, percent(self._share))

    def explanation(self, spec: ExperimentSpec) -> str:
        """Why measuring may cost more than it should."""
        if self._share is None or self._share <= spec.measure.budget:
            return ""
        return self.tr(
            "Norms come first: they are measured at every step, whatever that costs.\n"
            "The budget of {0} is for the rest (histograms, gains), which waits until there is room for it."
        ).format(percent(spec.measure.budget))
