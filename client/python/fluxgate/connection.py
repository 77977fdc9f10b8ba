"""Calls for one session, made again where that is safe."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

from numpy.typing import NDArray

from fluxgate import errors, streams, tensors
from fluxgate.api import METHODS, Message, duration, v1
from fluxgate.retry import Backoff, RetryPolicy
from fluxgate.transport import Transport

# The server ends the work in time; a little more lets its answer arrive.
_GRACE = 5.0


class Connection:
    """A transport, speaking for one session. Every change has a request id, so that it can be
    repeated: the server does it once.
    """

    def __init__(self, transport: Transport, session: str, policy: RetryPolicy,
                 timeout: float) -> None:
        self.transport = transport
        self.session = session
        self._policy = policy
        self._timeout = timeout

    def to(self, session: str) -> Connection:
        """The same for another session, over the same transport."""
        return Connection(self.transport, session, self._policy, self._timeout)

    async def call(self, method: str, *, timeout: float | None = None, **fields: Any) -> Message:
        """A unary method; `timeout` is how long the server may work on it."""
        request = self._request(method, timeout=timeout, **fields)
        deadline = self._timeout if timeout is None else timeout + _GRACE
        backoff = Backoff(self._policy)
        while True:
            try:
                return await self.transport.unary(METHODS[method], request, deadline)
            except errors.Error as error:
                await self._pause(backoff, error)

    async def pages(self, method: str, field: str, **fields: Any) -> list[Message]:
        """All items of a list that comes in pages."""
        items: list[Message] = []
        token = ""
        while True:
            response = await self.call(method, page_token=token, page_size=1000, **fields)
            items += getattr(response, field)
            token = response.next_page_token
            if not token:
                return items

    async def stream(self, method: str, **fields: Any) -> AsyncGenerator[Message, None]:
        """The answers of a streaming method, called again until a first one has come."""
        request = self._request(method, **fields)
        backoff = Backoff(self._policy)
        begun = False
        while True:
            try:
                async with contextlib.aclosing(
                        self.transport.stream(METHODS[method], request)) as responses:
                    async for response in responses:
                        begun = True
                        yield response
                return
            except errors.Error as error:
                if begun:
                    raise
                await self._pause(backoff, error)

    async def watch(self, job: str, after_event: int = 0) -> AsyncGenerator[Message, None]:
        """The events of a job to its end; a stream that breaks is joined again after the last."""
        backoff = Backoff(self._policy)
        while True:
            request = self._request("Jobs/WatchJob", job=job, after_event=after_event)
            try:
                async with contextlib.aclosing(
                        self.transport.stream(METHODS["Jobs/WatchJob"], request)) as responses:
                    async for response in responses:
                        backoff.reset()
                        if response.WhichOneof("event"):
                            after_event = getattr(response, response.WhichOneof("event")).event
                        yield response
                return
            except errors.Error as error:
                await self._pause(backoff, error)

    async def download(self, method: str, **fields: Any) -> dict[str, NDArray[Any]]:
        """The tensors of a stream by path, with Julia's dims."""
        assembler = streams.Assembler()
        async with contextlib.aclosing(self.stream(method, **fields)) as responses:
            async for response in responses:
                assembler.add(response.chunk)
        return assembler.finish()

    async def upload(self, method: str, arrays: Mapping[str, tensors.Encoded],
                     **fields: Any) -> Message:
        """A stream of tensors, which goes on where it broke."""
        first = self._request(method, tensors=len(arrays), **fields)
        begun = v1.GetUploadResponse()
        backoff = Backoff(self._policy)
        while True:
            try:
                return await self.transport.upload(
                    METHODS[method], _messages(first, arrays, begun))
            except errors.Error as error:
                # What was kept may be forgotten between the server's answer and the next stream.
                if not (first.resume and isinstance(error, errors.NotFound)):
                    await self._pause(backoff, error)
                begun, before = await self._kept(first.request_id, error), begun
                if begun.path != before.path or begun.offset > before.offset:
                    backoff.reset()
                first.resume = bool(begun.path)

    async def _kept(self, upload: str, cause: errors.Error) -> Message:
        """How far a broken stream came; an empty answer when nothing of it is kept."""
        try:
            return await self.call("Sessions/GetUpload", upload=upload)
        except errors.NotFound:
            return v1.GetUploadResponse()
        except errors.Error:
            raise cause from None

    def _request(self, method: str, *, timeout: float | None = None, **fields: Any) -> Message:
        kind = METHODS[method].request
        known = kind.DESCRIPTOR.fields_by_name
        if "session" in known:
            fields.setdefault("session", self.session)
        if "request_id" in known:
            fields.setdefault("request_id", secrets.token_hex(16))
        return kind(timeout=duration(timeout), **fields) if "timeout" in known else kind(**fields)

    async def _pause(self, backoff: Backoff, error: errors.Error) -> None:
        """Waits until the next attempt; raises the error when there is to be none."""
        delay = backoff.after(error)
        if delay is None:
            raise error
        await self.transport.sleep(delay)


def _messages(first: Message, arrays: Mapping[str, tensors.Encoded],
              begun: Message) -> Iterator[bytes]:
    """A first message, and the chunks of all tensors from where an earlier stream broke."""
    yield first.SerializeToString()
    paths = list(arrays)
    if begun.path:
        paths = paths[paths.index(begun.path):]
    for path in paths:
        offset = begun.offset if path == begun.path else 0
        yield from streams.requests(type(first), path, arrays[path], offset)
