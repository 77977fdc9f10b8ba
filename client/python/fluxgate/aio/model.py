"""A model of a session."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fluxgate import errors, files, progress, tensors
from fluxgate.aio.job import Job
from fluxgate.api import Message
from fluxgate.connection import Connection
from fluxgate.dataset import Data, Dataset, push
from fluxgate.training import Callback, Log, Training
from fluxgate.values import to_python

# Well below what a request may have, so that a batch leaves room for the rest of it.
_PREDICT_BYTES = 32 << 20
# Points of a curve, when nobody says how often to report.
_REPORTS = 100


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """A model as it is now."""

    step: int
    """Updates made since the optimiser was given."""
    optimiser: str
    """As Julia shows it; empty before the first training."""
    loss: str
    job: str
    """The job that trains it now; empty when none does."""
    parameter_count: int
    parameter_bytes: int


class Model:
    """A model: any value of a session that holds trainable arrays. It shows as Julia's prompt shows
    it. Its numbers stay on the server until they are asked for.
    """

    def __init__(self, connection: Connection, described: Message) -> None:
        self._connection = connection
        self.name: str = described.name
        self.type: str = described.type
        """Julia's typeof, shortened: "Chain"."""
        self.display: str = "\n".join(described.show)
        self.shapes: dict[str, tuple[int, ...]] = {
            p.path: tuple(p.tensor.dims) for p in described.parameters}
        """The shape of each parameter by its path, as Julia has it: (out, in) for a weight."""

    def __repr__(self) -> str:
        return self.display

    async def info(self) -> ModelInfo:
        """Its optimiser, its steps, and whether a job trains it."""
        m = (await self._connection.call("Models/GetModel", model=self.name)).model
        return ModelInfo(m.step, m.optimiser, m.loss, m.job, m.parameter_count, m.parameter_bytes)

    async def predict(self, x: tensors.Data, *inputs: tensors.Data, batch_size: int | None = None,
                      timeout: float | None = None) -> Any:
        """Applies it in test mode.

        Args:
          x: examples first: shape (N, features), or (N,) for one feature; images of shape
            (N, channels, height, width) are the W×H×C×N of Flux. Or Julia text: "train.x".
          inputs: further inputs of a model that takes several.
          batch_size: how many examples travel at a time; when None all, or as many as requests,
            answers (2 MiB) and the session's memory have room for.
          timeout: seconds for each batch; 30 when None.

        Returns:
          The outputs, examples first: shape (N, outputs). What is not one tensor comes as
          `Session.eval` returns it.

        Raises:
          InvalidArgument: a shape that does not fit; the text says which layer wanted what.
          ResourceExhausted: too much for one answer, or for the session's memory, with the batch
            size that was given.
        """
        parts: list[Any] = [
            part if isinstance(part, str) else np.asarray(part) for part in (x, *inputs)]
        arrays = [part for part in parts if not isinstance(part, str)]
        count = len(arrays[0]) if arrays and arrays[0].ndim else 1
        if len(arrays) < len(parts) or count < 2:
            return await self._predict(parts, timeout)
        each = sum(array.nbytes for array in arrays) / count
        size = batch_size or max(1, int(_PREDICT_BYTES / max(each, 1)))
        outputs: list[Any] = []
        done = 0
        while done < count:
            try:
                outputs.append(
                    await self._predict([array[done:done + size] for array in arrays], timeout))
                done += size
            except errors.ResourceExhausted:
                size = min(size, count - done) // 2
                if batch_size is not None or size == 0:
                    raise
        if len(outputs) == 1:
            return outputs[0]
        if not isinstance(outputs[0], np.ndarray):
            raise TypeError(f"{self.name} gives more than one array, and the outputs of {count} "
                            "examples do not fit one answer: predict fewer at a time")
        return np.concatenate(outputs)

    async def _predict(self, parts: Sequence[Any], timeout: float | None) -> Any:
        first, *rest = (tensors.message(part, examples_first=True, what="x") for part in parts)
        answer = await self._connection.call(
            "Models/Predict", model=self.name, x=first, inputs=rest, timeout=timeout)
        return tensors.decode(answer.y).T if answer.HasField("y") else to_python(answer.value)

    async def train(self, x: Data = None, y: ArrayLike | None = None, *, loss: str = "",
                    optimiser: str = "", epochs: int = 1, batch_size: int = 0,
                    shuffle: bool = False, partial: bool = True, seed: int | None = None,
                    validation: Data = None, metrics: Sequence[str] = (), every: int = 0,
                    mark_every: int = 0, timeout: float | None = None, progress_bar: bool | None = None,
                    callback: Callback | None = None) -> Training:
        """Trains it, and returns when the training is over. Leaving early (Ctrl-C, an exception of
        the callback, a cancelled task) stops it at a step's boundary.

        Args:
          x: inputs, examples first, which are stored with the targets y as dataset "NAME_train";
            or a dataset, its name, or a pair (x, y); the session's only dataset when None.
          y: targets, examples first.
          loss: a function of the session or Julia text of one of (model, x, y), or the name of a
            built-in one of (ŷ, y), as "logitcrossentropy". The one used last when empty, "mse" for
            the first.
          optimiser: as "Adam(0.001)". The one used last, and its state, when empty; "Descent()" for
            the first.
          epochs: how often to go through the data; 0 only reports the loss.
          batch_size: examples in a batch; all of the data when 0.
          shuffle: in another order each epoch.
          partial: False leaves out the examples that do not fill a last batch.
          seed: of the order of batches and of dropout.
          validation: a dataset, its name, or a pair (x, y) that is not trained on; its loss, and
            the metrics, are reported after each epoch. Arrays are stored as "NAME_validation".
          metrics: reported after each epoch: "accuracy", a built-in loss, or a function of the
            session of (ŷ, y) or (model, x, y).
          every: report progress every so many steps; about a hundred times when 0.
          mark_every: keep a mark at the end of every so many epochs, for `rewind`; none when 0.
          timeout: seconds that it may take; it then ends with `stopped_because` "DEADLINE".
          progress_bar: True shows one; None on terminals and in notebooks only.
          callback: called with each `Step` and `Epoch`.

        Raises:
          InvalidArgument: options, shapes or text that are wrong, or a loss that is not finite: the
            parameters are then those of the last whole step.
          FailedPrecondition: a job trains it already.
        """
        request = await self._training(x, y, validation, loss=loss, optimiser=optimiser,
                                       epochs=epochs, batch_size=batch_size, shuffle=shuffle,
                                       partial=partial, seed=seed, metrics=metrics, every=every,
                                       mark_every=mark_every)
        log = Log()
        async with contextlib.AsyncExitStack() as stack:
            responses = await stack.enter_async_context(contextlib.aclosing(
                self._connection.stream("Models/Train", timeout=timeout, **request)))
            show: progress.Show | None = None
            try:
                async for response in responses:
                    event = log.add(response.event)
                    if show is None:
                        show = stack.enter_context(
                            progress.bar(self.name, log.total_steps, progress_bar))
                    if event is not None:
                        show(event.step,
                             f"epoch {event.epoch}/{event.epochs}, loss {event.loss:.4g}")
                        if callback is not None:
                            callback(event)
            except errors.Error:
                # The call ends with the status of the training, which its last event has told.
                if not log.training.stopped_because:
                    raise
        return log.finish()

    async def forward_backward(self, x: tensors.Data, y: tensors.Data | None = None, *,
                               loss: str = "", reset: bool = False,
                               timeout: float | None = None) -> float:
        """One half of a step of your own loop: the loss of a batch, examples first. Its gradient is
        added to those since the last `optim_step`; with `reset` they are forgotten before.
        """
        answer = await self._connection.call(
            "Models/ForwardBackward", model=self.name, loss=loss, reset=reset, timeout=timeout,
            x=tensors.message(x, examples_first=True, what="x"),
            y=None if y is None else tensors.message(y, examples_first=True, what="y"))
        return float(answer.loss)

    async def optim_step(self, optimiser: str = "") -> int:
        """The other half: one update by the gradients collected since the last. Returns the updates
        made since the optimiser was given.
        """
        answer = await self._connection.call(
            "Models/OptimStep", model=self.name, optimiser=optimiser)
        return int(answer.step)

    async def rewind(self, step: int | None = None, *, job: str = "") -> int:
        """Takes the model, its optimiser's state and the session's random numbers back to a mark
        that a training with `mark_every` kept, bit for bit. The next `train`, given the same data,
        batches and the epochs that were left, makes the same steps again.

        Args:
          step: how many steps the training had made; the job's newest mark when None.
          job: the job that kept the mark; that of the newest mark when empty. `Job.marks` lists
            them.

        Returns:
          The step of the mark.

        Raises:
          NotFound: there is no such mark; the message lists those that exist.
          FailedPrecondition: a job trains the model.
        """
        answer = await self._connection.call(
            "Models/Rewind", model=self.name, job=job, step=step)
        return int(answer.mark.step)

    async def submit(self, x: Data = None, y: ArrayLike | None = None, *, loss: str = "",
                     optimiser: str = "", epochs: int = 1, batch_size: int = 0,
                     shuffle: bool = False, partial: bool = True, seed: int | None = None,
                     validation: Data = None, metrics: Sequence[str] = (), every: int = 0,
                     mark_every: int = 0, timeout: float | None = None) -> Job:
        """As `train`, but returns at once: the training goes on as a job, also when this program
        ends. `job.wait()` returns what `train` would have.
        """
        request = await self._training(x, y, validation, loss=loss, optimiser=optimiser,
                                       epochs=epochs, batch_size=batch_size, shuffle=shuffle,
                                       partial=partial, seed=seed, metrics=metrics, every=every,
                                       mark_every=mark_every)
        job = ""
        async with contextlib.aclosing(self._connection.stream(
                "Models/Train", timeout=timeout, detach=True, **request)) as responses:
            async for response in responses:
                job = job or response.event.started.job
        return Job(self._connection, job)

    async def _training(self, x: Data, y: ArrayLike | None, validation: Data,
                        **options: Any) -> dict[str, Any]:
        """The fields of a request to train."""
        source = await self._dataset(x, y, "train")
        if not options["every"] and options["epochs"]:
            found = await self._connection.call("Datasets/GetDataset", name=source)
            examples = found.dataset.examples
            batches = math.ceil(examples / (options["batch_size"] or examples or 1))
            options["every"] = max(1, options["epochs"] * batches // _REPORTS)
        return dict(options, model=self.name, data=source,
                    validation=await self._dataset(validation, None, "validation"))

    async def _dataset(self, x: Data, y: ArrayLike | None, role: str) -> str:
        """The name of a dataset of the session."""
        if x is None or isinstance(x, (str, Dataset)):
            if y is not None:
                raise TypeError("y goes with an array x; a dataset has targets of its own")
            return x.name if isinstance(x, Dataset) else x or ""
        inputs: Any = x
        if y is None and isinstance(x, tuple):
            inputs, y = x
        return (await push(self._connection, f"{self.name}_{role}", inputs, y)).name

    async def parameters(self, *paths: str) -> dict[str, NDArray[Any]]:
        """The parameters by path, all or those of the paths, with Julia's dims: (out, in) for a
        weight. While a job trains the model they are those of a step's boundary. KeyError (also a
        NotFound) lists the paths that exist.
        """
        return await self._connection.download(
            "Models/GetParameters", model=self.name, paths=paths)

    async def set_parameters(self, arrays: Mapping[str, ArrayLike]) -> None:
        """Writes parameters in place, all of them or, when one does not fit, none. Those that are
        not named stay.
        """
        if arrays:
            await self._connection.upload(
                "Models/SetParameters", model=self.name,
                arrays={path: tensors.encode(array, path) for path, array in arrays.items()})

    async def save(self, path: files.Path) -> None:
        """Writes the parameters to an .npz or .safetensors file."""
        files.save(path, await self.parameters())

    async def load(self, path: files.Path) -> None:
        """Takes the parameters of a file that `save` or `fluxgate params --out` wrote."""
        await self.set_parameters(files.load(path))

    async def delete(self) -> None:
        """Removes it from the session, with its optimiser's state."""
        await self._connection.call("Models/DeleteModel", model=self.name)
