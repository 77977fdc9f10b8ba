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
try:
    import google_crc32c
except ImportError:
    _crc32c: Callable[[bytes], int] | None = None
else:
    _crc32c = google_crc32c.value


def requests(kind: Any, path: str, tensor: tensors.Encoded, offset: int = 0) -> Iterator[bytes]:
    """The requests of that kind that carry the chunks of a tensor, from a byte on, as they travel.
    Its bytes go into them in one copy; protobuf's own classes would make three.
    """
    size = len(tensor.data)
    chunk_tag = _tag(kind.DESCRIPTOR.fields_by_name["chunk"].number)
    data_tag = _tag(v1.TensorChunk.DESCRIPTOR.fields_by_name["data"].number)
    while offset < size or offset == size == 0:
        data = tensor.data[offset:offset + CHUNK_BYTES]
        chunk = v1.TensorChunk(offset=offset)
        if offset == 0:
            chunk.path = path
            chunk.tensor.CopyFrom(tensor.spec)
        if _crc32c:
            chunk.crc32c = _crc32c(bytes(data))
        head = chunk.SerializeToString() + data_tag + _varint(len(data))
        yield b"".join((chunk_tag, _varint(len(head) + len(data)), head, data))
        offset += max(len(data), 1)


def _tag(field: int) -> bytes:
    return _varint(field << 3 | 2)  # 2: with a length


def _varint(number: int) -> bytes:
    octets = []
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*octets, number])


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
        if _crc32c and chunk.HasField("crc32c") and _crc32c(chunk.data) != chunk.crc32c:
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
