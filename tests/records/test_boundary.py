from __future__ import annotations

import subprocess
import sys


def test_records_need_neither_torch_nor_qt() -> None:
    script = (
        "import importlib, pkgutil, sys, gradviz.records as records\n"
        "names = [module.name for module in pkgutil.iter_modules(records.__path__)]\n"
        "[importlib.import_module(f'gradviz.records.{name}') for name in names]\n"
        "print(len(names), {name.split('.')[0] for name in sys.modules} & {'torch', 'PySide6', 'pyqtgraph'})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    count, found = done.stdout.split(maxsplit=1)
    assert int(count) > 20
    assert found.strip() == "set()"
