#include "engine/nn/show.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/nn/arguments.h"
#include "engine/nn/byte_size.h"
#include "engine/nn/layer.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"

// Flux's src/layers/show.jl.

namespace fluxgate::nn {
namespace {

using Repr = absl::FunctionRef<std::string(const Value&)>;

// Arrays and parameters under a value.
struct Count {
  int64_t trainable_arrays = 0, parameters = 0;
  int64_t other_arrays = 0, other_elements = 0;
  std::vector<Value> trainable;
};

Count CountArrays(const Value& value) {
  Count count;
  if (absl::StatusOr<std::vector<Leaf>> leaves = Trainables(value); leaves.ok()) {
    for (Leaf& leaf : *leaves) {
      count.parameters += leaf.value.As<Array>()->shape().num_elements();
      count.trainable.push_back(std::move(leaf.value));
    }
  }
  count.trainable_arrays = static_cast<int64_t>(count.trainable.size());
  if (absl::StatusOr<std::vector<Leaf>> leaves = Flatten(value); leaves.ok()) {
    for (const Leaf& leaf : *leaves) {
      const auto* array = leaf.value.As<Array>();
      if (array == nullptr) continue;
      ++count.other_arrays;
      count.other_elements += array->shape().num_elements();
    }
  }
  count.other_arrays -= count.trainable_arrays;
  count.other_elements -= count.parameters;
  return count;
}

// "  (all zero)", "  (some NaN)", "  (some Inf)" or nothing.
std::string Health(const std::vector<Value>& arrays) {
  bool all_zero = !arrays.empty(), some_nan = false, some_inf = false;
  for (const Value& value : arrays) {
    const absl::StatusOr<Tensor> tensor = value.As<Array>()->Read();
    if (!tensor.ok()) return "";
    for (int64_t i = 0; i < tensor->num_elements(); ++i) {
      const double x = tensor->ElementAsDouble(i);
      all_zero = all_zero && x == 0;
      some_nan = some_nan || std::isnan(x);
      some_inf = some_inf || std::isinf(x);
    }
  }
  return all_zero ? "  (all zero)" : some_nan ? "  (some NaN)" : some_inf ? "  (some Inf)" : "";
}

int Width(absl::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

const Layer* LayerOf(const Value& value) {
  const auto* s = value.As<Struct>();
  return s == nullptr ? nullptr : FindLayer(*s->type);
}

std::string ReprValue(const Value& value, Repr repr) {
  if (LayerOf(value) != nullptr) return ReprLayer(*value.As<Struct>(), repr);
  return repr(value);
}

// The text of `layers`: "a, b" or "x = a, y = b".
std::string ReprLayers(const Value& layers, Repr repr) {
  std::vector<std::string> parts;
  if (const auto* named = layers.As<NamedTuple>()) {
    for (size_t i = 0; i < named->names.size(); ++i) {
      parts.push_back(absl::StrCat(named->names[i], " = ", ReprValue(named->values[i], repr)));
    }
  } else if (const auto* tuple = layers.As<Tuple>()) {
    for (const Value& layer : tuple->elements) parts.push_back(ReprValue(layer, repr));
  } else if (const auto* list = layers.As<List>()) {
    for (const Value& layer : list->elements) parts.push_back(ReprValue(layer, repr));
    return absl::StrCat("[", absl::StrJoin(parts, ", "), "]");
  } else {
    return ReprValue(layers, repr);
  }
  return absl::StrJoin(parts, ", ");
}

struct NamedChild {
  std::string name;  // "" when it is shown without one
  Value value;
};

// What an expanded value shows, one line or block each. A container's layers stand beside its other
// fields, with their names if they have any.
std::vector<NamedChild> ShownChildren(const Value& value) {
  std::vector<NamedChild> children;
  if (LayerOf(value) != nullptr) {
    for (const Value& field : value.As<Struct>()->fields) {
      if (const auto* named = field.As<NamedTuple>()) {
        for (size_t i = 0; i < named->names.size(); ++i) {
          children.push_back({named->names[i], named->values[i]});
        }
      } else if (const auto* tuple = field.As<Tuple>()) {
        for (const Value& element : tuple->elements) children.push_back({"", element});
      } else {
        children.push_back({"", field});
      }
    }
    return children;
  }
  if (value.object() == nullptr) return children;
  const bool with_names = value.is(Kind::kNamedTuple) || value.is(Kind::kStruct);
  for (const Child& child : value.object()->Children()) {
    const bool named = with_names && !child.step.empty() && child.step[0] == '.';
    children.push_back({named ? child.step.substr(1) : "", child.value});
  }
  return children;
}

bool AllElements(const Value& value, bool (*test)(const Value&)) {
  const auto* tuple = value.As<Tuple>();
  return tuple != nullptr && std::all_of(tuple->elements.begin(), tuple->elements.end(), test);
}

bool IsLeaflike(const Value& value) {
  if (value.object() == nullptr || value.is(Kind::kArray)) return true;
  if (AllElements(value, [](const Value& v) { return v.is_number(); })) return true;
  if (AllElements(value, [](const Value& v) { return v.is(Kind::kArray); })) return true;
  return value.object()->Children().empty();
}

class BigShow {
 public:
  explicit BigShow(Repr repr) : repr_(repr) {}

  void Show(const Value& value, int indent, const std::string& name) {
    const Layer* layer = LayerOf(value);
    const std::vector<NamedChild> children = ShownChildren(value);
    const bool expands = (layer == nullptr || layer->show == nullptr) && indent < kMaxIndent &&
                         !std::all_of(children.begin(), children.end(),
                                      [](const NamedChild& c) { return IsLeaflike(c.value); });
    if (!expands) return ShowLine(value, indent, name);
    const auto [opening, closing] = Brackets(value);
    absl::StrAppend(&out_, std::string(indent, ' '), name.empty() ? "" : name + " = ", opening,
                    "\n");
    for (const NamedChild& child : children) Show(child.value, indent + 2, child.name);
    if (indent > 0) {
      absl::StrAppend(&out_, std::string(indent, ' '), closing, ",\n");
    } else {
      absl::StrAppend(&out_, closing, " ");
      ShowTotal(value);
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  static constexpr int kMaxIndent = 200;

  static std::pair<std::string, std::string> Brackets(const Value& value) {
    if (const auto* s = value.As<Struct>()) return {s->type->name + "(", ")"};
    if (value.is(Kind::kList)) return {"[", "]"};
    if (value.is(Kind::kNamedTuple)) return {"(;", ")"};
    if (value.is(Kind::kTuple)) return {"(", ")"};
    return {"var\"#closure\"(", ")"};
  }

  void ShowLine(const Value& value, int indent, const std::string& name) {
    const std::string text =
        absl::StrCat(name.empty() ? "" : name + " = ",
                     value.is(Kind::kArray) ? Summary(value) : ReprValue(value, repr_));
    absl::StrAppend(&out_, std::string(indent, ' '), text, indent == 0 ? "" : ",");
    const Count count = CountArrays(value);
    if (count.trainable_arrays > 0) {
      const int blanks = std::max(2, (indent == 0 ? 20 : 39) - indent - Width(text));
      absl::StrAppend(&out_, std::string(blanks, ' '), "# ", Underscorise(count.parameters),
                      " parameters");
      if (count.other_elements > 0) {
        absl::StrAppend(&out_, ", plus ", Underscorise(count.other_elements),
                        indent == 0 ? " non-trainable" : "");
      }
      absl::StrAppend(&out_, Health(count.trainable));
    }
    if (indent > 0) out_ += "\n";
  }

  void ShowTotal(const Value& value) {
    const Count count = CountArrays(value);
    if (count.trainable_arrays <= 2) return;
    const std::string bytes = FormatBytes(SummarySize(value));
    if (count.other_arrays > 0) {
      absl::StrAppend(&out_, std::string(8, ' '), "# Total: ", count.trainable_arrays,
                      " trainable arrays, ", Underscorise(count.parameters), " parameters,\n",
                      std::string(10, ' '), "# plus ", count.other_arrays, " non-trainable, ",
                      Underscorise(count.other_elements), " parameters, summarysize ", bytes, ".");
    } else {
      absl::StrAppend(&out_, std::string(18, ' '), "# Total: ", count.trainable_arrays, " arrays, ",
                      Underscorise(count.parameters), " parameters, ", bytes, ".");
    }
  }

  Repr repr_;
  std::string out_;
};

}  // namespace

std::string ShowLayer(const Struct& layer, Repr repr) {
  BigShow show(repr);
  // The same struct as a value; its fields are shared.
  auto copy = std::make_shared<Struct>(layer.type, layer.fields);
  show.Show(Value(std::move(copy)), 0, "");
  return show.Take();
}

std::string ReprLayer(const Struct& layer, Repr repr) {
  if (const Layer* row = FindLayer(*layer.type); row != nullptr && row->show != nullptr) {
    return row->show(layer, repr);
  }
  std::vector<std::string> parts;
  for (const Value& field : layer.fields) parts.push_back(ReprLayers(field, repr));
  return absl::StrCat(layer.type->name, "(", absl::StrJoin(parts, ", "), ")");
}

}  // namespace fluxgate::nn
