"""Work that goes on without its caller."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator

from fluxgate import errors
from fluxgate.api import Message, v1
from fluxgate.connection import Connection
from fluxgate.training import Event, Log, Training
from fluxgate.values import Result


class Job:
    """A training or a text that runs on the server, whoever watches."""

    def __init__(self, connection: Connection, job: str) -> None:
        self._connection = connection
        self.id = job
        """"job-1": `session.job(id)` finds it again."""

    def __repr__(self) -> str:
        return f"Job({self.id!r})"

    async def state(self) -> str:
        """QUEUED, RUNNING, CANCELLING, SUCCEEDED, FAILED or CANCELLED."""
        return str(v1.Job.State.Name((await self._get()).state))

    async def reason(self) -> str:
        """Why it is in that state, in words."""
        return str((await self._get()).reason)

    async def marks(self) -> list[int]:
        """The steps of a training that `Model.rewind` can go back to, oldest first."""
        return [int(mark.step) for mark in (await self._get()).marks]

    async def cancel(self) -> None:
        """Asks it to stop at its next step's boundary. FailedPrecondition when it has ended."""
        await self._connection.call("Jobs/CancelJob", job=self.id)

    async def watch(self) -> AsyncGenerator[Event | str, None]:
        """What happens until it ends: `Step`s and `Epoch`s of a training, printed text of a text.
        Of many old steps only the last ones are kept. Leaving early leaves the job alone.
        """
        log = Log()
        async with contextlib.aclosing(self._connection.watch(self.id)) as responses:
            async for response in responses:
                if response.HasField("evaluate") and response.evaluate.output:
                    yield response.evaluate.output
                elif response.HasField("train"):
                    event = log.add(response.train)
                    if event is not None:
                        yield event

    async def wait(self) -> Training | Result:
        """Until it ends; then what a training led to, or what a text gave. Raises what made it
        fail, and Cancelled for a text that was cancelled.
        """
        log, text, output = Log(), None, ""
        async with contextlib.aclosing(self._connection.watch(self.id)) as responses:
            async for response in responses:
                if response.HasField("train"):
                    log.add(response.train)
                elif response.HasField("evaluate"):
                    text = response.evaluate
                    output += text.output
        if text is None and log.training.job:
            return log.finish()
        job = await self._get()
        if job.state == v1.Job.FAILED:
            raise errors.from_status(job.error)
        if text is None or job.state == v1.Job.CANCELLED:
            raise errors.Cancelled(f"{self.id} was cancelled: {job.reason}")
        return Result(text.value, "\n".join(text.show), output)

    async def _get(self) -> Message:
        return (await self._connection.call("Jobs/GetJob", job=self.id)).job
