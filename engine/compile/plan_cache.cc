#include "engine/compile/plan_cache.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/hash/hash.h"
#include "engine/ir/hash.h"

namespace fluxgate::compile {
namespace {

uint64_t HashKey(const PlanKey& key) {
  return absl::HashOf(ir::Fingerprint(key.graph), key.device, key.options.num_checked,
                      key.options.donations.size(), key.options.flush_denormals);
}

bool EqualGraphs(const ir::Graph& a, const ir::Graph& b) {
  return a.inputs == b.inputs && a.outputs == b.outputs &&
         std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(), ir::SameNode);
}

bool EqualKeys(const PlanKey& a, const PlanKey& b) {
  return a.device == b.device && a.options == b.options && EqualGraphs(a.graph, b.graph);
}

}  // namespace

PlanCache::~PlanCache() {
  MutexLock lock(mutex_);
  while (!entries_.empty()) EvictLast();
}

PlanCache::Entries::iterator PlanCache::Lookup(uint64_t hash, const PlanKey& key) {
  auto bucket = by_hash_.find(hash);
  if (bucket == by_hash_.end()) return entries_.end();
  for (Entries::iterator entry : bucket->second) {
    if (EqualKeys(entry->key, key)) return entry;
  }
  return entries_.end();
}

std::shared_ptr<const CachedPlan> PlanCache::Find(const PlanKey& key) {
  const uint64_t hash = HashKey(key);
  MutexLock lock(mutex_);
  const Entries::iterator entry = Lookup(hash, key);
  if (entry == entries_.end()) {
    ++statistics_.misses;
    return nullptr;
  }
  ++statistics_.hits;
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->plan;
}

std::shared_ptr<const CachedPlan> PlanCache::Insert(PlanKey key,
                                                    std::shared_ptr<const CachedPlan> plan) {
  const uint64_t hash = HashKey(key);
  const int64_t bytes =
      plan->bytes() + static_cast<int64_t>(key.graph.nodes.size() * sizeof(ir::Node));
  MutexLock lock(mutex_);
  if (const Entries::iterator entry = Lookup(hash, key); entry != entries_.end()) {
    return entry->plan;
  }
  if (bytes > limit_bytes_) return plan;
  while (statistics_.bytes + bytes > limit_bytes_) EvictLast();
  if (budget_ != nullptr && !budget_->Charge(bytes).ok()) return plan;
  entries_.push_front({hash, std::move(key), plan, bytes});
  by_hash_[hash].push_back(entries_.begin());
  statistics_.bytes += bytes;
  ++statistics_.entries;
  return plan;
}

void PlanCache::EvictLast() {
  const Entries::iterator last = std::prev(entries_.end());
  auto bucket = by_hash_.find(last->hash);
  bucket->second.erase(std::find(bucket->second.begin(), bucket->second.end(), last));
  if (bucket->second.empty()) by_hash_.erase(bucket);
  statistics_.bytes -= last->bytes;
  --statistics_.entries;
  if (budget_ != nullptr) budget_->Release(last->bytes);
  entries_.erase(last);
}

PlanCache::Statistics PlanCache::statistics() const {
  MutexLock lock(mutex_);
  return statistics_;
}

}  // namespace fluxgate::compile
