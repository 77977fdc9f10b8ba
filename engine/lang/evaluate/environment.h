#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_ENVIRONMENT_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_ENVIRONMENT_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// The global names. A name gets a cell when text first mentions it; cells keep their numbers, so
// that resolved code reaches them without hashing.
class Environment {
 public:
  struct Cell {
    std::string name;
    Value value;           // the user's
    bool defined = false;  // the user has given it a value
    Value builtin;         // what the name means otherwise
    bool has_builtin = false;
    uint64_t order = 0;   // of the first definition
    uint64_t latest = 0;  // of the last one
  };

  // Made when new, with what the language itself calls by that name.
  int32_t CellFor(const std::string& name);
  Cell& cell(int32_t index) { return cells_[index]; }
  const Cell& cell(int32_t index) const { return cells_[index]; }
  const Cell* Find(absl::string_view name) const;

  void Define(int32_t index, Value value);
  bool Erase(absl::string_view name);
  // Becomes what `other` is, with values as `copy` gives them. Cells keep their numbers, so that
  // code resolved against `other` means the same here. An error names the name.
  absl::Status CopyFrom(const Environment& other,
                        absl::FunctionRef<absl::StatusOr<Value>(const Value&)> copy);
  // The user's, in order of first definition.
  std::vector<std::string> Names() const;

 private:
  std::deque<Cell> cells_;
  absl::flat_hash_map<std::string, int32_t> index_;
  uint64_t next_order_ = 1;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_ENVIRONMENT_H_
