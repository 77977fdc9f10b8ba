"""A server in Python that answers, refuses or breaks as a test says."""

import concurrent.futures

import grpc

from fluxgate import api
from fluxgate.api import METHODS, v1


def refusal(code, message, retry_after=None):
    """A status as the server sends it."""
    status = api.Status(code=code.value[0], message=message)
    if retry_after is not None:
        info = api.message("google.rpc.RetryInfo")(retry_delay=api.duration(retry_after))
        detail = status.details.add()
        detail.type_url = "type.googleapis.com/google.rpc.RetryInfo"
        detail.value = info.SerializeToString()
    return status


class FakeServer(grpc.GenericRpcHandler):
    """Answers each method with what a test says, and remembers the requests
    that are no streams."""

    def __init__(self, test, **handlers):
        self._handlers = {"CreateSession": self._create_session, **handlers}
        self.requests = []
        server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
        server.add_generic_rpc_handlers((self,))
        self.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        test.addCleanup(lambda: server.stop(None).wait())

    def _create_session(self, request, _):
        self.requests.remove(request)  # every connection begins so
        return v1.CreateSessionResponse()

    def service(self, details):
        name = details.method.rsplit("/", 1)[-1]
        method = next(m for m in METHODS.values() if m.path == details.method)

        def answer(request, context):
            if kind is grpc.unary_unary_rpc_method_handler:
                self.requests.append(request)
            return self._handlers[name](request, context)
        kind = (grpc.stream_unary_rpc_method_handler if name == "PushDataset" else
                grpc.unary_unary_rpc_method_handler)
        return kind(answer, method.request.FromString, method.response.SerializeToString)


def fail(context, status):
    """Ends a call with a status."""
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    context.abort(code, status.message)


def number_answer(number):
    """Evaluate's answer of a whole number."""
    answer = v1.EvaluateResponse(show=[str(number)])
    answer.value.kind = v1.Value.NUMBER
    answer.value.tensor.rows.number_value = number
    answer.value.tensor.dtype = v1.Tensor.INT64
    return answer
