"""Flux over gRPC: train models, ask for gradients, run Julia text, on a Fluxgate server.

    import fluxgate
    s = fluxgate.connect()
    s.eval("f(x) = 3x^2 + 2x + 1; f(2)")
    s.gradient("f", 2)
    model = s.model("Dense(1 => 1)", name="predict")
    training = model.train(x, y, epochs=200)

Data has examples first, as numpy users keep it: shape (N, features). Everything else (parameters,
values of names, arguments of functions) has Julia's dims. `fluxgate.aio` is the same for asyncio.
"""

from fluxgate import aio
from fluxgate.dataset import Dataset
from fluxgate.errors import (Aborted, AlreadyExists, Cancelled, DataLoss, DeadlineExceeded,
                             Diagnostic, Error, FailedPrecondition, Internal, InvalidArgument,
                             NotFound, OutOfRange, PermissionDenied, ResourceExhausted,
                             Unauthenticated, Unavailable, Unimplemented, Violation)
from fluxgate.job import Job
from fluxgate.model import Model, Parameters
from fluxgate.retry import RetryPolicy
from fluxgate.session import Session, connect
from fluxgate.training import Change, Epoch, Step, Training
from fluxgate.values import Object, Result

__all__ = [
    "Aborted", "AlreadyExists", "Cancelled", "Change", "DataLoss", "Dataset", "DeadlineExceeded",
    "Diagnostic", "Epoch", "Error", "FailedPrecondition", "Internal", "InvalidArgument", "Job",
    "Model", "NotFound", "Object", "OutOfRange", "Parameters", "PermissionDenied",
    "ResourceExhausted", "Result", "RetryPolicy", "Session", "Step", "Training", "Unauthenticated",
    "Unavailable", "Unimplemented", "Violation", "aio", "connect",
]
