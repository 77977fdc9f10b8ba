#ifndef FLUXGATE_TESTS_TESTING_LEAKS_H_
#define FLUXGATE_TESTS_TESTING_LEAKS_H_

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define FLUXGATE_HAS_LSAN
#endif
#endif

namespace fluxgate::testing {

// While it lives, what is allocated may leak: values are counted references, so those that refer to
// themselves are never freed.
class ScopedLeaksAllowed {
 public:
#ifdef FLUXGATE_HAS_LSAN
  ScopedLeaksAllowed() { __lsan_disable(); }
  ~ScopedLeaksAllowed() { __lsan_enable(); }
#else
  ScopedLeaksAllowed() {}
#endif
  ScopedLeaksAllowed(const ScopedLeaksAllowed&) = delete;
  ScopedLeaksAllowed& operator=(const ScopedLeaksAllowed&) = delete;
};

}  // namespace fluxgate::testing

#endif  // FLUXGATE_TESTS_TESTING_LEAKS_H_
