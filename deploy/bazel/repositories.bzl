"""The external repositories, for this workspace and for others that use its targets."""

def fluxgate_repositories(root = "."):
    """Defines what the targets of @fluxgate stand on, each unless the workspace has it already.

    Nothing is downloaded. Every repository is a directory of this machine: Debian's packages for the
    libraries and for Bazel's own rule sets, and stubs of ours where Debian has none that fits. A
    repository that Bazel wants by default but that is missing here would be fetched from the network,
    so the four rule sets and the coverage tools are named although we never load them.

    Args:
      root: the path to this repository, from the workspace that calls.
    """
    stubs = root + "/deploy/bazel/third_party/"
    debian = {
        "grpc_proto": "/usr/share/grpc-proto",
        "system": "/usr",
    }
    local = {
        "googleapis": stubs + "googleapis",
        "platforms": "/usr/share/bazel/tools/platforms",
        "bazel_skylib": "/usr/share/bazel/tools/skylib",
        "remote_coverage_tools": stubs + "remote_coverage_tools",
        "rules_cc": stubs + "rules_cc",
        "rules_java": "/usr/share/bazel/rules/java",
        "rules_proto": "/usr/share/bazel/rules/proto",
    }
    for name, path in debian.items():
        if not native.existing_rule(name):
            native.new_local_repository(
                name = name,
                build_file = "@fluxgate//deploy/bazel/third_party:%s.BUILD" % name,
                path = path,
            )
    for name, path in local.items():
        if not native.existing_rule(name):
            native.local_repository(
                name = name,
                path = path,
            )
