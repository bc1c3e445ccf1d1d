"""How much memory a machine has, so that a network far beyond it is refused before the system kills us."""

from __future__ import annotations

import os


def machine_memory() -> int | None:
    """All memory of this machine in bytes, or None where the system does not tell (Windows)."""
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    return pages * size if pages > 0 and size > 0 else None


def readable(size: float) -> str:
    """A number of bytes for people: 3.2 GB."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.0f} PB"
