"""Blocking methods from the asynchronous ones, with their documentation and types."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from fluxgate.transport import run

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")
Method = Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]


def blocking(method: Method[P, T]) -> Callable[Concatenate[Any, P], T]:
    """The method for an object that holds its asynchronous counterpart, over the transport
    `Blocking`, as `_async`.
    """
    @functools.wraps(method)
    def call(self: Any, /, *args: P.args, **keywords: P.kwargs) -> T:
        return run(method(self._async, *args, **keywords))
    return call


def blocking_as(wrap: Callable[[T], S], method: Method[P, T]) -> Callable[Concatenate[Any, P], S]:
    """The same of a method whose result is asynchronous, too: `wrap` makes a blocking one of it."""
    @functools.wraps(method)
    def call(self: Any, /, *args: P.args, **keywords: P.kwargs) -> S:
        return wrap(run(method(self._async, *args, **keywords)))
    return call
