#include "engine/lang/evaluate/environment.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/lang/evaluate/modules.h"

namespace fluxgate::lang {

int32_t Environment::CellFor(const std::string& name) {
  const auto [it, fresh] = index_.try_emplace(name, static_cast<int32_t>(cells_.size()));
  if (fresh) {
    Cell cell;
    cell.name = name;
    if (const Value* builtin = FindBuiltin(name)) {
      cell.builtin = *builtin;
      cell.has_builtin = true;
    }
    cells_.push_back(std::move(cell));
  }
  return it->second;
}

const Environment::Cell* Environment::Find(absl::string_view name) const {
  const auto it = index_.find(name);
  return it == index_.end() ? nullptr : &cells_[it->second];
}

void Environment::Define(int32_t index, Value value) {
  Cell& cell = cells_[index];
  cell.latest = next_order_++;
  if (!cell.defined) cell.order = cell.latest;
  cell.defined = true;
  cell.value = std::move(value);
}

bool Environment::Erase(absl::string_view name) {
  const auto it = index_.find(name);
  if (it == index_.end() || !cells_[it->second].defined) return false;
  cells_[it->second].defined = false;
  cells_[it->second].value = Value();
  return true;
}

absl::Status Environment::CopyFrom(const Environment& other,
                                   absl::FunctionRef<absl::StatusOr<Value>(const Value&)> copy) {
  cells_.clear();
  for (const Cell& cell : other.cells_) {
    cells_.push_back(cell);
    Cell& made = cells_.back();
    if (cell.defined) {
      absl::StatusOr<Value> value = copy(cell.value);
      if (!value.ok()) {
        return absl::Status(value.status().code(),
                            absl::StrCat("`", cell.name, "`: ", value.status().message()));
      }
      made.value = *std::move(value);
    }
    if (!cell.has_builtin) continue;
    // Of these only `ans` can be one that has no copy; it is not worth an error.
    absl::StatusOr<Value> builtin = copy(cell.builtin);
    made.has_builtin = builtin.ok();
    made.builtin = builtin.ok() ? *std::move(builtin) : Value();
  }
  index_ = other.index_;
  next_order_ = other.next_order_;
  return absl::OkStatus();
}

std::vector<std::string> Environment::Names() const {
  std::vector<const Cell*> defined;
  for (const Cell& cell : cells_) {
    if (cell.defined) defined.push_back(&cell);
  }
  std::sort(defined.begin(), defined.end(),
            [](const Cell* a, const Cell* b) { return a->order < b->order; });
  std::vector<std::string> names;
  for (const Cell* cell : defined) names.push_back(cell->name);
  return names;
}

}  // namespace fluxgate::lang
