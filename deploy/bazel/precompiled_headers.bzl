"""System headers parsed once for many sources."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

# clang keeps the absolute path of the main file, and each sandbox would have another. This one comes
# with the C library and says next to nothing.
_MAIN_FILE = "/usr/include/stdc-predef.h"

def _impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    clang = "clang" in toolchain.compiler

    # What is read where the compiler finds that the flags of the two differ: a race detector's, say.
    text = ctx.actions.declare_file(ctx.label.name + ".h")
    ctx.actions.write(text, "".join(["#include <%s>\n" % header for header in ctx.attr.headers]))
    parsed = ctx.actions.declare_file(text.basename + (".pch" if clang else ".gch"))

    variables = cc_common.create_compile_variables(
        feature_configuration = features,
        cc_toolchain = toolchain,
        source_file = _MAIN_FILE,
        output_file = parsed.path,
        use_pic = True,
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + ctx.attr.copts,
    )
    ctx.actions.run(
        executable = cc_common.get_tool_for_action(
            feature_configuration = features,
            action_name = ACTION_NAMES.cpp_compile,
        ),
        arguments = ["-x", "c++-header"] + [
            argument
            for header in ctx.attr.headers
            for argument in ("-include", header)
        ] + (["-Xclang", "-fno-pch-timestamp"] if clang else []) +
        cc_common.get_memory_inefficient_command_line(
            feature_configuration = features,
            action_name = ACTION_NAMES.cpp_compile,
            variables = variables,
        ),
        env = cc_common.get_environment_variables(
            feature_configuration = features,
            action_name = ACTION_NAMES.cpp_compile,
            variables = variables,
        ),
        inputs = toolchain.all_files,
        outputs = [parsed],
        mnemonic = "CppPrecompile",
        progress_message = "Precompiling the headers of %s" % ctx.label,
    )
    files = depset([text, parsed])
    return [
        DefaultInfo(files = files),
        CcInfo(compilation_context = cc_common.create_compilation_context(headers = files)),
    ]

precompiled_headers = rule(
    doc = """Headers that a source takes in with -include $(BINDIR)/PACKAGE/NAME.h.

The source must be compiled with the same flags: gcc reads the text otherwise, clang ends with an error.""",
    implementation = _impl,
    attrs = {
        "headers": attr.string_list(doc = "Headers of the system, as one includes them."),
        "copts": attr.string_list(doc = "What the sources' copts say."),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
