#include "engine/lang/display/display.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
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
  switch (number.written()) {
    case Scalar::Written::kPlain:
      break;
    case Scalar::Written::kPi:
      return "π";
    case Scalar::Written::kEuler:
      return "ℯ";
    case Scalar::Written::kUInt8:
      return absl::StrFormat("0x%02x", number.AsInt64());
    case Scalar::Written::kUInt16:
      return absl::StrFormat("0x%04x", number.AsInt64());
    case Scalar::Written::kUInt32:
      return absl::StrFormat("0x%08x", number.AsInt64());
    case Scalar::Written::kUInt64:
      return absl::StrFormat("0x%016x", static_cast<uint64_t>(number.AsInt64()));
  }
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
      if (known && context.compact) return FormatCompact(v);
      return FormatFloat(v, context.printed ? Float32Style::kPrinted
                            : known         ? Float32Style::kElement
                                            : Float32Style::kLone);
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
  if (range.one_to) return absl::StrCat("Base.OneTo(", stop, ")");
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

// ---- At a prompt
// ---------------------------------------------------------------------------------

std::string Printer::Display(const Value& value) {
  ShowContext context;
  context.limit = true;
  switch (value.kind()) {
    case Kind::kChar:
      return DescribeChar(value.character());
    case Kind::kString:
      return ElideString(value.text(), options_.columns);
    case Kind::kNumber:
      if (value.scalar().is_irrational()) {  // π = 3.1415926535897...
        const std::string digits = FormatFloat(value.scalar().AsDouble());
        return absl::StrCat(Show(value, context), " = ", digits.substr(0, 15), "...");
      }
      break;
    case Kind::kNamedTuple:
      if (value.As<NamedTuple>()->as_pairs) return DisplayPairs(*value.As<NamedTuple>());
      break;
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
    case Kind::kTraced: {  // Without the f0 of a Float32, the 0x of an UInt8.
      ShowContext context;
      context.printed = true;
      const bool hex = value.is_number() && !value.scalar().is_float();
      return Printer({}).Show(hex ? Value(value.scalar().As(Scalar::Written::kPlain)) : value,
                              context);
    }
    default:
      return Repr(value);
  }
}

std::string TypeName(const Value& value) { return TypeOf(value)->ToString(); }

}  // namespace fluxgate::lang
