import pytest

from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import ModelSpec
from gradviz.trust import allow


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """Writes a Python file that may run, and names a model in it."""
    monkeypatch.setenv("GRADVIZ_STATE", str(tmp_path / "state"))

    def write(code, name="Net", *, allowed=True, **arguments):
        path = tmp_path / "net.py"
        path.write_text(f"import torch\nfrom torch import nn\n{code}")
        if allowed:
            allow(path)
        return ModelSpec(source=f"{path}:{name}", arguments=arguments)

    return write


@pytest.fixture
def data():
    return DataInfo(input_shape=(6,), classes=3, samples=100)
