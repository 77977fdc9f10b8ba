#ifndef FLUXGATE_ENGINE_BACKEND_HOST_BUFFER_H_
#define FLUXGATE_ENGINE_BACKEND_HOST_BUFFER_H_

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/backend/backend.h"
#include "engine/base/memory_budget.h"

namespace fluxgate {

// Memory of the host, for the backends that compute there: its own block, charged to a budget, or
// somebody else's.
class HostBuffer : public Buffer {
 public:
  // 64-byte aligned and uninitialised. `budget` may be null.
  static absl::StatusOr<std::unique_ptr<HostBuffer>> Create(std::shared_ptr<MemoryBudget> budget,
                                                            size_t bytes);
  // Borrowed: `data` must outlive it. A run writes only to results and donated arguments, so
  // arguments that are read may be const memory.
  HostBuffer(const std::byte* data, size_t bytes)
      : data_(const_cast<std::byte*>(data)), bytes_(bytes) {}
  ~HostBuffer() override;
  HostBuffer(const HostBuffer&) = delete;
  HostBuffer& operator=(const HostBuffer&) = delete;

  size_t bytes() const override { return bytes_; }
  std::byte* host() override { return data_; }
  std::byte* data() { return data_; }

 private:
  std::byte* data_;
  size_t bytes_;
  bool owned_ = false;
  std::shared_ptr<MemoryBudget> budget_;
};

absl::Status CopyIntoHostBuffer(absl::Span<const std::byte> host, Buffer& device);
absl::Status CopyOutOfHostBuffer(Buffer& device, absl::Span<std::byte> host);

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BACKEND_HOST_BUFFER_H_
