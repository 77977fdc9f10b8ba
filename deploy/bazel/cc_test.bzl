"""The tests' cc_test."""

# Tests are compiled often and run for milliseconds: what they call is compiled as ever.
TEST_COPTS = ["-O0", "-U_FORTIFY_SOURCE"]

def cc_test(name, copts = [], deps = [], **kwargs):
    """A cc_test that compiles quickly: not optimised, and with GoogleTest's headers parsed before.

    Args:
      name: the test.
      copts: further options.
      deps: what it calls; @system//:gtest_main among it.
      **kwargs: passed to cc_test.
    """
    native.cc_test(
        name = name,
        copts = TEST_COPTS + ["-include", "$(BINDIR)/tests/testing/precompiled.h"] + copts,
        deps = deps + ["//tests/testing:precompiled"],
        **kwargs
    )
