"""Tests of the Python client."""

load("//tests/system:system_test.bzl", "system_test")

def python_client_test(name, size = "medium", data = []):
    """A test of the Python client against the real server, or against one that misbehaves.

    Args:
      name: of the test and of its file.
      size: as of any test.
      data: further files that it reads.
    """
    system_test(
        name = name,
        size = size,
        data = data + [
            "client_test_case.py",
            "fake_server.py",
            "//client/python:fluxgate",
        ],
        main = name + ".py",
    )
