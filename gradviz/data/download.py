"""Files that are downloaded once and kept: from one of several addresses, checked, with progress.

Pooch does it: to a file beside the target that is moved there only when its SHA-256 is right, so that a
download which was cut off or tampered with never counts as data.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gradviz.data.progress import Meter, Progress
from gradviz.data.registry import DataError

_CHUNK = 2**16
_TIMEOUT = 20.0
"""Seconds without a sign of life after which the next address is tried."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteFile:
    """A file with the addresses that have it; `size` in bytes, `sha256` in hexadecimal digits."""

    name: str
    urls: tuple[str, ...]
    sha256: str
    size: int


def download(file: RemoteFile, folder: Path, progress: Progress) -> Path:
    """The file in `folder`, downloaded unless it is there. Raises DataError where no address gives it."""
    import pooch  # noqa: PLC0415 - only who downloads pays for it
    from requests.exceptions import RequestException  # noqa: PLC0415

    pooch.get_logger().setLevel("ERROR")
    complaints: list[str] = []
    for url in file.urls:
        meter = Meter(progress, lambda done: f"Downloading {file.name}: {_share(done, file.size)}")
        downloader = pooch.HTTPDownloader(progressbar=_Bar(meter), chunk_size=_CHUNK, timeout=_TIMEOUT)
        try:
            pooch.retrieve(url, f"sha256:{file.sha256}", file.name, folder, downloader=downloader)
        except (RequestException, ValueError) as error:
            complaints.append(f"{url} {_why(error)}")
        except OSError as error:
            raise DataError(
                f"{file.name} cannot be kept in {folder}: {error.strerror or error}; "
                "choose another folder for downloads with GRADVIZ_CACHE"
            ) from error
        else:
            return folder / file.name
    raise DataError(
        f"{file.name} ({file.size / 1e6:.3g} MB) cannot be downloaded: {'; '.join(complaints)}. "
        f"Put the file into {folder}, or name the folder that has it as data.path"
    )


class _Bar:
    """What pooch calls while it downloads: it fills up at the end whatever came before."""

    def __init__(self, meter: Meter) -> None:
        self.total = 0
        self._meter = meter
        self._ended = False

    def update(self, amount: int) -> None:
        if not self._ended:
            self._meter.advance(amount)

    def reset(self) -> None:
        self._ended = True

    def close(self) -> None:
        """Nothing is held."""


def _share(done: int, size: int) -> str:
    return f"{min(done, size) / 1e6:.1f} of {size / 1e6:.1f} MB"


def _why(error: Exception) -> str:
    from requests import exceptions  # noqa: PLC0415

    if isinstance(error, exceptions.HTTPError) and error.response is not None:
        return f"answers {error.response.status_code} {error.response.reason}".rstrip()
    if isinstance(error, exceptions.Timeout):
        return f"does not answer within {_TIMEOUT:g} seconds"
    if isinstance(error, exceptions.ChunkedEncodingError):
        return "broke off"
    if isinstance(error, exceptions.RequestException):
        return "cannot be reached"
    return "gives another file: its checksum is wrong"
