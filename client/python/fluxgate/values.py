"""Values of a session as Python has them."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from fluxgate import errors, tensors
from fluxgate.api import Message, v1


@dataclasses.dataclass(frozen=True, repr=False)
class Object:
    """What Python has nothing for: a function, a model, an optimiser, a type, a struct."""

    type: str
    """Julia's typeof."""
    display: str
    """What Julia's prompt prints for it."""
    fields: dict[str, Any] = dataclasses.field(default_factory=dict)
    """Of a struct."""

    def __repr__(self) -> str:
        return self.display or self.type


def to_python(value: Message) -> Any:
    """A number as bool, int or float; numbers with a shape as an array with Julia's dims; text as
    str; a tuple or list as such; a named tuple or dictionary as dict; nothing as None; anything
    else as `Object`. ResourceExhausted for what was too large for the answer.
    """
    kind = v1.Value.Kind.Name(value.kind)
    if kind in ("NUMBER", "TENSOR"):
        if value.truncated:
            raise errors.ResourceExhausted(
                f"a {value.type} of {'×'.join(map(str, value.tensor.dims))} is too large for an "
                "answer; give it a name and read that: session[\"name\"]")
        array = tensors.decode(value.tensor)
        return array.item() if kind == "NUMBER" else array
    if kind == "NOTHING":
        return None
    if kind == "TEXT":
        return value.text
    parts = [to_python(element.value) for element in value.elements]
    names = [element.name for element in value.elements]
    if kind in ("TUPLE", "LIST", "NAMED_TUPLE", "DICTIONARY") and value.truncated:
        raise errors.ResourceExhausted(
            f"a {value.type} is too large for an answer; ask for a part of it")
    if kind == "TUPLE":
        return tuple(parts)
    if kind == "LIST":
        return parts
    if kind == "NAMED_TUPLE":
        return dict(zip(names, parts))
    if kind == "DICTIONARY":
        return dict(zip(map(_key, names), parts))
    return Object(value.type, "\n".join(value.show), dict(zip(names, parts)))


def _key(text: str) -> Any:
    """A key from what Julia shows for it: "\\"a\\"", ":a", "3"."""
    try:
        return ast.literal_eval(text.lstrip(":") if text.startswith(":") else text)
    except (ValueError, SyntaxError):
        return text.lstrip(":")


class Result(NDArrayOperatorsMixin):
    """What a text gave. It shows as Julia's prompt would show it, and otherwise behaves like its
    `value`: `float(r)`, `numpy.asarray(r)`, `r[0]`, `a, b = r`, `r + 1`, `r == 2`.
    """

    def __init__(self, value: Message, display: str, output: str) -> None:
        self._message = value
        self._value: Any = None
        self.type: str = value.type
        """Julia's typeof."""
        self.display = display
        """What Julia's prompt prints; empty after a trailing `;`."""
        self.output = output
        """What the text printed."""

    @property
    def value(self) -> Any:
        """The value as Python has it: see `to_python` for what becomes what."""
        if self._message is not None:
            self._value, self._message = to_python(self._message), None
        return self._value

    def __repr__(self) -> str:
        return self.display

    def __array__(self, dtype: Any = None, copy: Any = None) -> NDArray[Any]:
        return np.array(self.value, dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return getattr(ufunc, method)(*map(_unwrap, inputs), **options)

    def __eq__(self, other: object) -> Any:
        return self.value == _unwrap(other)

    def __ne__(self, other: object) -> Any:
        return self.value != _unwrap(other)

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec) if spec else repr(self)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.value)

    def __getitem__(self, key: Any) -> Any:
        return self.value[key]


def _unwrap(value: Any) -> Any:
    return value.value if isinstance(value, Result) else value
