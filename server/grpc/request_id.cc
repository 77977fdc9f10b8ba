#include "server/grpc/request_id.h"

#include <grpcpp/server_context.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace fluxgate::rpc {
namespace {

constexpr size_t kMaxBytes = 128;

std::string NewRequestId() {
  static const uint32_t process = std::random_device()();
  static std::atomic<uint64_t> calls{0};
  return absl::StrCat(absl::Hex(process, absl::kZeroPad8), "-",
                      calls.fetch_add(1, std::memory_order_relaxed) + 1);
}

}  // namespace

std::string MakeRequestId(const grpc::CallbackServerContext& context) {
  const auto header = context.client_metadata().find(kRequestIdHeader);
  if (header == context.client_metadata().end() || header->second.empty()) return NewRequestId();
  return std::string(header->second.data(), std::min(header->second.size(), kMaxBytes));
}

void SendRequestId(const std::string& request_id, grpc::CallbackServerContext& context) {
  const std::string some = request_id.substr(0, kMaxBytes);
  const bool is_plain = std::all_of(some.begin(), some.end(), absl::ascii_isgraph);
  context.AddTrailingMetadata(kRequestIdHeader, is_plain ? some : absl::CHexEscape(some));
}

std::string PeerKind(const grpc::CallbackServerContext& context) {
  const std::string peer = context.peer();
  return peer.substr(0, peer.find(':'));
}

}  // namespace fluxgate::rpc
