"""Downloads from a server of the test's own: whole, cut off, exchanged, refused, absent, already there."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from image_files import write_mnist

from gradviz.data import mnist
from gradviz.data.download import RemoteFile, download
from gradviz.data.load import load
from gradviz.data.progress import LoadingStopped, unwatched
from gradviz.data.registry import DataError
from gradviz.paths import cache_folder
from gradviz.spec.experiment import DataSpec

CONTENT = bytes(range(256)) * 2000


@dataclass
class Server:
    """Gives `files` by their path, and notes what was asked for."""

    address: str
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            content = state.files.get(self.path.removeprefix("/cut"))
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if self.path.startswith("/cut") else content)

        def log_message(self, *_: object) -> None:
            pass

    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Server(address=f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


def remote(*urls: str, content: bytes = CONTENT) -> RemoteFile:
    return RemoteFile(name="x.gz", urls=urls, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def test_a_file_is_downloaded_once(server, tmp_path) -> None:
    server.files["/x.gz"] = CONTENT
    file = remote(f"{server.address}/x.gz")
    path = download(file, tmp_path / "new" / "folder", unwatched)
    assert path.read_bytes() == CONTENT
    assert download(file, path.parent, unwatched) == path
    assert server.asked == ["/x.gz"]
    assert [entry.name for entry in path.parent.iterdir()] == ["x.gz"]


def test_progress_is_told(server, tmp_path) -> None:
    server.files["/x.gz"] = CONTENT
    told: list[str] = []
    download(remote(f"{server.address}/x.gz"), tmp_path, told.append)
    assert told[0] == "Downloading x.gz: 0.1 of 0.5 MB"


def test_a_file_that_was_damaged_since_is_downloaded_again(server, tmp_path) -> None:
    server.files["/x.gz"] = CONTENT
    (tmp_path / "x.gz").write_bytes(b"damaged")
    assert download(remote(f"{server.address}/x.gz"), tmp_path, unwatched).read_bytes() == CONTENT


@pytest.mark.parametrize("bad", ["/other.gz", "/cut/x.gz", "/missing.gz"])
def test_the_next_address_is_tried(bad: str, server, tmp_path) -> None:
    server.files |= {"/x.gz": CONTENT, "/other.gz": b"<html>Please log in</html>"}
    file = remote(f"{server.address}{bad}", f"{server.address}/x.gz")
    assert download(file, tmp_path, unwatched).read_bytes() == CONTENT
    assert server.asked == [bad, "/x.gz"]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/other.gz", "gives another file: its checksum is wrong"),
        ("/cut/x.gz", "broke off"),
        ("/missing.gz", "answers 404 Not Found"),
    ],
)
def test_a_failure_names_the_address_and_where_the_file_goes(path: str, why: str, server, tmp_path) -> None:
    server.files |= {"/x.gz": CONTENT, "/other.gz": b"something else"}
    with pytest.raises(DataError) as caught:
        download(remote(f"{server.address}{path}"), tmp_path, unwatched)
    assert str(caught.value) == (
        f"x.gz (0.512 MB) cannot be downloaded: {server.address}{path} {why}. "
        f"Put the file into {tmp_path}, or name the folder that has it as data.path"
    )
    assert list(tmp_path.iterdir()) == []


def test_offline_every_address_is_named(server, tmp_path) -> None:
    closed = "http://127.0.0.1:9/a", "http://127.0.0.1:9/b"
    with pytest.raises(DataError, match=r"127.0.0.1:9/a cannot be reached; .*/b cannot be reached\. Put the"):
        download(remote(*closed), tmp_path, unwatched)


def test_a_folder_that_cannot_be_written_is_a_sentence(server, tmp_path) -> None:
    server.files["/x.gz"] = CONTENT
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"x\.gz cannot be kept in .*file/data: .*GRADVIZ_CACHE"):
        download(remote(f"{server.address}/x.gz"), tmp_path / "file" / "data", unwatched)


def test_a_download_can_be_called_off(server, tmp_path) -> None:
    server.files["/x.gz"] = CONTENT

    def stop(_sentence: str) -> None:
        raise LoadingStopped

    with pytest.raises(LoadingStopped):
        download(remote(f"{server.address}/x.gz"), tmp_path, stop)
    assert list(tmp_path.iterdir()) == []


def test_a_data_set_comes_by_its_name_once(server, tmp_path, monkeypatch) -> None:
    write_mnist(tmp_path)
    names = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
    sums = []
    for name in names:
        content = (tmp_path / name).read_bytes()
        server.files[f"/mnist/{name}"] = content
        sums.append((hashlib.sha256(content).hexdigest(), len(content)))
    published = mnist._published("mnist", (f"{server.address}/mnist",), *sums, *(6000,) * 10)
    monkeypatch.setattr(mnist, "_MNIST", published)
    told: list[str] = []
    data = load(DataSpec(name="mnist"), seed=0, progress=told.append)
    assert len(data.train_y) + len(data.val_y) == data.info.samples
    assert told[0].startswith("Downloading train-images-idx3-ubyte.gz")
    load(DataSpec(name="mnist"), seed=0)
    assert server.asked == [f"/mnist/{name}" for name in names]
    assert {file.name for file in (cache_folder() / "data" / "mnist").iterdir()} == set(names)
