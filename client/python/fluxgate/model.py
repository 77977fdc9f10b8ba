"""A model of a session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from numpy.typing import ArrayLike, NDArray

from fluxgate import aio
from fluxgate.blocking import blocking, blocking_as
from fluxgate.job import Job
from fluxgate.transport import run


class Model:
    """A model: any value of a session that holds trainable arrays. It shows as Julia's prompt shows
    it. Its numbers stay on the server until they are asked for. `model(x)` is
    `model.predict(x)`.
    """

    def __init__(self, asynchronous: aio.Model) -> None:
        self._async = asynchronous

    @property
    def name(self) -> str:
        """Its name in the session."""
        return self._async.name

    @property
    def type(self) -> str:
        """Julia's typeof, shortened: "Chain"."""
        return self._async.type

    @property
    def display(self) -> str:
        """What Julia's prompt prints for it."""
        return self._async.display

    def __repr__(self) -> str:
        return self.display

    info = blocking(aio.Model.info)
    predict = blocking(aio.Model.predict)
    __call__ = predict
    train = blocking(aio.Model.train)
    forward_backward = blocking(aio.Model.forward_backward)
    optim_step = blocking(aio.Model.optim_step)
    rewind = blocking(aio.Model.rewind)
    save = blocking(aio.Model.save)
    load = blocking(aio.Model.load)
    delete = blocking(aio.Model.delete)
    submit = blocking_as(Job, aio.Model.submit)

    @property
    def parameters(self) -> Parameters:
        """The parameters by path; reading reads and writing writes the server's."""
        return Parameters(self._async)

    @parameters.setter
    def parameters(self, arrays: Mapping[str, ArrayLike]) -> None:
        self.parameters.update(arrays)


class Parameters(MutableMapping[str, NDArray[Any]]):
    """The parameters of a model by path ("layers[1].weight"), as arrays with Julia's dims: (out,
    in) for a weight.

        model.parameters["bias"]                     # reads one
        arrays = dict(model.parameters)              # reads all, in one call, as of now
        model.parameters["bias"] += 1                # writes one
        model.parameters = arrays                    # writes several: all of them, or none

    What was read is a copy: writing into it changes nothing on the server, assigning it does.
    """

    def __init__(self, model: aio.Model) -> None:
        self._model = model
        self._read: dict[str, NDArray[Any]] | None = None

    def __getitem__(self, path: str) -> NDArray[Any]:
        if self._read is None:
            return run(self._model.parameters(path))[path]
        return self._read[path]

    def __iter__(self) -> Iterator[str]:
        self._read = run(self._model.parameters())
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._model.shapes)

    def __setitem__(self, path: str, array: ArrayLike) -> None:
        self.update({path: array})

    def update(self, *arrays: Any, **more: Any) -> None:
        """Writes several at once: all of them or, when one does not fit, none."""
        run(self._model.set_parameters(dict(*arrays, **more)))
        self._read = None

    def __delitem__(self, path: str) -> None:
        raise TypeError(f"{path} belongs to {self._model.name} and cannot be removed")

    def __repr__(self) -> str:
        lines = (f"  {path}: {'×'.join(map(str, shape))}"
                 for path, shape in self._model.shapes.items())
        return "\n".join([f"Parameters of {self._model.name}:", *lines])
