#include "server/jobs/stack.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/stack.h"

namespace fluxgate::jobs {

void ReleaseUnusedStack() {
  constexpr uintptr_t kReserve = 1 << 20;
  // A stack is used from above, so these pages tell of all below; no frame skips so many.
  constexpr uintptr_t kProbedPages = 32;
  static thread_local const uintptr_t lowest = ThisThreadsStack().lowest;
  static const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const char here = 0;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(&here) - kReserve) / page * page;
  if (lowest == 0 || end < lowest + kProbedPages * page) return;
  std::array<unsigned char, kProbedPages> resident{};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the system's calls take pointers.
  void* const probed = reinterpret_cast<void*>(end - kProbedPages * page);
  if (mincore(probed, kProbedPages * page, resident.data()) != 0) return;
  if (std::none_of(resident.begin(), resident.end(), [](unsigned char in) { return in & 1; })) {
    return;
  }
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  madvise(reinterpret_cast<void*>(lowest), end - lowest, MADV_DONTNEED);
}

}  // namespace fluxgate::jobs
