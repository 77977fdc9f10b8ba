#include "engine/base/stack.h"

#include <pthread.h>

namespace fluxgate {

StackExtent ThisThreadsStack() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
  void* lowest = nullptr;
  size_t bytes = 0;
  const bool known = pthread_attr_getstack(&attributes, &lowest, &bytes) == 0;
  pthread_attr_destroy(&attributes);
  if (!known) return {};
  return {reinterpret_cast<uintptr_t>(lowest), bytes};
}

}  // namespace fluxgate
