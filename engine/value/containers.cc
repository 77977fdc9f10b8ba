#include "engine/value/containers.h"

#include <cmath>
#include <iterator>
#include <numeric>
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

bool AsFraction(double x, DType dtype, double* numerator, double* denominator) {
  // The convergents of the continued fraction.
  constexpr double kLimit = 1 << 24;
  double n0 = 0, d0 = 1, n1 = 1, d1 = 0, rest = x;
  for (int i = 0; i < 32; ++i) {
    const double whole = std::floor(rest);
    const double n = whole * n1 + n0, d = whole * d1 + d0;
    if (!(std::abs(n) < kLimit && std::abs(d) < kLimit)) return false;
    const double q = n / d;
    if (dtype == DType::kFloat32 ? static_cast<float>(q) == static_cast<float>(x) : q == x) {
      *numerator = n;
      *denominator = d;
      return true;
    }
    n0 = n1, d0 = d1, n1 = n, d1 = d;
    rest = 1 / (rest - whole);
  }
  return false;
}

Range::Range(Scalar first, Scalar by, int64_t count, bool is_unit)
    : Object(kKind), start(first), step(by), length(count), unit(is_unit) {
  if (!start.is_float()) return;
  double n0, d0, n1, d1;
  if (!AsFraction(start.AsDouble(), start.dtype(), &n0, &d0) ||
      !AsFraction(step.AsDouble(), start.dtype(), &n1, &d1)) {
    return;
  }
  const double d =
      d0 / static_cast<double>(std::gcd(static_cast<int64_t>(d0), static_cast<int64_t>(d1))) * d1;
  if (d > 1e12) return;
  denominator_ = d;
  start_numerator_ = n0 * (d / d0);
  step_numerator_ = n1 * (d / d1);
}

Scalar Range::At(int64_t i) const {
  if (start.is_float()) {
    const auto k = static_cast<double>(i);
    const double v = denominator_ != 0 ? (start_numerator_ + k * step_numerator_) / denominator_
                                       : start.AsDouble() + k * step.AsDouble();
    return Scalar(v).ConvertTo(dtype());
  }
  const uint64_t v = static_cast<uint64_t>(start.AsInt64()) +
                     static_cast<uint64_t>(i) * static_cast<uint64_t>(step.AsInt64());
  return Scalar(static_cast<int64_t>(v)).ConvertTo(dtype());
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

void List::Surrender(std::vector<Value>& to) {
  std::move(elements.begin(), elements.end(), std::back_inserter(to));
  elements.clear();
}

void Dict::Surrender(std::vector<Value>& to) {
  for (Entry& entry : entries_) {
    if (!entry) continue;
    to.push_back(std::move(entry->first));
    to.push_back(std::move(entry->second));
  }
  index_.clear();
  entries_.clear();
}

const Value* Dict::Find(const Value& key) const {
  const auto it = index_.find(key);
  return it == index_.end() ? nullptr : &entries_[it->second]->second;
}

void Dict::Set(const Value& key, Value value) {
  const auto [it, inserted] = index_.emplace(key, entries_.size());
  if (inserted) {
    entries_.emplace_back(std::make_pair(key, std::move(value)));
    Recharge();
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
    std::vector<Entry> live;
    live.reserve(index_.size());
    for (auto& entry : entries_) {
      if (!entry) continue;
      index_[entry->first] = live.size();
      live.push_back(std::move(entry));
    }
    entries_ = std::move(live);
    Recharge();
  }
  return true;
}

void Dict::Recharge() {
  HoldBytes(entries_.capacity() * sizeof(Entry) +
            index_.capacity() * (sizeof(std::pair<Value, size_t>) + 1));
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
