"""Compiles the one extension of gradviz as a wheel is built, where there is a C compiler.

Without one the program is whole, too: the norms of small networks then cost a little more.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError

NAME = "gradviz.probes._squares"
SOURCE = "gradviz/probes/_squares.c"


class CustomBuildHook(BuildHookInterface[Any]):
    """Puts the extension beside its source, from where both wheels and editable installs take it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's own
        """Compile, and tell hatchling that the wheel is for this Python and system alone."""
        try:
            extension = compile_in_place()
        except (BaseError, CCompilerError, OSError) as error:
            self.app.display_warning(
                f"The extension was not compiled ({error}): measuring small networks costs more."
            )
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["artifacts"].append(extension.as_posix())


def compile_in_place() -> Path:
    """The path of the extension, built in this folder's tree. The folder is the project's root."""
    optimized = "/O2" if os.name == "nt" else "-O3"
    extension = Extension(NAME, [SOURCE], extra_compile_args=[optimized])
    command = build_ext(Distribution({"ext_modules": [extension]}))
    with TemporaryDirectory() as folder:
        command.build_temp = command.build_lib = folder
        command.ensure_finalized()
        command.run()
        built = Path(command.get_ext_fullpath(NAME))
        return Path(shutil.copy2(built, Path(SOURCE).with_name(built.name)))
