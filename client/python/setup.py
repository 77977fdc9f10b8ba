"""Adds the API's descriptor set to the package; pyproject.toml has the rest."""

import importlib.util
import pathlib
import shutil
import subprocess
import sys

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def protoc():
    """The command line of a protoc that knows Google's own messages."""
    if importlib.util.find_spec("grpc_tools"):
        import grpc_tools
        own = pathlib.Path(grpc_tools.__file__).parent / "_proto"
        return [sys.executable, "-m", "grpc_tools.protoc", f"-I{own}"]
    if shutil.which("protoc"):
        return ["protoc"]
    sys.exit("building fluxgate needs protoc: pip install grpcio-tools, or protobuf-compiler")


def write_descriptors(output):
    """Compiles proto/fluxgate/v1 of the checkout, and the details of errors."""
    google = ROOT / "deploy/bazel/third_party/googleapis"
    sources = sorted((ROOT / "proto/fluxgate/v1").glob("*.proto"))
    if not sources:
        sys.exit(f"no proto/fluxgate/v1 in {ROOT}: install from a checkout of the repository")
    output.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [*protoc(), f"-I{ROOT}", f"-I{google}", "--include_imports",
         f"--descriptor_set_out={output}", *map(str, sources),
         str(google / "google/rpc/error_details.proto")], check=True)


class BuildPy(build_py):
    """Modules, then descriptors beside them; beside the sources for `pip install -e`."""

    def run(self):
        super().run()
        editable = getattr(self, "editable_mode", False)
        folder = HERE if editable else pathlib.Path(self.build_lib)
        write_descriptors(folder / "fluxgate/descriptors.pb")


setup(cmdclass={"build_py": BuildPy})
