#include "engine/value/containers.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace fluxgate {
namespace {

std::vector<Child> Numbered(const std::vector<Value>& elements) {
  std::vector<Child> children;
  children.reserve(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    children.push_back({absl::StrCat("[", i + 1, "]"), elements[i]});
  }
  return children;
}

std::string KeyStep(const Value& key, size_t position) {
  if (key.is(Kind::kString)) return absl::StrCat("[\"", key.text(), "\"]");
  if (key.is(Kind::kSymbol)) return absl::StrCat("[:", key.text(), "]");
  if (key.is_int()) return absl::StrCat("[", key.scalar().AsInt64(), "]");
  return absl::StrCat("[#", position + 1, "]");
}

}  // namespace

Scalar Range::At(int64_t i) const {
  switch (start.dtype()) {
    case DType::kFloat64:
      return Scalar(start.AsDouble() + static_cast<double>(i) * step.AsDouble());
    case DType::kFloat32:
      // In double, so that 0.1f0:0.1f0:1 gives the floats nearest to the decimals.
      return Scalar(
          static_cast<float>(start.AsDouble() + static_cast<double>(i) * step.AsDouble()));
    default:
      return Scalar(static_cast<int64_t>(static_cast<uint64_t>(start.AsInt64()) +
                                         static_cast<uint64_t>(i) *
                                             static_cast<uint64_t>(step.AsInt64())))
          .ConvertTo(start.dtype());
  }
}

std::vector<Child> Tuple::Children() const { return Numbered(elements); }

Value Tuple::WithChildren(std::vector<Value> children) const { return Of(std::move(children)); }

const Value* NamedTuple::Find(absl::string_view name) const {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return &values[i];
  }
  return nullptr;
}

std::vector<Child> NamedTuple::Children() const {
  std::vector<Child> children;
  children.reserve(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    children.push_back({absl::StrCat(".", names[i]), values[i]});
  }
  return children;
}

Value NamedTuple::WithChildren(std::vector<Value> children) const {
  return Of(names, std::move(children));
}

std::vector<Child> Pair::Children() const { return {{".first", first}, {".second", second}}; }

Value Pair::WithChildren(std::vector<Value> children) const {
  return Of(std::move(children[0]), std::move(children[1]));
}

std::vector<Child> List::Children() const { return Numbered(elements); }

Value List::WithChildren(std::vector<Value> children) const {
  auto list = std::make_shared<List>(std::move(children));
  list->dims = dims;
  return Value(std::move(list));
}

const Value* Dict::Find(const Value& key) const {
  const auto it = index_.find(key);
  return it == index_.end() ? nullptr : &entries_[it->second]->second;
}

void Dict::Set(const Value& key, Value value) {
  const auto [it, inserted] = index_.emplace(key, entries_.size());
  if (inserted) {
    entries_.emplace_back(std::make_pair(key, std::move(value)));
  } else {
    entries_[it->second]->second = std::move(value);
  }
}

bool Dict::Erase(const Value& key) {
  const auto it = index_.find(key);
  if (it == index_.end()) return false;
  entries_[it->second].reset();
  index_.erase(it);
  if (entries_.size() > 16 && entries_.size() > 2 * index_.size()) {
    std::vector<absl::optional<std::pair<Value, Value>>> live;
    live.reserve(index_.size());
    for (auto& entry : entries_) {
      if (!entry) continue;
      index_[entry->first] = live.size();
      live.push_back(std::move(entry));
    }
    entries_ = std::move(live);
  }
  return true;
}

std::vector<std::pair<Value, Value>> Dict::Entries() const {
  std::vector<std::pair<Value, Value>> live;
  live.reserve(index_.size());
  for (const auto& entry : entries_) {
    if (entry) live.push_back(*entry);
  }
  return live;
}

std::vector<Child> Dict::Children() const {
  std::vector<Child> children;
  children.reserve(index_.size());
  for (const auto& entry : entries_) {
    if (entry) children.push_back({KeyStep(entry->first, children.size()), entry->second});
  }
  return children;
}

Value Dict::WithChildren(std::vector<Value> children) const {
  auto dict = std::make_shared<Dict>();
  dict->key_type = key_type;
  dict->value_type = value_type;
  size_t i = 0;
  for (const auto& entry : entries_) {
    if (entry) dict->Set(entry->first, std::move(children[i++]));
  }
  return Value(std::move(dict));
}

}  // namespace fluxgate
