#ifndef FLUXGATE_ENGINE_COMPILE_PLAN_CACHE_H_
#define FLUXGATE_ENGINE_COMPILE_PLAN_CACHE_H_

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "engine/base/memory_budget.h"
#include "engine/base/mutex.h"
#include "engine/compile/plan.h"

namespace fluxgate::compile {

// What decides a plan.
struct PlanKey {
  ir::Graph graph;
  CompileOptions options;
  std::string device;
};

// What a cache keeps: a loaded plan, of whatever the backend makes of it.
class CachedPlan {
 public:
  virtual ~CachedPlan() = default;
  virtual int64_t bytes() const = 0;
};

// Least recently used plans go first when their bytes pass the limit. Keys are compared as a whole,
// so graphs whose fingerprints collide do not meet. Only complete entries are visible. Thread-safe.
class PlanCache {
 public:
  // `budget`, when given, is charged for the entries; a plan that does not fit is not kept.
  explicit PlanCache(int64_t limit_bytes, std::shared_ptr<MemoryBudget> budget = nullptr)
      : limit_bytes_(limit_bytes), budget_(std::move(budget)) {}
  ~PlanCache();

  // Null when it is not there.
  std::shared_ptr<const CachedPlan> Find(const PlanKey& key);
  // Keeps `plan`, unless an equal key came first: returns the one to use.
  std::shared_ptr<const CachedPlan> Insert(PlanKey key, std::shared_ptr<const CachedPlan> plan);

  struct Statistics {
    int64_t hits = 0, misses = 0, entries = 0, bytes = 0;
  };
  Statistics statistics() const;

 private:
  struct Entry {
    uint64_t hash = 0;
    PlanKey key;
    std::shared_ptr<const CachedPlan> plan;
    int64_t bytes = 0;
  };
  using Entries = std::list<Entry>;

  Entries::iterator Lookup(uint64_t hash, const PlanKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EvictLast() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int64_t limit_bytes_;
  const std::shared_ptr<MemoryBudget> budget_;
  mutable Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);  // The last used one first.
  absl::flat_hash_map<uint64_t, absl::InlinedVector<Entries::iterator, 1>> by_hash_
      ABSL_GUARDED_BY(mutex_);
  Statistics statistics_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fluxgate::compile

#endif  // FLUXGATE_ENGINE_COMPILE_PLAN_CACHE_H_
