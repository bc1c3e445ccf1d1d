"""What ends a command early: bad input, or the person at the keyboard."""

from __future__ import annotations


class BadInput(Exception):  # noqa: N818 - it is the input that is wrong, not the program
    """The command cannot be carried out as asked; the text says what, where, and what to do."""


class Interrupted(Exception):  # noqa: N818 - not an error
    """Ctrl-C; the text says what was saved."""
