"""Inputs and targets under one name of a session."""

from __future__ import annotations

import dataclasses

from numpy.typing import ArrayLike

from fluxgate import tensors
from fluxgate.api import Message
from fluxgate.connection import Connection


@dataclasses.dataclass(frozen=True, repr=False)
class Dataset:
    """A dataset on the server. Text reads it as `name.x` and `name.y`."""

    name: str
    examples: int
    x_shape: tuple[int, ...]
    """Examples first."""
    y_shape: tuple[int, ...] | None
    """Examples first; None when there are no targets."""
    bytes: int

    def __repr__(self) -> str:
        def dims(shape: tuple[int, ...]) -> str:
            return "×".join(map(str, reversed(shape)))
        targets = "" if self.y_shape is None else f", y {dims(self.y_shape)}"
        return f"{self.name}: {self.examples} examples, x {dims(self.x_shape)}{targets}"


Data = ArrayLike | tuple[ArrayLike, ArrayLike] | Dataset | str | None
"""Inputs, or (inputs, targets), examples first; a dataset; the name of one; the session's only."""


def described(message: Message) -> Dataset:
    """From an answer."""
    return Dataset(message.name, message.examples, tuple(message.x.dims)[::-1],
                   tuple(message.y.dims)[::-1] if message.HasField("y") else None, message.bytes)


async def push(connection: Connection, name: str, x: ArrayLike, y: ArrayLike | None) -> Dataset:
    """Stores arrays, examples first, under a name."""
    arrays = {"x": tensors.encode_examples(x, "x")}
    if y is not None:
        arrays["y"] = tensors.encode_examples(y, "y")
    answer = await connection.upload("Datasets/PushDataset", arrays, name=name)
    return described(answer.dataset)
