"""The messages and methods of `fluxgate.v1`, from the descriptor set that the build puts here.

A descriptor set serves every version of protobuf, which generated modules do not, and a pool of its
own keeps it apart from other packages that bring `google.rpc`.
"""

from __future__ import annotations

import pathlib
import types
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

Message = Any  # a protobuf message: its class is made at run time


class Method(NamedTuple):
    """A method as gRPC calls it: the name on the wire, and the classes of its messages."""

    path: str
    request: Any
    response: Any


_pool = descriptor_pool.DescriptorPool()


def _message_class(descriptor: Any) -> Any:
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    factory: Any = message_factory.MessageFactory(_pool)  # protobuf before 4.22
    return factory.GetPrototype(descriptor)


def message(name: str) -> Any:
    """The class of a message by its full name, "google.rpc.Status"."""
    return _message_class(_pool.FindMessageTypeByName(name))


def _load() -> tuple[dict[str, Any], dict[str, Method]]:
    path = pathlib.Path(__file__).with_name("descriptors.pb")
    messages, methods = {}, {}
    files = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes()).file
    for file in files:
        _pool.AddSerializedFile(file.SerializeToString())
    for file in files:
        if file.package != "fluxgate.v1":
            continue
        for type_ in file.message_type:
            messages[type_.name] = message("fluxgate.v1." + type_.name)
        for service in file.service:
            for method in service.method:
                methods[f"{service.name}/{method.name}"] = Method(
                    f"/fluxgate.v1.{service.name}/{method.name}",
                    message(method.input_type.lstrip(".")),
                    message(method.output_type.lstrip(".")))
    return messages, methods


_messages, METHODS = _load()
v1: Any = types.SimpleNamespace(**_messages)
"""The messages of `fluxgate.v1`: `v1.TrainRequest`."""
Duration = message("google.protobuf.Duration")
Status = message("google.rpc.Status")
Value = message("google.protobuf.Value")


def duration(seconds: float | None) -> Message | None:
    """A Duration, or None for none."""
    if seconds is None:
        return None
    nanos = round(seconds * 1e9)
    return Duration(seconds=nanos // 10**9, nanos=nanos % 10**9)
