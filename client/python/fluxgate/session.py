"""A session of a server."""

from __future__ import annotations

from typing import Any

from fluxgate import aio, files, tensors
from fluxgate.aio.session import TARGET, open_connection
from fluxgate.blocking import blocking, blocking_as
from fluxgate.job import Job
from fluxgate.model import Model
from fluxgate.retry import RetryPolicy
from fluxgate.transport import Blocking, run


def connect(target: str = TARGET, session: str = "", *, token: str | None = None,
            tls_ca: files.Path | None = None, connect_timeout: float = 5.0, timeout: float = 60.0,
            retry: RetryPolicy = RetryPolicy()) -> Session:
    """A session of the server at `target`.

    Args:
      target: "HOST:PORT" or "unix:PATH"; 127.0.0.1:50051, unless the environment variable
        FLUXGATE_SERVER says otherwise.
      session: its name: letters, digits, '_', '-', '.'. It is made when there is none; it ends
        when nobody uses it for a day. The session "default", which always exists, when empty.
      token: a bearer token, for a server that wants one; the environment variable FLUXGATE_TOKEN
        when None.
      tls_ca: a PEM file with the certificates to trust, for a server that speaks TLS.
      connect_timeout: seconds to wait until a server answers.
      timeout: seconds that one attempt of a short call may take, unless the call says otherwise.
      retry: when calls are repeated.

    Raises:
      Unavailable: no server answers there.
      Unauthenticated: it wants a token, or another one.
    """
    return Session(aio.Session(run(open_connection(
        Blocking, target, session, token, tls_ca, connect_timeout, timeout, retry))))


def _models(found: list[aio.Model]) -> list[Model]:
    return [Model(model) for model in found]


def _jobs(found: list[aio.Job]) -> list[Job]:
    return [Job(job) for job in found]


class Session:
    """A workspace of named values on the server, and the jobs that work on it. Its changes happen
    one at a time, in the order in which they arrive; sessions know nothing of each other. May be
    used from several threads.

        s["x"] = numpy.eye(3)      # a name of the workspace, with Julia's dims
        s["model.weight"]          # a name or a path into its value
    """

    def __init__(self, asynchronous: aio.Session) -> None:
        self._async = asynchronous

    @property
    def name(self) -> str:
        """Its name on the server."""
        return self._async.name

    def __repr__(self) -> str:
        return repr(self._async)

    eval = blocking(aio.Session.eval)
    call = blocking(aio.Session.call)
    gradient = blocking(aio.Session.gradient)
    derive = blocking(aio.Session.derive)
    value_and_gradient = blocking(aio.Session.value_and_gradient)
    names = blocking(aio.Session.names)
    help = blocking(aio.Session.help)
    push = blocking(aio.Session.push)
    pull = blocking(aio.Session.pull)
    datasets = blocking(aio.Session.datasets)
    model = blocking_as(Model, aio.Session.model)
    models = blocking_as(_models, aio.Session.models)
    submit = blocking_as(Job, aio.Session.submit)
    job = blocking_as(Job, aio.Session.job)
    jobs = blocking_as(_jobs, aio.Session.jobs)
    export = blocking(aio.Session.export)
    delete = blocking(aio.Session.delete)

    def fork(self, name: str) -> Session:
        """A new session that begins as a copy of this one: names, functions, models, the state of
        their optimisers, random numbers. From then on neither sees what the other does. Arrays are
        shared until one side writes them, so it is cheap. It shares this connection: closing one
        closes both.

        Raises:
          AlreadyExists: there is a session of that name.
          FailedPrecondition: a name holds what cannot be copied; the message says which.
        """
        return Session(run(self._async.fork(name)))

    close = blocking(aio.Session.close)
    _get = blocking(aio.Session.get)
    _set = blocking(aio.Session.set)

    def __getitem__(self, name: str) -> Any:
        return self._get(name)

    def __setitem__(self, name: str, value: tensors.Data) -> None:
        self._set(name, value)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
