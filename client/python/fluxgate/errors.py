"""What can go wrong, one exception for each status code that the server answers with."""

from __future__ import annotations

import dataclasses
from typing import Any

import grpc

from fluxgate import api


@dataclasses.dataclass(frozen=True)
class Diagnostic:
    """Where and how Julia text failed."""

    kind: str
    """Julia's kind of error: "UndefVarError", "DimensionMismatch", "ParseError"."""
    message: str
    source: str
    """Which text: "REPL[1]"."""
    line: int
    """From 1; 0 when it is not known."""
    column: int
    """In characters, from 1; 0 when it is not known."""
    excerpt: tuple[str, ...]
    """The line of text, and below it a mark at the place."""
    suggestion: str
    """The existing name nearest to one that does not exist, or empty."""
    trace: tuple[str, ...]
    """The calls that led there, innermost first."""
    incomplete: bool
    """The text ends too early: an open bracket, a missing `end`."""

    def __str__(self) -> str:
        # As Julia: error("x") has no kind.
        lines = [self.message if self.kind == "ErrorException" else f"{self.kind}: {self.message}"]
        if self.suggestion:
            lines.append(f"Suggestion: did you mean `{self.suggestion}`?")
        if self.line:
            lines.append(f"@ {self.source}:{self.line}:{self.column}")
        return "\n".join([*lines, *self.excerpt, *("  in " + call for call in self.trace)])


@dataclasses.dataclass(frozen=True)
class Violation:
    """A field of a request that is wrong."""

    field: str
    """Its path: "x.dims[1]"."""
    description: str


class Error(Exception):
    """A call that failed. Its text is for people: the excerpt of the source or the wrong fields are
    in it, with what exists or was expected.
    """

    code = grpc.StatusCode.UNKNOWN

    def __init__(self, message: str, *, diagnostic: Diagnostic | None = None,
                 violations: tuple[Violation, ...] = (), retry_after: float | None = None,
                 request_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        """The server's message alone."""
        self.diagnostic = diagnostic
        """Where the text failed, when it was text."""
        self.violations = violations
        """The fields that are wrong."""
        self.retry_after = retry_after
        """After how many seconds the server asks to be called again."""
        self.request_id = request_id
        """By what the server's log knows the call."""

    def __str__(self) -> str:
        if self.diagnostic:
            return str(self.diagnostic)
        lines = [self.message]
        for violation in self.violations:
            line = f"{violation.field}: {violation.description}"
            if line not in self.message:
                lines.append("  " + line)
        return "\n".join(lines)


class Cancelled(Error):
    """The call was cancelled."""

    code = grpc.StatusCode.CANCELLED


class InvalidArgument(Error, ValueError):
    """Wrong text, a wrong shape, type or option; the session is as it was before."""

    code = grpc.StatusCode.INVALID_ARGUMENT


class DeadlineExceeded(Error, TimeoutError):
    """The time that the call or its request allowed is over."""

    code = grpc.StatusCode.DEADLINE_EXCEEDED


class NotFound(Error, KeyError):
    """No such name; the message lists what exists."""

    code = grpc.StatusCode.NOT_FOUND
    __str__ = Error.__str__  # KeyError's would be quoted


class AlreadyExists(Error):
    """The name, or another request with the same request id, exists."""

    code = grpc.StatusCode.ALREADY_EXISTS


class PermissionDenied(Error, PermissionError):
    """The caller may not do that."""

    code = grpc.StatusCode.PERMISSION_DENIED


class ResourceExhausted(Error):
    """A limit: memory, size, steps, or a full queue (then with `retry_after`)."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED


class FailedPrecondition(Error):
    """Not in this state, as writing what a job trains; the message names the job."""

    code = grpc.StatusCode.FAILED_PRECONDITION


class Aborted(Error):
    """Another call came first."""

    code = grpc.StatusCode.ABORTED


class OutOfRange(Error):
    """Outside of what exists."""

    code = grpc.StatusCode.OUT_OF_RANGE


class Unimplemented(Error, NotImplementedError):
    """The server does not have this."""

    code = grpc.StatusCode.UNIMPLEMENTED


class Internal(Error):
    """The server's own mistake."""

    code = grpc.StatusCode.INTERNAL


class Unavailable(Error, ConnectionError):
    """No server answers, or it is shutting down; repeats did not help."""

    code = grpc.StatusCode.UNAVAILABLE


class DataLoss(Error):
    """Bytes came damaged, or not all of them came."""

    code = grpc.StatusCode.DATA_LOSS


class Unauthenticated(Error, PermissionError):
    """The server wants a token, or another one."""

    code = grpc.StatusCode.UNAUTHENTICATED


_BY_CODE = {kind.code.value[0]: kind for kind in Error.__subclasses__()}


def from_status(status: api.Message) -> Error:
    """The exception of a `google.rpc.Status`, with its details."""
    details: dict[str, Any] = {}
    for detail in status.details:
        name = detail.type_url.rsplit("/", 1)[-1]
        if name == "fluxgate.v1.SourceDiagnostic":
            found = api.v1.SourceDiagnostic.FromString(detail.value)
            details["diagnostic"] = Diagnostic(
                found.kind, found.message, found.source, found.line, found.column,
                tuple(found.excerpt), found.suggestion, tuple(found.trace), found.incomplete)
        elif name == "google.rpc.BadRequest":
            bad = api.message(name).FromString(detail.value)
            details["violations"] = tuple(
                Violation(v.field, v.description) for v in bad.field_violations)
        elif name == "google.rpc.RetryInfo":
            delay = api.message(name).FromString(detail.value).retry_delay
            details["retry_after"] = delay.seconds + delay.nanos / 1e9
        elif name == "google.rpc.RequestInfo":
            details["request_id"] = api.message(name).FromString(detail.value).request_id
    return _BY_CODE.get(status.code, Error)(status.message, **details)


def from_rpc(error: Any) -> Error:
    """The exception of a call that gRPC reports as failed."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            return from_status(api.Status.FromString(value))
    return from_status(api.Status(code=error.code().value[0], message=error.details() or ""))
