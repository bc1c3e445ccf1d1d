"""One process in which Keras runs, on torch, for all tests: each writes its case and asks it."""

import pytest
from keras_cases import Worker, write_case, wrong


@pytest.fixture(scope="session")
def worker():
    worker = Worker()
    yield worker
    worker.close()


@pytest.fixture
def check(worker, tmp_path):
    """Export an experiment and hold it beside torch; what the worker found out."""

    def run(spec, **options):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        wanted = write_case(folder, spec, **options)
        result = worker.check(folder)
        assert (complaint := wrong(wanted, result)) is None, complaint
        return result

    return run
