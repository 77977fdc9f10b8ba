#include "engine/backend/host_buffer.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace fluxgate {
namespace {

constexpr std::align_val_t kAlignment{64};

absl::Status CheckSizes(size_t host, size_t device) {
  if (host == device) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("a copy of ", host, " bytes for a buffer of ", device));
}

}  // namespace

absl::StatusOr<std::unique_ptr<HostBuffer>> HostBuffer::Create(std::shared_ptr<MemoryBudget> budget,
                                                               size_t bytes) {
  if (budget != nullptr) FG_RETURN_IF_ERROR(budget->Charge(static_cast<int64_t>(bytes)));
  auto* data =
      static_cast<std::byte*>(::operator new(std::max<size_t>(bytes, 1), kAlignment, std::nothrow));
  if (data == nullptr) {
    if (budget != nullptr) budget->Release(static_cast<int64_t>(bytes));
    return absl::ResourceExhaustedError(absl::StrCat("no memory for ", bytes, " bytes"));
  }
  auto buffer = std::make_unique<HostBuffer>(data, bytes);
  buffer->owned_ = true;
  buffer->budget_ = std::move(budget);
  return buffer;
}

HostBuffer::~HostBuffer() {
  if (!owned_) return;
  ::operator delete(data_, kAlignment);
  if (budget_ != nullptr) budget_->Release(static_cast<int64_t>(bytes_));
}

absl::Status CopyIntoHostBuffer(absl::Span<const std::byte> host, Buffer& device) {
  FG_RETURN_IF_ERROR(CheckSizes(host.size(), device.bytes()));
  if (!host.empty()) std::memcpy(device.host(), host.data(), host.size());
  return absl::OkStatus();
}

absl::Status CopyOutOfHostBuffer(Buffer& device, absl::Span<std::byte> host) {
  FG_RETURN_IF_ERROR(CheckSizes(host.size(), device.bytes()));
  if (!host.empty()) std::memcpy(host.data(), device.host(), host.size());
  return absl::OkStatus();
}

}  // namespace fluxgate
