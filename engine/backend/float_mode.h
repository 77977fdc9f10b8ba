#ifndef FLUXGATE_ENGINE_BACKEND_FLOAT_MODE_H_
#define FLUXGATE_ENGINE_BACKEND_FLOAT_MODE_H_

#include <xmmintrin.h>

namespace fluxgate {

// Whether this thread counts subnormal floats as zero (FTZ and DAZ) for the life of the object.
class ScopedFloatMode {
 public:
  explicit ScopedFloatMode(bool flush_denormals) : previous_(_mm_getcsr()) {
    constexpr unsigned kFlush = 0x8040;
    _mm_setcsr(flush_denormals ? previous_ | kFlush : previous_ & ~kFlush);
  }
  ~ScopedFloatMode() { _mm_setcsr(previous_); }
  ScopedFloatMode(const ScopedFloatMode&) = delete;
  ScopedFloatMode& operator=(const ScopedFloatMode&) = delete;

 private:
  const unsigned previous_;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BACKEND_FLOAT_MODE_H_
