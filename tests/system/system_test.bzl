"""Tests in Python that start the real binaries."""

def system_test(name, main, size = "medium", data = [], tags = []):
    """A Python test of the server and the command `fluxgate` as users run them.

    Args:
      name: of the test.
      main: its file.
      size: as of any test.
      data: further files that it reads.
      tags: further tags.
    """
    native.sh_test(
        name = name,
        size = size,
        srcs = ["//tests/system:run_python.sh"],
        args = ["$(location %s)" % main],
        data = [
            main,
            "//client/cli:fluxgate",
            "//server:fluxgate-server",
            "//tests/system:harness",
        ] + data,
        # A gRPC server under TSan gives false reports.
        tags = ["no_tsan"] + tags,
    )
