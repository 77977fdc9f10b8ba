"""numpy arrays as tensors of the API, and back, without moving a byte where the order allows it.

Data has examples first, as numpy users keep it: an array of shape (N, 64) is the 64×N matrix of
Flux, the same bytes with the dims read backwards. Everything else has Julia's dims: element [i, j]
of an array is Julia's A[i + 1, j + 1].
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fluxgate.api import Message, Value, v1

DTYPES = {
    v1.Tensor.BOOL: np.dtype("?"),
    v1.Tensor.INT32: np.dtype("<i4"),
    v1.Tensor.INT64: np.dtype("<i8"),
    v1.Tensor.FLOAT32: np.dtype("<f4"),
    v1.Tensor.FLOAT64: np.dtype("<f8"),
}
_CODES = {dtype: code for code, dtype in DTYPES.items()}

Data = ArrayLike | str
"""Numbers, or Julia text whose value is meant: "train.x", "rand(Float32, 2, 3)"."""



class Encoded(NamedTuple):
    """A tensor ready to travel."""

    spec: Message
    """Its dtype, dims and layout."""
    data: memoryview
    """Its bytes: those of the array itself, unless its strides have gaps."""


def _array(values: ArrayLike, what: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.newbyteorder("<") in _CODES:
        return array.astype(array.dtype.newbyteorder("<"), copy=False)
    known = ", ".join(dtype.name for dtype in _CODES)
    raise TypeError(f"{what}: a tensor of {array.dtype} does not exist; convert it to one of "
                    f"{known}, as with array.astype('float32')")


def encode(values: ArrayLike, what: str = "array") -> Encoded:
    """With Julia's dims. TypeError, naming `what`, for a dtype that has no counterpart."""
    array = _array(values, what)
    if not (array.flags.c_contiguous or array.flags.f_contiguous):
        array = np.ascontiguousarray(array)
    if array.flags.f_contiguous:
        return _encoded(array, array.T, v1.Tensor.COLUMN_MAJOR)
    return _encoded(array, array, v1.Tensor.ROW_MAJOR)


def encode_examples(values: ArrayLike, what: str = "array") -> Encoded:
    """With examples first. One dimension is so many examples of one number each."""
    array = _array(values, what)
    if array.ndim == 0:
        raise TypeError(f"{what}: one number is not data; examples come first, as in shape (N, 64)")
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.flags.f_contiguous and not array.flags.c_contiguous:
        return _encoded(array.T, array.T, v1.Tensor.ROW_MAJOR)
    array = np.ascontiguousarray(array)
    return _encoded(array, array, v1.Tensor.REVERSED)


def _encoded(shaped: NDArray[Any], stored: NDArray[Any], layout: int) -> Encoded:
    spec = v1.Tensor(dtype=_CODES[stored.dtype], dims=shaped.shape, layout=layout)
    return Encoded(spec, stored.reshape(-1).view(np.uint8).data)


def message(values: Data, *, examples_first: bool = False, what: str = "array") -> Message:
    """As one message; text is Julia source."""
    if isinstance(values, str):
        return v1.Tensor(source=values)
    spec, data = (encode_examples if examples_first else encode)(values, what)
    if not spec.dims:  # bytes without dims would be a vector of one
        spec.rows.CopyFrom(_number(np.asarray(values).item()))
    elif len(data):
        spec.raw = bytes(data)
    return spec


def decode(tensor: Message) -> NDArray[Any]:
    """The array of an answer, with Julia's dims; a number has no dims. It may be written to."""
    dtype, dims = DTYPES[tensor.dtype], tuple(tensor.dims)
    if tensor.HasField("rows"):
        return np.array(_rows(tensor.rows, dtype), dtype)
    for field in (tensor.f32, tensor.f64, tensor.i64):
        if len(field):
            return np.array(field, dtype).reshape(dims, order="F")
    return from_bytes(bytearray(tensor.raw), tensor)


def from_bytes(data: Any, spec: Message) -> NDArray[Any]:
    """The array over a buffer of column-major bytes."""
    return np.frombuffer(data, DTYPES[spec.dtype]).reshape(tuple(spec.dims), order="F")


def _number(number: bool | int | float) -> Message:
    """As JSON has it, and as text what JSON has not."""
    if isinstance(number, bool):
        return Value(bool_value=number)
    exact = math.isfinite(number) and (isinstance(number, float) or abs(number) <= 2**53)
    if exact:
        return Value(number_value=number)
    return Value(string_value=str(number) if isinstance(number, int) else
                 str(number).replace("inf", "Infinity").replace("nan", "NaN"))


def _rows(value: Message, dtype: np.dtype[Any]) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return [_rows(item, dtype) for item in value.list_value.values]
    if kind == "string_value":  # what a JSON number cannot say
        return (int if dtype.kind == "i" else float)(value.string_value)
    return value.bool_value if kind == "bool_value" else value.number_value
