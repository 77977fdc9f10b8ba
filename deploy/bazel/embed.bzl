"""A file's bytes as a C++ library."""

def cc_embed(name, src, function, namespace, **kwargs):
    """Defines `<namespace>::<function>()`, which returns the bytes of `src`, declared in <name>.h.

    Args:
      name: the cc_library to define.
      src: the file.
      function: name of the function; it returns an absl::string_view that lives forever.
      namespace: where the function lives.
      **kwargs: passed to cc_library, such as visibility.
    """
    native.genrule(
        name = name + "_source",
        srcs = [src],
        outs = [name + ".h", name + ".cc"],
        cmd = """
{{ echo '#pragma once'
   echo '#include "absl/strings/string_view.h"'
   echo 'namespace {namespace} {{'
   echo 'absl::string_view {function}();'
   echo '}}'; }} > $(location {name}.h)
{{ echo '#include "absl/strings/string_view.h"'
   echo 'namespace {namespace} {{'
   echo 'absl::string_view {function}() {{'
   echo '  static const unsigned char kBytes[] = {{'
   od -An -v -tu1 $< | tr -s ' ' ',' | sed 's/^,//; s/$$/,/'
   echo '  }};'
   echo '  return {{reinterpret_cast<const char*>(kBytes), sizeof(kBytes)}};'
   echo '}}'
   echo '}}'; }} > $(location {name}.cc)
""".format(name = name, function = function, namespace = namespace),
    )
    native.cc_library(
        name = name,
        srcs = [name + ".cc"],
        hdrs = [name + ".h"],
        deps = ["@system//:absl_strings"],
        **kwargs
    )
