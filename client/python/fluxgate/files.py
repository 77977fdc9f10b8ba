"""Parameters in files: path -> array, as .npz or .safetensors."""

from __future__ import annotations

import os
import pathlib
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Path = str | os.PathLike[str]


def save(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes the file that the name asks for; ValueError for another ending."""
    path = pathlib.Path(path)
    if path.suffix == ".npz":
        # numpy.savez would add an ending, and wants names for keywords that it has itself.
        write: Any = np.lib.format.write_array  # without types in some versions of numpy
        with zipfile.ZipFile(path, "w") as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    write(file, np.asanyarray(array), allow_pickle=False)
    elif path.suffix == ".safetensors":
        _safetensors().save_file(
            {name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)
    else:
        raise _unknown(path)


def load(path: Path) -> dict[str, NDArray[Any]]:
    """Reads what `save`, `fluxgate params --out`, or other programs wrote."""
    path = pathlib.Path(path)
    if path.suffix == ".npz":
        with np.load(path) as file:
            return {name: file[name] for name in file.files}
    if path.suffix == ".safetensors":
        return dict(_safetensors().load_file(path))
    raise _unknown(path)


def _unknown(path: pathlib.Path) -> ValueError:
    return ValueError(f"{path}: parameters go to .npz or .safetensors files, not {path.suffix!r}")


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise ModuleNotFoundError(
            ".safetensors files need the package safetensors: pip install safetensors") from None
    return safetensors.numpy
