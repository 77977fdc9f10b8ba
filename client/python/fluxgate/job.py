"""Work that goes on without its caller."""

from __future__ import annotations

from collections.abc import Iterator

from fluxgate import aio
from fluxgate.blocking import blocking
from fluxgate.training import Event
from fluxgate.transport import iterate


class Job:
    """A training or a text that runs on the server, whoever watches."""

    def __init__(self, asynchronous: aio.Job) -> None:
        self._async = asynchronous

    @property
    def id(self) -> str:
        """"job-1": `session.job(id)` finds it again."""
        return self._async.id

    def __repr__(self) -> str:
        return repr(self._async)

    state = blocking(aio.Job.state)
    reason = blocking(aio.Job.reason)
    marks = blocking(aio.Job.marks)
    cancel = blocking(aio.Job.cancel)
    wait = blocking(aio.Job.wait)

    def watch(self) -> Iterator[Event | str]:
        """What happens until it ends: `Step`s and `Epoch`s of a training, printed text of a text.
        Of many old steps only the last ones are kept. Leaving early leaves the job alone.
        """
        return iterate(self._async.watch())
