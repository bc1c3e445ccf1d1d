"""The rooms of the house stay apart: what a package may import is kept by contracts and by looking."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "gradviz"
PACKAGES = sorted(folder.parent.name for folder in SOURCE.glob("*/__init__.py"))
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
QT = {"PySide6", "shiboken6", "pyqtgraph"}
NEED_QT = {"control", "views"}
IMPORT_ALL = """
import importlib, json, pkgutil, sys
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), name + "."):
        importlib.import_module(found.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded_by(*modules):
    """The top-level names in `sys.modules` of a fresh interpreter that imported all of `modules`."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *modules], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_contracts_are_kept():
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_package_has_a_contract_of_its_own(package):
    named = {
        module
        for contract in CONTRACTS
        if contract["type"] == "forbidden"
        for module in contract["source_modules"]
    }
    assert f"gradviz.{package}" in named, f"pyproject.toml has no import contract for gradviz.{package}"


@pytest.mark.parametrize("package", PACKAGES)
def test_package_has_its_place_in_the_order(package):
    (order,) = (contract for contract in CONTRACTS if contract["type"] == "layers")
    assert order["exhaustive"] is True
    assert package in {name.strip() for layer in order["layers"] for name in layer.split("|")}


def test_engine_side_loads_no_qt():
    loaded = loaded_by(*(f"gradviz.{package}" for package in sorted(set(PACKAGES) - NEED_QT - {"cli"})))
    assert "torch" in loaded
    assert not loaded & QT


def test_pure_data_loads_no_torch():
    assert "torch" not in loaded_by("gradviz.spec", "gradviz.records", "gradviz.diagnosis")


def test_spec_loads_the_standard_library_only():
    bare = {*loaded_by(), "gradviz"}
    assert {name for name in loaded_by("gradviz.spec") - bare if name not in sys.stdlib_module_names} == set()


def test_command_line_starts_light():
    heavy = {"torch", "numpy", "rich", *QT}
    assert not loaded_by("gradviz.__main__") & heavy


def test_control_has_no_widgets():
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (SOURCE / "control").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom | ast.Import) and "QtWidgets" in ast.unparse(node)
    ]
    assert named == []


def test_no_file_is_longer_than_400_lines():
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("gradviz", "tests", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}
