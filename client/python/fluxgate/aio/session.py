"""A session of a server."""

from __future__ import annotations

import contextlib
import os
import pathlib
from collections.abc import Sequence
from typing import Any, Protocol

import grpc
from numpy.typing import ArrayLike, NDArray

from fluxgate import dataset, errors, files, tensors
from fluxgate.aio.job import Job
from fluxgate.aio.model import Model
from fluxgate.api import Message, v1
from fluxgate.connection import Connection
from fluxgate.dataset import Dataset
from fluxgate.retry import RetryPolicy
from fluxgate.streams import Assembler
from fluxgate.transport import Asyncio, Blocking
from fluxgate.values import Result, to_python

TARGET = os.environ.get("FLUXGATE_SERVER", "127.0.0.1:50051")


async def connect(target: str = TARGET, session: str = "", *, token: str | None = None,
                  tls_ca: files.Path | None = None, connect_timeout: float = 5.0,
                  timeout: float = 60.0, retry: RetryPolicy = RetryPolicy()) -> Session:
    """As `fluxgate.connect`, for the event loop that runs now."""
    return Session(await open_connection(Asyncio, target, session, token, tls_ca, connect_timeout,
                                         timeout, retry))


async def open_connection(kind: type[Asyncio] | type[Blocking], target: str, session: str,
                          token: str | None, tls_ca: files.Path | None, connect_timeout: float,
                          timeout: float, retry: RetryPolicy) -> Connection:
    """A connection over a transport of that kind, once a server answers and has the session."""
    credentials = None
    if tls_ca is not None:
        with open(tls_ca, "rb") as file:
            credentials = grpc.ssl_channel_credentials(file.read())
    token = os.environ.get("FLUXGATE_TOKEN") if token is None else token
    metadata = (("authorization", "Bearer " + token),) if token else ()
    transport = kind(target, credentials, metadata)
    if not await transport.ready(connect_timeout):
        await transport.close()
        raise errors.Unavailable(
            f"no server answers at {target}; start one with `fluxgate-server`, or name another: "
            "fluxgate.connect(\"HOST:PORT\")")
    connection = Connection(transport, session, retry, timeout)
    try:
        if session:
            await connection.call("Sessions/CreateSession", name=session)
    except errors.AlreadyExists:
        pass
    except errors.Error:
        await transport.close()
        raise
    return connection


class Named(Protocol):
    """A model, blocking or not."""

    @property
    def name(self) -> str:
        """What the session calls it."""


class Session:
    """A workspace of named values on the server, and the jobs that work on it. Its changes happen
    one at a time, in the order in which they arrive; sessions know nothing of each other.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.name = connection.session or "default"

    def __repr__(self) -> str:
        return f"Session({self.name!r})"

    async def eval(self, source: str, *, timeout: float | None = None) -> Result:
        """Runs Julia text and returns the value of its last statement. What ran before an error
        stays, as at Julia's prompt.

        Args:
          source: the text, up to 1 MiB.
          timeout: seconds that it may run; 30 when None.

        Raises:
          InvalidArgument: the text is wrong; `diagnostic` says where, and the exception's text
            shows the place.
          ResourceExhausted: it ran out of steps, depth or memory.
          DeadlineExceeded: it took too long.
        """
        answer = await self._connection.call("Workspace/Evaluate", source=source, timeout=timeout)
        return Result(answer.value, "\n".join(answer.show), answer.output)

    async def submit(self, source: str, *, timeout: float | None = None) -> Job:
        """Runs Julia text as a job, which goes on when this program ends; without limit of time
        when `timeout` is None. `job.wait()` returns what `eval` would have.
        """
        answer = await self._connection.call(
            "Workspace/Evaluate", source=source, timeout=timeout, detach=True)
        return Job(self._connection, answer.job)

    async def call(self, function: str, /, *arguments: tensors.Data, timeout: float | None = None,
                   **keywords: tensors.Data) -> Any:
        """Calls a function, model or built-in ("f", "Flux.mse", "x -> 2x") with numbers and arrays
        that have Julia's dims, or with Julia text ("train.x"). Models are in test mode.
        """
        answer = await self._connection.call(
            "Workspace/Call", function=function, timeout=timeout,
            arguments=_positional(arguments),
            keywords={name: tensors.message(a, what=name) for name, a in keywords.items()})
        return to_python(answer.value)

    async def gradient(self, function: str, *at: tensors.Data, order: int = 1,
                       parameters: Named | str | Sequence[Named | str] = (),
                       timeout: float | None = None) -> Any:
        """Derivatives of any function, by its arguments or by the parameters of models.

        Args:
          function: a name or Julia text: "f", "x -> 3x^2 + 2x + 1", "() -> loss(m, train.x)".
          at: the arguments: numbers, arrays with Julia's dims, or Julia text ("[1, 2]").
          order: 1, the gradient; 2, the second derivative of a function of one number, or the
            Hessian of a function of one array; up to 8 for functions of one number.
          parameters: models, or arrays of the session, to differentiate by instead.
          timeout: seconds; 30 when None.

        Returns:
          The derivative by the argument; a tuple of them for several arguments; None where the
          function does not depend on it. With `parameters` a dict from path ("model.weight") to
          array.
        """
        return (await self.value_and_gradient(
            function, *at, order=order, parameters=parameters, timeout=timeout))[1]

    async def value_and_gradient(self, function: str, *at: tensors.Data, order: int = 1,
                                 parameters: Named | str | Sequence[Named | str] = (),
                                 timeout: float | None = None) -> tuple[Any, Any]:
        """The function's value and what `gradient` returns."""
        one = isinstance(parameters, str) or not isinstance(parameters, Sequence)
        by: Any = [parameters] if one else parameters
        answer = await self._connection.call(
            "Workspace/Gradient", source=function, order=order, timeout=timeout,
            arguments=_positional(at),
            parameters=[p if isinstance(p, str) else p.name for p in by])
        value = to_python(answer.value)
        if by:
            return value, {p.path: tensors.decode(p.tensor) for p in answer.parameters}
        gradients = tuple(to_python(g) for g in answer.gradients)
        return value, gradients[0] if len(gradients) == 1 else gradients

    async def derive(self, function: str, *at: tensors.Data, order: int = 1) -> Any:
        """The derivative of a function as text, "6x + 2", from a name or Julia text
        ("x -> 3x^2 + 2x + 1"); a tuple with one for each argument of a function of several.
        `at` gives arguments, for a function of arrays or one that branches on them.
        """
        answer = await self._connection.call(
            "Workspace/Gradient", source=function, order=order, as_text=True,
            arguments=_positional(at))
        texts = tuple(formula.text for formula in answer.formulas)
        return texts[0] if len(texts) == 1 else texts

    async def get(self, name: str) -> Any:
        """The value of a name, or of a path into one: "x", "train.x", "model.layers[1].weight".
        Arrays have Julia's dims, and any size. NotFound suggests the nearest name.
        """
        value = (await self._connection.call("Workspace/GetValue", name=name)).value
        if value.kind == v1.Value.TENSOR and value.truncated:
            streamed = await self._connection.download("Models/GetParameters", model=name)
            return streamed[""]
        return to_python(value)

    async def set(self, name: str, value: tensors.Data) -> None:
        """Makes a name mean numbers, an array (with Julia's dims), or a string. An array that had
        the name before is not changed. It goes in one message: data past 60 MB is for `push`.
        """
        if isinstance(value, str):
            await self._connection.call("Workspace/SetValue", name=name, text=value)
        else:
            await self._connection.call("Workspace/SetValue", name=name,
                                        value=tensors.message(value, what=name))

    async def names(self) -> dict[str, str]:
        """The names that exist, each with the first line of what Julia shows for it."""
        found = await self._connection.pages("Workspace/ListNames", "names")
        return {name.name: name.summary for name in found}

    async def help(self, name: str = "") -> str:
        """The page on a concept ("epoch"), or on what text can name ("Dense", "Flux.mse"), in
        Markdown; all that there is a page on without a name. NotFound suggests the nearest name.
        """
        return "\n".join((await self._connection.call("Server/Help", name=name)).text)

    async def push(self, name: str, x: ArrayLike, y: ArrayLike | None = None) -> Dataset:
        """Stores a dataset, in a stream of any size, which goes on where it breaks.

        Args:
          name: text reads it as `name.x` and `name.y`. One that had the name before is replaced.
          x: inputs, examples first: shape (N, features), or (N,) for one feature each. It travels
            from the array's own memory, without a copy, if its rows or columns are contiguous.
          y: targets, examples first.

        Raises:
          TypeError: a dtype that is not bool, int32, int64, float32 or float64.
          InvalidArgument: x and y have different numbers of examples.
          ResourceExhausted: it is more than the session may hold.
        """
        return await dataset.push(self._connection, name, x, y)

    async def pull(self, name: str = "") -> tuple[NDArray[Any], NDArray[Any] | None]:
        """The inputs and targets of a dataset, examples first; of the only one without a name."""
        arrays = await self._connection.download("Datasets/PullDataset", name=name)
        return arrays["x"].T, arrays["y"].T if "y" in arrays else None

    async def datasets(self) -> list[Dataset]:
        """The datasets of the session."""
        found = await self._connection.pages("Datasets/ListDatasets", "datasets")
        return [dataset.described(message) for message in found]

    async def model(self, name_or_source: str = "", *, name: str = "model") -> Model:
        """A model of the session by its name, or a new one from Julia text.

        Args:
          name_or_source: a name ("predict"), or text ("Chain(Dense(2 => 3, tanh), Dense(3 => 1))").
            The session's only model when empty.
          name: what a new one is called. A model that had the name before is replaced.
        """
        if not name_or_source or name_or_source.isidentifier():
            answer = await self._connection.call("Models/GetModel", model=name_or_source)
        else:
            answer = await self._connection.call(
                "Models/DefineModel", name=name, source=name_or_source)
        return Model(self._connection, answer.model)

    async def models(self) -> list[Model]:
        """The models of the session."""
        return [Model(self._connection, message)
                for message in await self._connection.pages("Models/ListModels", "models")]

    async def job(self, job: str) -> Job:
        """A job by its id. NotFound lists the session's jobs."""
        answer = await self._connection.call("Jobs/GetJob", job=job)
        return Job(self._connection, answer.job.id)

    async def jobs(self) -> list[Job]:
        """The jobs of the session, the newest first."""
        return [Job(self._connection, message.id)
                for message in await self._connection.pages("Jobs/ListJobs", "jobs")]

    async def fork(self, name: str) -> Session:
        """A new session that begins as a copy of this one: names, functions, models, the state of
        their optimisers, random numbers. From then on neither sees what the other does. Arrays are
        shared until one side writes them, so it is cheap. It shares this connection: closing one
        closes both.

        Raises:
          AlreadyExists: there is a session of that name.
          FailedPrecondition: a name holds what cannot be copied; the message says which.
        """
        await self._connection.call("Sessions/ForkSession", name=name)
        return Session(self._connection.to(name))

    async def export(self, folder: files.Path) -> list[str]:
        """Writes the session into a folder as a Julia script that runs in Flux, session.jl, and the
        arrays that it reads, session.npz: definitions as they were typed, models, datasets,
        optimisers with their state, and what trained.

        Returns:
          What the script leaves out, and why: "`f`: it shares the variable n with another function".
        """
        script, left_out, arrays = [], [], Assembler()
        stream = self._connection.stream("Sessions/ExportSession")
        async with contextlib.aclosing(stream) as parts:
            async for part in parts:
                script.append(part.script)
                left_out.extend(part.left_out)
                if part.HasField("chunk"):
                    arrays.add(part.chunk)
        path = pathlib.Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        if saved := arrays.finish():
            files.save(path / "session.npz", saved)
        (path / "session.jl").write_text("".join(script), encoding="utf-8")
        return left_out

    async def delete(self) -> None:
        """Deletes the session and all it holds; its jobs are cancelled. "default" is emptied."""
        await self._connection.call("Sessions/DeleteSession", session=self.name)

    async def close(self) -> None:
        """Ends the connection. The session stays on the server."""
        await self._connection.transport.close()

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _positional(arguments: Sequence[tensors.Data]) -> list[Message]:
    return [tensors.message(a, what=f"argument {i}") for i, a in enumerate(arguments, 1)]
