"""What the Python client makes of a training's events: history, plot, words."""

import contextlib
import io
import unittest
import unittest.mock

import fluxgate
import harness
from fluxgate import api, progress
from fluxgate.api import v1
from fluxgate.training import Log


def events(*kinds):
    """A log of events, each a TrainEvent's kind and its fields."""
    log = Log()
    for kind, fields in kinds:
        log.add(v1.TrainEvent(**{kind: fields}))
    return log


def done(because, **fields):
    return "done", dict(fields, stopped_because=getattr(v1.TrainDone, because))


class Axes:
    """Remembers what is drawn."""

    def __init__(self):
        self.lines = {}
        self.words = []

    def plot(self, x, y, label):
        self.lines[label] = (x, y)

    def set_xlabel(self, text):
        self.words.append(text)

    set_title = set_xlabel

    def legend(self):
        self.words.append("legend")


class TrainingTest(unittest.TestCase):
    def test_events_have_the_learning_rate_where_there_is_one(self):
        log = Log()
        for rate in ({}, {"learning_rate": 0.25}):
            step = log.add(v1.TrainEvent(progress=dict(step=1, **rate)))
            epoch = log.add(v1.TrainEvent(epoch=dict(step=1, **rate)))
            self.assertEqual((step.learning_rate, epoch.learning_rate),
                             (rate.get("learning_rate"),) * 2)

    def test_epochs_make_the_history_where_there_are_any(self):
        log = events(
            ("started", {"job": "job-1", "model": "m", "steps": 4}),
            ("progress", {"step": 1, "epoch": 1, "batch_loss": 9}),
            ("epoch", {"step": 2, "epoch": 1, "mean_batch_loss": 8, "validation_loss": 7,
                       "metrics": {"accuracy": 0.5}}),
            ("epoch", {"step": 4, "epoch": 2, "mean_batch_loss": 4, "validation_loss": 3,
                       "metrics": {"accuracy": 1.0}}),
            done("EPOCHS_DONE", steps=4, epochs=2, seconds=0.5, loss=2, validation_loss=3,
                 metrics={"accuracy": 1.0}))
        self.assertEqual(log.total_steps, 4)
        training = log.finish()
        self.assertEqual(training.history, {
            "step": [2, 4], "epoch": [1, 2], "loss": [8, 4], "validation_loss": [7, 3],
            "accuracy": [0.5, 1]})
        self.assertEqual(repr(training), "Training: done after 4 steps, loss 2, validation loss 3, "
                         "accuracy 1, 0.5 s")
        axes = Axes()
        self.assertIs(training.plot(axes), axes)
        self.assertEqual(axes.lines["loss"], ([2, 4], [8, 4]))
        self.assertEqual(set(axes.lines), {"loss", "validation_loss", "accuracy"})
        self.assertEqual(axes.words, ["step", "m", "legend"])

    def test_steps_make_it_otherwise(self):
        training = events(("progress", {"step": 1, "epoch": 1, "batch_loss": 9}),
                          ("progress", {"step": 3, "epoch": 2, "batch_loss": 4}),
                          done("CANCELLED", steps=3)).finish()
        self.assertEqual(training.history, {"step": [1, 3], "epoch": [1, 2], "loss": [9, 4]})
        self.assertIsNone(training.loss)
        self.assertEqual(repr(training), "Training: cancelled after 3 steps, 0 s")

    def test_an_error_is_raised(self):
        log = events(done("ERROR", error=api.Status(code=3, message="Loss is NaN")))
        with self.assertRaisesRegex(fluxgate.InvalidArgument, "^Loss is NaN$"):
            log.finish()

    def test_a_bar_without_tqdm(self):
        with unittest.mock.patch.object(progress, "_tqdm", None), contextlib.redirect_stderr(
                io.StringIO()) as shown, progress.bar("m", 10, True) as show:
            show(5, "loss 2")
            show(10, "loss 1")
        self.assertEqual(shown.getvalue(), "\rm: 5/10 steps, loss 2\x1b[K"
                         "\rm: 10/10 steps, loss 1\x1b[K\n")


if __name__ == "__main__":
    harness.main()
