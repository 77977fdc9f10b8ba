#include "engine/lang/display/display.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/lang/display/impl.h"
#include "engine/lang/display/text.h"
#include "engine/lang/showable.h"
#include "engine/lang/syntax/characters.h"
#include "engine/lang/syntax/float_format.h"
#include "engine/nn/function.h"
#include "engine/nn/layer.h"
#include "engine/nn/show.h"
#include "engine/optim/update.h"

namespace fluxgate::lang {
namespace {

constexpr size_t kDeepest = 100;  // containers inside each other that are shown

bool IsContainer(Kind kind) {
  switch (kind) {
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kNamedTuple:
    case Kind::kPair:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kStruct:
      return true;
    default:
      return false;
  }
}

// The element type that stands at `index` of a known tuple type; null when it says nothing.
TypePtr Parameter(const TypePtr& known, absl::string_view name, size_t index) {
  if (known == nullptr || known->name != name || index >= known->parameters.size()) return nullptr;
  return known->parameters[index].type;
}

std::string PadRight(std::string text, int width) {
  const int missing = width - TextWidth(text);
  if (missing > 0) text.append(static_cast<size_t>(missing), ' ');
  return text;
}

// The first `width` columns, the last of them an ellipsis when something was cut.
std::string Truncate(const std::string& text, int width) {
  if (TextWidth(text) <= width) return text;
  std::string result;
  int used = 0;
  for (size_t i = 0; i < text.size();) {
    const auto length = static_cast<size_t>(std::max(1, DecodeUtf8(text, i).length));
    const std::string character = text.substr(i, length);
    used += TextWidth(character);
    if (used > width - 1) break;
    result += character;
    i += length;
  }
  return result + "…";
}

}  // namespace

// A container that is being shown, for the life of the object.
class Nesting {
 public:
  Nesting(Printer* printer, const Object* object) : printer_(printer) {
    printer_->containers_.push_back(object);
  }
  ~Nesting() { printer_->containers_.pop_back(); }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  Printer* printer_;
};

std::string Printer::ShowNumber(const Scalar& number, const ShowContext& context) const {
  switch (number.dtype()) {
    case DType::kBool:
      if (context.known != nullptr && context.known->name == "Bool") {
        return number.AsBool() ? "1" : "0";
      }
      return number.AsBool() ? "true" : "false";
    case DType::kInt32:
    case DType::kInt64:
      return absl::StrCat(number.AsInt64());
    case DType::kFloat32: {
      const auto v = static_cast<float>(number.AsDouble());
      const bool known = context.known != nullptr && context.known->name == "Float32";
      return known && context.compact ? FormatCompact(v) : FormatFloat(v, /*suffix=*/!known);
    }
    case DType::kFloat64:
      break;
  }
  return context.compact ? FormatCompact(number.AsDouble()) : FormatFloat(number.AsDouble());
}

std::string Printer::ShowRange(const Range& range) const {
  const ShowContext plain;
  const std::string start = ShowNumber(range.start, plain);
  Scalar last = range.start;
  if (range.length > 0) {
    last = range.At(range.length - 1);
  } else if (range.start.is_float()) {
    last = Scalar(range.start.AsDouble() - range.step.AsDouble()).ConvertTo(range.dtype());
  } else {  // 1:0 is the empty range.
    last = Scalar(range.start.AsInt64() - (range.step.AsInt64() > 0 ? 1 : -1));
  }
  const std::string stop = ShowNumber(last, plain);
  if (range.unit && !range.start.is_float()) return absl::StrCat(start, ":", stop);
  return absl::StrCat(start, ":", ShowNumber(range.step, plain), ":", stop);
}

std::string Printer::Show(const Value& value, const ShowContext& context) {
  switch (value.kind()) {
    case Kind::kNothing:
      return "nothing";
    case Kind::kMissing:
      return "missing";
    case Kind::kNumber:
      return ShowNumber(value.scalar(), context);
    case Kind::kTraced: {
      const NodeRef& node = value.As<Traced>()->node;
      const absl::StatusOr<Tensor> number = node.trace->Concrete(node.id);
      if (!number.ok()) return absl::StrCat("#= ", number.status().message(), " =#");
      return ShowNumber(Scalar::FromTensor(*number), context);
    }
    case Kind::kChar:
      return QuoteChar(value.character());
    case Kind::kSymbol:
      return QuoteSymbol(value.text());
    case Kind::kString:
      return QuoteString(value.text());
    case Kind::kRange:
      return ShowRange(*value.As<Range>());
    case Kind::kArray:
      return ShowArray(value, context);
    case Kind::kType:
      return value.As<Type>()->ToString();
    default:
      break;
  }
  if (!IsContainer(value.kind())) return ShowObject(value);
  const Object* object = value.object().get();
  const auto open = std::find(containers_.begin(), containers_.end(), object);
  if (open != containers_.end()) {
    return absl::StrCat("#= circular reference @-", containers_.end() - open, " =#");
  }
  if (budget_ <= 0 || containers_.size() >= kDeepest) return "…";
  const Nesting nesting(this, object);
  std::string text;
  switch (value.kind()) {
    case Kind::kList:
      return ShowArray(value, context);
    case Kind::kTuple:
      text = ShowTuple(*value.As<Tuple>(), context);
      break;
    case Kind::kNamedTuple:
      text = ShowNamedTuple(*value.As<NamedTuple>(), context);
      break;
    case Kind::kPair:
      text = ShowPair(*value.As<Pair>(), context);
      break;
    case Kind::kDict:
      text = ShowDict(value, context);
      break;
    case Kind::kSet:
      text = ShowSet(value, context);
      break;
    default:
      text = ShowStruct(value, context);
      break;
  }
  budget_ -= static_cast<int64_t>(text.size());
  return text;
}

std::string Printer::ShowObject(const Value& value) const {
  if (const auto* showable = value.AsClass<Showable>()) return showable->Show();
  if (const auto* function = value.AsClass<nn::FunctionValue>()) {
    return std::string(function->function.name);
  }
  return absl::StrCat(TypeOf(value)->ToString(), "(…)");
}

std::string Printer::ShowTuple(const Tuple& tuple, const ShowContext& context) {
  std::string text = "(";
  for (size_t i = 0; i < tuple.elements.size(); ++i) {
    ShowContext inner = context;
    inner.known = Parameter(context.known, "Tuple", i);
    absl::StrAppend(&text, i > 0 ? ", " : "", Show(tuple.elements[i], inner));
  }
  return absl::StrCat(text, tuple.elements.size() == 1 ? ",)" : ")");
}

std::string Printer::ShowNamedTuple(const NamedTuple& tuple, const ShowContext& context) {
  if (tuple.names.empty()) return "NamedTuple()";
  ShowContext inner = context;
  inner.known = nullptr;
  std::string text = "(";
  for (size_t i = 0; i < tuple.names.size(); ++i) {
    absl::StrAppend(&text, i > 0 ? ", " : "", tuple.names[i], " = ", Show(tuple.values[i], inner));
  }
  return absl::StrCat(text, tuple.names.size() == 1 ? ",)" : ")");
}

std::string Printer::ShowPair(const Pair& pair, const ShowContext& context) {
  ShowContext first = context, second = context;
  first.known = Parameter(context.known, "Pair", 0);
  second.known = Parameter(context.known, "Pair", 1);
  const std::string left = Show(pair.first, first);
  return absl::StrCat(pair.first.is(Kind::kPair) ? absl::StrCat("(", left, ")") : left, " => ",
                      Show(pair.second, second));
}

std::string Printer::ShowDict(const Value& value, const ShowContext& context) {
  const TypePtr type = TypeOf(value);
  const TypePtr key = Parameter(type, "Dict", 0), item = Parameter(type, "Dict", 1);
  const auto entries = value.As<Dict>()->Entries();
  if (entries.empty()) return absl::StrCat(type->ToString(), "()");
  const bool implied =
      key != nullptr && item != nullptr && IsImpliedByElements(*key) && IsImpliedByElements(*item);
  std::string text = absl::StrCat(implied ? "Dict" : type->ToString(), "(");
  ShowContext first = context, second = context;
  first.known = key;
  second.known = item;
  bool comma = false;
  for (const auto& [k, v] : entries) {
    absl::StrAppend(&text, comma ? ", " : "", Show(k, first), " => ", Show(v, second));
    comma = true;
    if (static_cast<int64_t>(text.size()) > budget_) return text + ", …)";
  }
  return text + ")";
}

std::string Printer::ShowSet(const Value& value, const ShowContext& context) {
  const TypePtr type = TypeOf(value);
  const auto entries = value.As<Set>()->members.Entries();
  if (entries.empty()) return absl::StrCat(type->ToString(), "()");
  const TypePtr element = Parameter(type, "Set", 0);
  ShowContext inner = context;
  inner.known = element;
  return absl::StrCat(
      "Set(",
      ShowElements(Shape({static_cast<int64_t>(entries.size())}),
                   element == nullptr || IsImpliedByElements(*element) ? "" : element->ToString(),
                   context.limit,
                   [&](int64_t i) { return Show(entries[static_cast<size_t>(i)].first, inner); }),
      ")");
}

std::string Printer::ShowStruct(const Value& value, const ShowContext& context) {
  const Struct& object = *value.As<Struct>();
  if (StructShow* own = StructShow::Current()) {
    if (absl::optional<std::string> text = own->Show(value)) return *std::move(text);
  }
  ShowContext inner = context;
  inner.known = nullptr;
  auto repr = [&](const Value& v) { return Show(v, inner); };
  if (nn::FindLayer(*object.type) != nullptr) return nn::ReprLayer(object, repr);
  if (optim::IsRule(value) || optim::IsLeaf(value)) return optim::ShowRule(object, repr);
  std::string text = absl::StrCat(TypeOf(value)->ToString(), "(");
  for (size_t i = 0; i < object.fields.size(); ++i) {
    absl::StrAppend(&text, i > 0 ? ", " : "", Show(object.fields[i], inner));
  }
  return text + ")";
}

// ---- At a prompt
// ---------------------------------------------------------------------------------

std::string Printer::DisplayDict(const Value& value) {
  const auto entries = value.As<Dict>()->Entries();
  ShowContext context;
  context.limit = true;
  if (entries.empty()) return ShowDict(value, context);
  const TypePtr type = TypeOf(value);
  std::string text = absl::StrCat(type->ToString(), " with ", entries.size(),
                                  entries.size() == 1 ? " entry:" : " entries:");
  ShowContext first = context, second = context;
  first.known = Parameter(type, "Dict", 0);
  second.known = Parameter(type, "Dict", 1);
  const size_t rows = static_cast<size_t>(std::max(2, options_.rows - 4));
  const int columns = std::max(10, options_.columns - 6);
  const size_t shown = entries.size() > rows ? rows - 1 : entries.size();
  std::vector<std::string> keys;
  int width = 0;
  for (size_t i = 0; i < shown; ++i) {
    keys.push_back(Truncate(Show(entries[i].first, first), columns / 3));
    width = std::max(width, TextWidth(keys.back()));
  }
  for (size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, "\n  ", PadRight(keys[i], width), " => ",
                    Truncate(Show(entries[i].second, second), columns - width));
  }
  if (shown < entries.size()) absl::StrAppend(&text, "\n  ", PadRight("⋮", width), " => ⋮");
  return text;
}

std::string Printer::DisplaySet(const Value& value) {
  const auto entries = value.As<Set>()->members.Entries();
  ShowContext context;
  context.limit = true;
  if (entries.empty()) return ShowSet(value, context);
  const TypePtr type = TypeOf(value);
  context.known = Parameter(type, "Set", 0);
  std::string text = absl::StrCat(type->ToString(), " with ", entries.size(),
                                  entries.size() == 1 ? " element:" : " elements:");
  const size_t rows = static_cast<size_t>(std::max(2, options_.rows - 4));
  const size_t shown = entries.size() > rows ? rows - 1 : entries.size();
  for (size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, "\n  ",
                    Truncate(Show(entries[i].first, context), std::max(10, options_.columns - 4)));
  }
  if (shown < entries.size()) text += "\n  ⋮";
  return text;
}

std::string Printer::Display(const Value& value) {
  ShowContext context;
  context.limit = true;
  switch (value.kind()) {
    case Kind::kChar:
      return DescribeChar(value.character());
    case Kind::kArray:
      return DisplayArray(value);
    case Kind::kList: {
      const Nesting nesting(this, value.object().get());
      return DisplayArray(value);
    }
    case Kind::kDict: {
      const Nesting nesting(this, value.object().get());
      return DisplayDict(value);
    }
    case Kind::kSet:
      return DisplaySet(value);
    case Kind::kFunction:
    case Kind::kModule:
    case Kind::kOpaque:
      if (const auto* showable = value.AsClass<Showable>()) return showable->Display();
      if (const auto* function = value.AsClass<nn::FunctionValue>()) {
        return absl::StrCat(function->function.name, " (generic function with 1 method)");
      }
      break;
    case Kind::kStruct: {
      const Struct& object = *value.As<Struct>();
      if (StructShow* own = StructShow::Current()) {
        if (absl::optional<std::string> text = own->Show(value)) return *std::move(text);
      }
      if (nn::FindLayer(*object.type) != nullptr) {
        return nn::ShowLayer(object, [&](const Value& v) { return Show(v, context); });
      }
      break;
    }
    default:
      break;
  }
  return Show(value, context);
}

std::string Display(const Value& value, const DisplayOptions& options) {
  return Printer(options).Display(value);
}

std::string Repr(const Value& value) { return Printer({}).Show(value, {}); }

std::string Print(const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
    case Kind::kSymbol:
      return value.text();
    case Kind::kChar: {
      std::string text;
      AppendUtf8(value.character(), &text);
      return text;
    }
    case Kind::kNumber:
    case Kind::kTraced: {  // Without the f0 of a Float32.
      ShowContext context;
      context.known = DTypeType(DType::kFloat32);
      return Printer({}).Show(value, context);
    }
    default:
      return Repr(value);
  }
}

std::string TypeName(const Value& value) { return TypeOf(value)->ToString(); }

}  // namespace fluxgate::lang
