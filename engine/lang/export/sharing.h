#ifndef FLUXGATE_ENGINE_LANG_EXPORT_SHARING_H_
#define FLUXGATE_ENGINE_LANG_EXPORT_SHARING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// What a script nests deeper than this, Julia's own parser may not read.
inline constexpr int kMaxScriptDepth = 256;

// A value with parts, or with an identity, that the script has to make: not one of the library's.
bool IsMade(const Value& value);
// The parts of such a value: those of Functors, and the members of sets and the data of loaders. A
// step is "" where no expression leads to the part.
std::vector<Child> PartsOf(const Value& value);

// Which objects, and which memory of arrays, more than one way leads to.
class Sharing {
 public:
  // Looks through one more value. `pause` is asked now and then whether to go on.
  // FAILED_PRECONDITION for one that contains itself or nests too deep.
  absl::Status Add(const Value& value, absl::FunctionRef<absl::Status()> pause);

  bool IsShared(const Object* object) const { return shared_.contains(object); }
  bool IsSharedStorage(uint64_t id) const { return shared_storages_.contains(id); }

 private:
  absl::Status Walk(const Value& value, int depth, absl::FunctionRef<absl::Status()> pause);

  absl::flat_hash_set<const Object*> open_, met_, shared_;
  absl::flat_hash_set<uint64_t> storages_, shared_storages_;
  int64_t objects_ = 0;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EXPORT_SHARING_H_
