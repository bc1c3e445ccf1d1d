"""Where something is to be saved: a file whose ending says what is in it, and none is overwritten unasked.

The system's dialog asks before it gives the name of a file that exists. It knows nothing of the ending that
is added here, so for the file that is really written the question is put once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from gradviz.views.dialogs import confirm_replace


def ask_where(
    parent: QWidget, title: str, proposed: str, kinds: Mapping[str, str], *, or_other: bool = False
) -> Path | None:
    """Ask for a file of one of the kinds (what the dialog calls each, by its ending); None: the user gave up.

    A name of none of the kinds gets the ending of the chosen kind behind its own, or the first one's; with
    `or_other` only a name without any ending does.
    """
    first = next(iter(kinds))
    while True:
        name, kind = QFileDialog.getSaveFileName(parent, title, proposed, ";;".join(kinds.values()))
        if not name:
            return None
        chosen = Path(name)
        if chosen.suffix and (or_other or chosen.suffix.lower() in kinds):
            return chosen
        ending = next((ending for ending, text in kinds.items() if ending and text == kind), first)
        path = chosen.with_name(chosen.name + ending)
        if not path.exists() or confirm_replace(parent, path.name):
            return path
        proposed = str(path)
