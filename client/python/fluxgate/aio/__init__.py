"""The same API for asyncio: what blocks in `fluxgate` is awaited here.

    session = await fluxgate.aio.connect()
    await session.eval("f(x) = 3x^2; f(2)")
    model = await session.model("Dense(1 => 1)")
    training = await model.train(x, y, epochs=200)

Cancelling a task cancels its call on the server. Three things are spelled differently, because they
cannot be awaited otherwise: `await model.parameters()` and `await model.set_parameters(...)`, and
`await session.get(name)` and `await session.set(name, value)`.
"""

from fluxgate.aio.job import Job
from fluxgate.aio.model import Model
from fluxgate.aio.session import Session, connect

__all__ = ["Job", "Model", "Session", "connect"]
