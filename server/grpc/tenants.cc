#include "server/grpc/tenants.h"

#include <grpcpp/server_context.h>

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fluxgate::rpc {
namespace {

constexpr absl::string_view kBearer = "Bearer ";

std::string RandomKey() {
  std::random_device random;
  std::string key;
  for (int i = 0; i < 8; ++i) absl::StrAppend(&key, absl::Hex(random(), absl::kZeroPad8));
  return key;
}

TenantOptions ShareOf(TenantOptions options, const absl::optional<TokenTable>& tokens) {
  constexpr size_t kLeast = size_t{1} << 20;
  if (tokens.has_value()) {
    options.request_cache_bytes =
        std::max(kLeast, options.request_cache_bytes / tokens->Tenants().size());
  }
  return options;
}

}  // namespace

Tenant::Tenant(std::string name, const TenantOptions& options, const SharedRooms& shared,
               std::shared_ptr<MemoryBudget> memory)
    : requests_(options.request_cache_bytes),
      jobs_(options.jobs),
      sessions_(options.sessions, shared.hosts, shared.clock, jobs_, requests_, std::move(memory)),
      environment_{std::move(name),           shared.pool,         requests_, statistics_,
                   options.max_request_bytes, *sessions_.budget(), shared.log},
      uploads_(options.uploads, shared.clock),
      state_{environment_,   sessions_,           jobs_, uploads_, shared.clock,
             shared.started, shared.shutting_down} {}

Tenants::Tenants(TenantOptions options, SharedRooms shared, absl::optional<TokenTable> tokens)
    : options_(ShareOf(std::move(options), tokens)),
      shared_(std::move(shared)),
      wants_tokens_(tokens.has_value()),
      key_(RandomKey()),
      everybody_("", options_, shared_, shared_.memory) {
  if (wants_tokens_) SetTokens(*std::move(tokens));
}

Tenants::Admission Tenants::Admit(const grpc::CallbackServerContext& context) {
  if (!wants_tokens_) return {&everybody_.state(), absl::OkStatus()};
  const auto header = context.client_metadata().find("authorization");
  if (header != context.client_metadata().end()) {
    const absl::string_view value(header->second.data(), header->second.size());
    if (absl::StartsWithIgnoreCase(value, kBearer)) {
      return AdmitBearer(value.substr(kBearer.size()));
    }
  }
  return {&everybody_.state(),
          absl::UnauthenticatedError(
              "this server wants a token, in the metadata \"authorization: Bearer TOKEN\"; "
              "`fluxgate` takes it from --token_file or FLUXGATE_TOKEN")};
}

Tenants::Admission Tenants::AdmitBearer(absl::string_view token) {
  const std::string digest = Sha256(key_, token);
  std::shared_ptr<const TokenTable> tokens;
  {
    MutexLock lock(mutex_);
    auto known = known_.find(digest);
    if (known != known_.end()) return {&known->second->state(), absl::OkStatus()};
    tokens = tokens_;
  }
  const std::string name = tokens->FindTenant(token);
  if (name.empty()) {
    return {&everybody_.state(),
            absl::UnauthenticatedError("this server does not know the token of the call")};
  }
  MutexLock lock(mutex_);
  Tenant* tenant = tenants_.at(name).get();
  if (tokens == tokens_) known_.emplace(digest, tenant);
  return {&tenant->state(), absl::OkStatus()};
}

void Tenants::SetTokens(TokenTable tokens) {
  const std::vector<std::string> names = tokens.Tenants();
  std::vector<std::string> fresh;
  std::vector<ServerState*> leaving;
  {
    MutexLock lock(mutex_);
    for (const std::string& name : names) {
      if (!tenants_.contains(name)) fresh.push_back(name);
    }
    for (const auto& [name, tenant] : tenants_) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        leaving.push_back(&tenant->state());
      }
    }
  }
  // Calls come in meanwhile, so this is done outside the lock.
  std::vector<std::unique_ptr<Tenant>> made;
  for (const std::string& name : fresh) {
    made.push_back(std::make_unique<Tenant>(
        name, options_, shared_,
        std::make_shared<MemoryBudget>(options_.sessions.server_memory_bytes, shared_.memory)));
    // "default" always exists. What the engine lacks for it shows in the first call.
    made.back()->state().sessions.Find("").status().IgnoreError();
  }
  {
    MutexLock lock(mutex_);
    tokens_ = std::make_shared<const TokenTable>(std::move(tokens));
    known_.clear();
    for (size_t i = 0; i < fresh.size(); ++i) tenants_[fresh[i]] = std::move(made[i]);
  }
  for (ServerState* state : leaving) {
    for (const auto& session : state->sessions.List()) {
      // One that its owner deletes at the same moment is gone as well.
      state->sessions.Delete(session->name()).status().IgnoreError();
    }
  }
}

std::vector<ServerState*> Tenants::All() {
  std::vector<ServerState*> all = {&everybody_.state()};
  MutexLock lock(mutex_);
  for (const auto& [name, tenant] : tenants_) all.push_back(&tenant->state());
  return all;
}

}  // namespace fluxgate::rpc
