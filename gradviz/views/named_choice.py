"""A choice among the catalogue's entries with the chosen one's own parameters; the rarer ones folded.

Optimizer, schedule, loss, clipping, initializer and data set are all of this form, so a new entry of any
registry is here without any code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec.catalogue import Entry, Kind, Parameter, Value, find
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.first_value import first_value
from gradviz.views.grouped_combo import GroupedCombo
from gradviz.views.named_place import Named, NamedPlace
from gradviz.views.parameter_form import Beside, ParameterForm, add_row, note_label, tight_form
from gradviz.views.parameter_text import worded
from gradviz.views.section import Level, Section

_FEW = 2


class NamedChoice(QWidget):
    """Edits one NamedPlace of a document.

    `at_hand` says which own parameters stand there at once; the others are folded under “More”. `none`,
    if not empty, is offered first and stands for nothing at all. `explained` lets the entry's explanation
    stand under the choice. `also` changes what does not go with a newly chosen entry, in the same step.
    """

    chosen = Signal(object)
    """The name (str) of what was chosen, "" for nothing; the document has it."""

    def __init__(
        self,
        document: SessionDocument,
        place: NamedPlace,
        label: str,
        tip: str,
        *,
        at_hand: Callable[[Entry], Sequence[Parameter]],
        none: str = "",
        explained: bool = False,
        beside: Mapping[str, Beside] | None = None,
        hints: Mapping[str, str] | None = None,
        unless_given: Mapping[str, str] | None = None,
        also: Callable[[ExperimentSpec, Entry], ExperimentSpec] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._place = place
        self._label, self._tip, self._none, self._at_hand = label, tip, none, at_hand
        self._explained = explained
        self._also = also
        head = QWidget(self)
        self.combo = GroupedCombo(head)
        self.combo.setAccessibleName(label)
        self.combo.textActivated.connect(self._on_chosen)
        self.doc = note_label(self)
        self.own, self.rest = (
            ParameterForm(self, beside=beside, hints=hints, unless_given=unless_given) for _ in range(2)
        )
        self.more = Section(self.tr("More"), self.rest, self, is_open=False, level=Level.MORE)
        for form in (self.own, self.rest):
            form.value_changed.connect(self._on_value)
        add_row(tight_form(head), label, self.combo)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        for part in (head, self.doc, self.own, self.more):
            rows.addWidget(part)

    @property
    def forms(self) -> tuple[ParameterForm, ParameterForm]:
        """The own parameters: those at hand, and the others."""
        return self.own, self.rest

    def field(self, name: str) -> QWidget:
        """The control of an own parameter, folded or not."""
        form = self.own if name in self.own.fields else self.rest
        return form.fields[name].widget

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show what is chosen, and its parameters."""
        catalogue = self._document.catalogue
        named = self._place.read(spec)
        name, values = named or (self._none, {})
        entries = self._place.entries(catalogue) if catalogue else ()
        self.combo.show_entries(entries, name, first=self._none)
        entry = find(entries, name) if named else None
        self.combo.setToolTip(f"{self._tip}\n{entry.name}: {entry.doc}" if entry else self._tip)
        self.doc.setText(entry.doc if entry else "")
        self.doc.setVisible(self._explained and entry is not None)
        own = entry.parameters if entry else ()
        at_hand = tuple(self._at_hand(entry)) if entry else ()
        rest = tuple(p for p in own if p not in at_hand)
        self.own.show_parameters(at_hand, values)
        self.own.setVisible(bool(at_hand))
        self.rest.show_parameters(rest, values)
        self.more.setVisible(bool(rest))
        self.more.set_summary(set_values(rest, values) or self.tr("all as usual"))

    def entry(self) -> Entry | None:
        """The catalogue's entry of what is chosen."""
        catalogue, named = self._document.catalogue, self._place.read(self._document.experiment)
        return find(self._place.entries(catalogue), named[0]) if catalogue and named else None

    def set_parameter(self, name: str, value: Value, text: str = "") -> None:
        """Set an own parameter of what is chosen; consecutive changes of it are one undo."""
        named = self._place.read(self._document.experiment)
        if named is not None:
            changed = (named[0], {**named[1], name: value})
            merge = "" if text else f"{self._place.keys} {name}"
            self._edit(changed, text or self.tr("Change {0}").format(name), merge)

    def _on_value(self, name: str, value: Value) -> None:
        self.set_parameter(name, value)

    def _on_chosen(self, name: str) -> None:
        now = self._place.read(self._document.experiment)
        if name == (now[0] if now else self._none):
            return
        catalogue = self._document.catalogue
        entry = find(self._place.entries(catalogue), name) if catalogue else None
        if self._none and name == self._none:
            self._edit(None, self.tr("No {0}").format(self._label))
        elif entry is not None:
            kept = _kept(entry, now[1] if now else {})
            changed = self._place.write(self._document.experiment, (name, kept))
            changed = self._also(changed, entry) if self._also else changed
            self._document.edit(changed, self.tr("Choose {0}").format(self._label))
        self.chosen.emit("" if entry is None else name)

    def _edit(self, named: Named | None, text: str, merge: str = "") -> None:
        self._document.edit(self._place.write(self._document.experiment, named), text, merge=merge)


def everything(entry: Entry) -> Sequence[Parameter]:
    """All own parameters stand at hand."""
    return entry.parameters


def few(entry: Entry) -> Sequence[Parameter]:
    """What cannot be without a value, and the first two; all where that leaves only one."""
    own = entry.parameters
    found = tuple(p for number, p in enumerate(own) if number < _FEW or p.required)
    return own if len(own) - len(found) < _FEW else found


def nothing(_entry: Entry) -> Sequence[Parameter]:
    """All own parameters are folded."""
    return ()


def set_values(parameters: tuple[Parameter, ...], values: Mapping[str, Value]) -> str:
    """The values that are not the usual ones: “momentum 0.9 · nesterov”."""
    return " · ".join(
        _plain(p.name) if values[p.name] is True else f"{_plain(p.name)} {worded(values[p.name])}"
        for p in parameters
        if p.name in values and values[p.name] != p.default
    )


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _kept(entry: Entry, given: Mapping[str, Value]) -> dict[str, Value]:
    """What of the old parameters goes on to count, and a first value for what cannot be without."""
    kept = {
        p.name: given[p.name]
        for p in entry.parameters
        if p.name in given and p.complaint(given[p.name]) is None and Kind.PATH not in p.kinds
    }
    needed = {
        p.name: first_value(p)
        for p in entry.parameters
        if p.required and p.name not in kept and not {Kind.PATH, Kind.TEXT, Kind.TEXTS} & set(p.kinds)
    }
    return {**needed, **kept}
