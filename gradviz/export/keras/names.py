"""What the layers of a script are called: as in gradviz, in small letters ("Conv2d 3" is conv2d_3).

Keras asks for names that are different, of plain letters, and without dots. It names layers that have none
itself ("permute_1"), and those names must stay free.
"""

from __future__ import annotations

import re

_KERAS_OWN = re.compile(
    r"(permute|add|multiply|concatenate|zero_padding[12]d|pad_from_inside"
    r"|pad_with_lowest|subsample)(_\d+)?"
)


class LayerNames:
    """Gives every layer a name of its own."""

    def __init__(self) -> None:
        self._used: set[str] = {"inputs"}

    def free(self, shown: str) -> str:
        """A name after what a person calls the layer."""
        plain = re.sub(r"[^a-z0-9]+", "_", shown.lower()).strip("_") or "layer"
        if _KERAS_OWN.fullmatch(plain):
            plain = f"{plain}_layer"
        name, number = plain, 2
        while name in self._used:
            name, number = f"{plain}_{number}", number + 1
        self._used.add(name)
        return name
