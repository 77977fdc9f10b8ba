"""Tensors of any size as streams of chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxgate import errors, tensors
from fluxgate.api import Message, v1

CHUNK_BYTES = 1 << 20

# TCP has checksums of its own; CRC-32C is added, and checked, where its package is installed.
crc32c: Callable[[bytes], int] | None
try:
    from google_crc32c import value as crc32c
except ImportError:
    crc32c = None


def chunks(path: str, tensor: tensors.Encoded, offset: int = 0) -> Iterator[Message]:
    """The chunks of a tensor, from a byte on."""
    size = len(tensor.data)
    if 0 < size <= offset:
        return
    while True:
        data = bytes(tensor.data[offset:offset + CHUNK_BYTES])
        chunk = v1.TensorChunk(offset=offset, data=data)
        if offset == 0:
            chunk.path = path
            chunk.tensor.CopyFrom(tensor.spec)
        if crc32c and data:
            chunk.crc32c = crc32c(data)
        yield chunk
        offset += len(data)
        if offset >= size:
            return


class Assembler:
    """Puts the chunks of a stream together again. Raises DataLoss for gaps and damage."""

    def __init__(self) -> None:
        self._done: dict[str, NDArray[Any]] = {}
        self._path = ""
        self._spec: Message = None
        self._bytes = np.empty(0, np.uint8)
        self._filled = 0

    def add(self, chunk: Message) -> None:
        """The next chunk."""
        if chunk.HasField("tensor"):
            self._finish_tensor()
            if not chunk.data:
                self._done[chunk.path] = tensors.decode(chunk.tensor)
                return
            self._path, self._spec = chunk.path, chunk.tensor
            itemsize = tensors.DTYPES[chunk.tensor.dtype].itemsize
            self._bytes = np.empty(np.prod(chunk.tensor.dims, dtype=int) * itemsize, np.uint8)
            self._filled = 0
        end = self._filled + len(chunk.data)
        if self._spec is None or chunk.offset != self._filled or end > len(self._bytes):
            raise errors.DataLoss("a chunk of the stream is missing")
        if crc32c and chunk.HasField("crc32c") and crc32c(chunk.data) != chunk.crc32c:
            raise errors.DataLoss("a chunk of the stream was damaged on its way")
        self._bytes[self._filled:end] = np.frombuffer(chunk.data, np.uint8)
        self._filled = end

    def finish(self) -> dict[str, NDArray[Any]]:
        """All tensors by path, in their order, with Julia's dims."""
        self._finish_tensor()
        return self._done

    def _finish_tensor(self) -> None:
        if self._spec is None:
            return
        if self._filled != len(self._bytes):
            raise errors.DataLoss(f"the stream ended inside {self._path}")
        self._done[self._path] = tensors.from_bytes(self._bytes, self._spec)
        self._spec = None
