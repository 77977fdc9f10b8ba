#include "engine/nn/byte_size.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate::nn {
namespace {

// Room that a value takes inside its parent.
struct Layout {
  int64_t size = 0;
  int64_t align = 1;
};

int64_t RoundUp(int64_t n, int64_t align) { return (n + align - 1) / align * align; }

class Measurer {
 public:
  // What the value holds outside its own layout is added to heap().
  Layout Measure(const Value& value) {
    switch (value.kind()) {
      case Kind::kNothing:
      case Kind::kMissing:
        return {};
      case Kind::kNumber: {
        const int64_t size = SizeOf(value.scalar().dtype());
        return {size, size};
      }
      case Kind::kChar:
        return {4, 4};
      case Kind::kSymbol:
        return {};
      case Kind::kArray:
        return MeasureArray(value);
      case Kind::kList: {
        if (!See(value)) return kPointer;
        const auto& list = *value.As<List>();
        heap_ += 32 + 8 * list.shape().rank();
        for (const Value& element : list.elements) heap_ += Box(element);
        return kPointer;
      }
      case Kind::kString:
        if (See(value)) heap_ += 8 + static_cast<int64_t>(value.text().size());
        return kPointer;
      case Kind::kStruct: {
        const auto& s = *value.As<Struct>();
        if (!s.type->is_mutable) return MeasureFields(s.fields, s.type->builtin);
        if (See(value)) {
          const Layout own = MeasureFields(s.fields, s.type->builtin);
          heap_ += own.size;
        }
        return kPointer;
      }
      default: {
        std::vector<Value> children;
        if (value.object() != nullptr) {
          for (const Child& child : value.object()->Children()) children.push_back(child.value);
        }
        return MeasureFields(children, true);
      }
    }
  }

  int64_t heap() const { return heap_; }

 private:
  static constexpr Layout kPointer = {8, 8};

  bool See(const Value& value) { return seen_.insert(value.object().get()).second; }

  Layout MeasureArray(const Value& value) {
    const auto& array = *value.As<Array>();
    if (seen_.insert(array.storage().get()).second) {
      heap_ += 32 + 8 * array.shape().rank() + array.shape().num_elements() * SizeOf(array.dtype());
    }
    return kPointer;
  }

  // A pointer, and what it points to.
  int64_t Box(const Value& value) {
    const Layout inside = Measure(value);
    const bool is_pointer = value.is(Kind::kArray) || value.is(Kind::kList);
    return 8 + (is_pointer ? 0 : inside.size);
  }

  // `typed`: the fields' types are parameters, so they lie inline; else each is a box.
  Layout MeasureFields(const std::vector<Value>& fields, bool typed) {
    Layout result;
    // A struct that contains itself, or is nested beyond reason, is cut off.
    if (++depth_ <= 1000) {
      for (const Value& field : fields) {
        const Layout part = typed ? Measure(field) : Layout{Box(field), 8};
        result.size = RoundUp(result.size, part.align) + part.size;
        result.align = std::max(result.align, part.align);
      }
    }
    --depth_;
    result.size = RoundUp(result.size, result.align);
    return result;
  }

  int64_t heap_ = 0;
  int depth_ = 0;
  absl::flat_hash_set<const void*> seen_;
};

}  // namespace

int64_t SummarySize(const Value& value) {
  Measurer measurer;
  const Layout own = measurer.Measure(value);
  const bool is_pointer = value.is(Kind::kArray) || value.is(Kind::kList) ||
                          (value.is(Kind::kStruct) && value.As<Struct>()->type->is_mutable);
  return measurer.heap() + (is_pointer ? 0 : own.size);
}

std::string FormatBytes(int64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, bytes == 1 ? " byte" : " bytes");
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  double amount = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (amount >= 1024 && unit + 1 < std::size(kUnits)) {
    amount /= 1024;
    ++unit;
  }
  return absl::StrFormat("%.3f %s", amount, kUnits[unit]);
}

std::string Underscorise(int64_t count) {
  std::string digits = absl::StrCat(count);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(at, "_");
  return digits;
}

}  // namespace fluxgate::nn
