"""The folder that data are read from: the one a person names, or the data set's own among the downloads."""

from __future__ import annotations

from pathlib import Path

from gradviz.data.registry import DataError
from gradviz.paths import cache_folder


def named_folder(path: str) -> Path:
    """The folder called `path`. Raises DataError where there is none that can be read."""
    folder = Path(path)
    try:
        next(folder.iterdir(), None)
    except FileNotFoundError:
        raise DataError(f"data.path: there is no folder {folder}") from None
    except NotADirectoryError:
        raise DataError(f"data.path must be a folder, and {folder} is a file") from None
    except (OSError, ValueError) as error:  # no permission; a name with a null byte
        raise DataError(f"data.path: {folder} cannot be read: {_reason(error)}") from error
    return folder


def cache_of(name: str) -> Path:
    """Where the files of a downloaded data set are kept; it need not exist."""
    return cache_folder() / "data" / name


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
