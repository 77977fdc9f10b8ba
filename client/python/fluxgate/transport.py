"""The two ways to gRPC under one interface: blocking, and asyncio.

Everything above is written once, as coroutines. Over `Blocking` they never suspend, so `run` takes
them to their end without an event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Coroutine, Iterable, Iterator
from typing import Any, Protocol, TypeVar

import grpc
import grpc.aio

from fluxgate import errors
from fluxgate.api import Message, Method

T = TypeVar("T")
Metadata = tuple[tuple[str, str], ...]


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine over `Blocking`."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("a blocking call suspended")


def iterate(items: AsyncGenerator[T, None]) -> Iterator[T]:
    """The items of an asynchronous generator over `Blocking`."""
    async def advance() -> T:
        return await items.__anext__()

    async def close() -> None:
        await items.aclose()
    try:
        while True:
            try:
                item = run(advance())
            except StopAsyncIteration:
                return
            yield item
    finally:
        run(close())


class Transport(Protocol):
    """What a connection needs of gRPC. Failures are `errors.Error`s."""

    async def ready(self, timeout: float) -> bool:
        """Whether a server answers within so many seconds."""

    async def unary(self, method: Method, request: Message, timeout: float) -> Message:
        """One answer to one request, within so many seconds."""

    async def upload(self, method: Method, requests: Iterable[bytes]) -> Message:
        """One answer to a stream of requests, which are serialised already."""

    def stream(self, method: Method, request: Message) -> AsyncGenerator[Message, None]:
        """The answers to one request. Closing it early cancels the call."""

    async def sleep(self, seconds: float) -> None:
        """Waits."""

    async def close(self) -> None:
        """Ends the connection and the calls under way."""


@contextlib.contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        raise errors.from_rpc(error) from None


def _codec(method: Method) -> dict[str, Any]:
    return {"request_serializer": method.request.SerializeToString,
            "response_deserializer": method.response.FromString}


class Blocking:
    """gRPC's own threads; each call blocks the caller's. Calls from several threads are fine."""

    def __init__(self, target: str, credentials: grpc.ChannelCredentials | None,
                 metadata: Metadata) -> None:
        self._channel = (grpc.secure_channel(target, credentials) if credentials else
                         grpc.insecure_channel(target))
        self._metadata = metadata

    async def ready(self, timeout: float) -> bool:
        try:
            grpc.channel_ready_future(self._channel).result(timeout)
        except grpc.FutureTimeoutError:
            return False
        return True

    async def unary(self, method: Method, request: Message, timeout: float) -> Message:
        call = self._channel.unary_unary(method.path, **_codec(method))
        with _our_errors():
            return call(request, timeout=timeout, metadata=self._metadata)

    async def upload(self, method: Method, requests: Iterable[bytes]) -> Message:
        call = self._channel.stream_unary(
            method.path, response_deserializer=method.response.FromString)
        with _our_errors():
            return call(iter(requests), metadata=self._metadata)

    async def stream(self, method: Method, request: Message) -> AsyncGenerator[Message, None]:
        call = self._channel.unary_stream(method.path, **_codec(method))(
            request, metadata=self._metadata)
        try:
            with _our_errors():
                for response in call:
                    yield response
        finally:
            call.cancel()

    async def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def close(self) -> None:
        self._channel.close()


class Asyncio:
    """The event loop that runs when it is made; cancelling a task cancels its call."""

    def __init__(self, target: str, credentials: grpc.ChannelCredentials | None,
                 metadata: Metadata) -> None:
        self._channel = (grpc.aio.secure_channel(target, credentials) if credentials else
                         grpc.aio.insecure_channel(target))
        self._metadata = metadata

    async def ready(self, timeout: float) -> bool:
        try:
            await asyncio.wait_for(self._channel.channel_ready(), timeout)
        except asyncio.TimeoutError:
            return False
        return True

    async def unary(self, method: Method, request: Message, timeout: float) -> Message:
        call = self._channel.unary_unary(method.path, **_codec(method))
        with _our_errors():
            return await call(request, timeout=timeout, metadata=self._metadata)

    async def upload(self, method: Method, requests: Iterable[bytes]) -> Message:
        call = self._channel.stream_unary(
            method.path, response_deserializer=method.response.FromString)
        with _our_errors():
            return await call(requests, metadata=self._metadata)

    async def stream(self, method: Method, request: Message) -> AsyncGenerator[Message, None]:
        call = self._channel.unary_stream(method.path, **_codec(method))(
            request, metadata=self._metadata)
        try:
            with _our_errors():
                async for response in call:
                    yield response
        finally:
            call.cancel()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        await self._channel.close()
