"""What a training reports, and what it led to."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from fluxgate import errors, tensors
from fluxgate.api import Message, v1


@dataclasses.dataclass(frozen=True)
class Step:
    """How far a training is."""

    step: int
    """Steps made, over all epochs."""
    steps: int
    epoch: int
    epochs: int
    loss: float
    """Of the last step's batch, before that step's update."""
    steps_per_second: float
    seconds_left: float
    learning_rate: float | None = None
    """Of the optimiser, for the next step; None for a rule without."""


@dataclasses.dataclass(frozen=True)
class Epoch:
    """The end of an epoch of a training with validation data or metrics."""

    epoch: int
    epochs: int
    step: int
    loss: float
    """The mean of the losses of its batches, each before its update."""
    validation_loss: float | None
    """After the epoch's last update; None without validation data."""
    metrics: dict[str, float]
    """After the epoch's last update."""
    learning_rate: float | None = None
    """Of the optimiser, for the next step; None for a rule without."""


@dataclasses.dataclass(frozen=True)
class Change:
    """What a training did to one parameter of a small model."""

    before: NDArray[Any]
    gradient: NDArray[Any]
    """Of the loss over the whole data, before the first step."""
    after: NDArray[Any]


Event = Step | Epoch
Callback = Callable[[Event], None]


@dataclasses.dataclass
class Training:
    """What a training led to. Losses have the unit of the loss function; times are in seconds."""

    job: str = ""
    model: str = ""
    optimiser: str = ""
    loss_name: str = ""
    """The loss that was minimised: "mse"."""
    stopped_because: str = ""
    """"EPOCHS_DONE", "CANCELLED", "DEADLINE" or "SHUTDOWN"."""
    loss: float | None = None
    """Over the whole data after the last update."""
    validation_loss: float | None = None
    metrics: dict[str, float] = dataclasses.field(default_factory=dict)
    """After the last update, by name."""
    steps: int = 0
    """Steps made."""
    epochs: int = 0
    """Epochs completed."""
    seconds: float = 0.0
    """From the first step to the last."""
    changes: dict[str, Change] = dataclasses.field(default_factory=dict)
    """Of models of up to 64 parameters: what was done to each."""
    history: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    """Columns for plots and data frames: "step", "epoch", "loss", and with validation data or
    metrics "validation_loss" and each metric. One row an epoch then, with the mean loss of its
    batches; otherwise one row for each report of progress, with the loss of that step's batch.
    """

    def plot(self, ax: Any = None) -> Any:
        """Draws the history with matplotlib, on given axes or new ones, and returns the axes."""
        if ax is None:
            import matplotlib.pyplot as plt
            ax = plt.figure().gca()
        for name, values in self.history.items():
            if name not in ("step", "epoch"):
                ax.plot(self.history["step"], values, label=name)
        ax.set_xlabel("step")
        ax.set_title(self.model)
        ax.legend()
        return ax

    def __repr__(self) -> str:
        what = "done" if self.stopped_because == "EPOCHS_DONE" else self.stopped_because.lower()
        parts = [f"Training: {what} after {self.steps} steps"]
        named = {"loss": self.loss, "validation loss": self.validation_loss, **self.metrics}
        parts += [f"{name} {value:.6g}" for name, value in named.items() if value is not None]
        return ", ".join([*parts, f"{self.seconds:.3g} s"])


class Log:
    """Collects the events of one training."""

    def __init__(self) -> None:
        self.training = Training()
        self.total_steps = 0
        self._steps: list[Step] = []
        self._epochs: list[Epoch] = []
        self._error: errors.Error | None = None

    def add(self, event: Message) -> Event | None:
        """The event, when it is one of progress."""
        kind = event.WhichOneof("kind")
        if kind == "started":
            started = event.started
            self.total_steps = started.steps
            self.training.job, self.training.model = started.job, started.model
            self.training.optimiser, self.training.loss_name = started.optimiser, started.loss
        elif kind == "progress":
            p = event.progress
            self._steps.append(Step(p.step, p.steps, p.epoch, p.epochs, p.batch_loss,
                                    p.steps_per_second, p.seconds_left,
                                    _optional(p, "learning_rate")))
            return self._steps[-1]
        elif kind == "epoch":
            e = event.epoch
            self._epochs.append(Epoch(e.epoch, e.epochs, e.step, e.mean_batch_loss,
                                      _optional(e, "validation_loss"), dict(e.metrics),
                                      _optional(e, "learning_rate")))
            return self._epochs[-1]
        elif kind == "done":
            self._finish(event.done)
        return None

    def finish(self) -> Training:
        """What the training led to. Raises the error that ended it."""
        if self._error:
            raise self._error
        rows: list[Any] = list(self._epochs or self._steps)
        history = {name: [getattr(row, name) for row in rows] for name in ("step", "epoch", "loss")}
        if self._epochs:
            if self._epochs[0].validation_loss is not None:
                history["validation_loss"] = [row.validation_loss for row in rows]
            for name in self._epochs[0].metrics:
                history[name] = [row.metrics[name] for row in rows]
        self.training.history = history
        return self.training

    def _finish(self, done: Message) -> None:
        training = self.training
        training.stopped_because = v1.TrainDone.StoppedBecause.Name(done.stopped_because)
        training.loss = _optional(done, "loss")
        training.validation_loss = _optional(done, "validation_loss")
        training.metrics = dict(done.metrics)
        training.steps, training.epochs, training.seconds = done.steps, done.epochs, done.seconds
        training.changes = {
            change.path: Change(*(tensors.decode(t) for t in
                                  (change.before, change.gradient, change.after)))
            for change in done.parameters}
        if done.HasField("error") and training.stopped_because == "ERROR":
            self._error = errors.from_status(done.error)


def _optional(message: Message, field: str) -> float | None:
    return getattr(message, field) if message.HasField(field) else None
