#include "engine/lang/export/value_text.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/types.h"

namespace fluxgate::lang {
namespace {

constexpr int kWidth = 92;  // columns of a line, where it can be chosen
constexpr int kIndent = 4;
// Longer ways to a value are not written.
constexpr size_t kMaxPath = 200;

// ".field" of a plain name, "[1]": a step of an expression that Julia reads as it was meant.
bool IsPlainStep(absl::string_view step) {
  if (absl::ConsumePrefix(&step, "[")) {
    if (!absl::ConsumeSuffix(&step, "]") || step.empty()) return false;
    return step.find_first_not_of("0123456789") == absl::string_view::npos;
  }
  if (!absl::ConsumePrefix(&step, ".") || step.empty() || absl::ascii_isdigit(step[0]))
    return false;
  for (const char c : step) {
    const bool plain = absl::ascii_isalnum(c) || c == '_' || (c & 0x80) != 0;
    if (!plain) return false;
  }
  return true;
}

}  // namespace

ValueText::ValueText(Machine& machine, ScriptNames& names)
    : machine_(machine), names_(names), saved_(names.Fresh("saved")) {}

absl::Status ValueText::Grow(size_t bytes) {
  constexpr int64_t kStepsBetweenPauses = 1024;
  bytes_ += static_cast<int64_t>(bytes);
  if (bytes_ > kMaxBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the script would be longer than ", kMaxBytes >> 20, " MiB"));
  }
  if (++steps_ % kStepsBetweenPauses != 0) return absl::OkStatus();
  charge_.Resize(bytes_);
  return machine_.host().Pause();
}

absl::StatusOr<std::string> ValueText::Counted(std::string text) {
  FG_RETURN_IF_ERROR(Grow(text.size()));
  return text;
}

absl::Status ValueText::Announce(const Value& value) {
  const absl::Status status = everywhere_.Add(value, [this] { return Pause(); });
  // What cannot be written is said when it comes to that.
  return absl::IsFailedPrecondition(status) ? absl::OkStatus() : status;
}

absl::StatusOr<std::string> ValueText::Define(const std::string& name, const Value& value) {
  here_ = Sharing();
  FG_RETURN_IF_ERROR(here_.Add(value, [this] { return Pause(); }));
  defining_ = value.object().get();
  FG_ASSIGN_OR_RETURN(std::string text, Of(value, name));
  Remember(value, name);
  return text;
}

absl::StatusOr<std::string> ValueText::Hoist(const Value& value, const std::string& wish) {
  const std::string name = names_.Fresh(wish);
  const Object* outer = std::exchange(defining_, value.object().get());
  absl::StatusOr<std::string> text = Of(value, name);
  defining_ = outer;
  FG_RETURN_IF_ERROR(text.status());
  FG_RETURN_IF_ERROR(Grow(name.size() + 4));
  statements_.push_back(absl::StrCat(name, " = ", *text));
  Remember(value, name);
  hoisted_.push_back(value);
  return name;
}

void ValueText::Remember(const Value& value, const std::string& path, int depth) {
  if (!IsMade(value) || path.size() > kMaxPath || depth > kMaxScriptDepth) return;
  if (!known_.emplace(value.object().get(), path).second) return;
  if (const auto* array = value.As<Array>()) {
    if (IsWhole(*array)) known_storages_.emplace(array->storage()->id(), path);
    return;
  }
  for (const Child& part : PartsOf(value)) {
    if (IsPlainStep(part.step)) Remember(part.value, path + part.step, depth + 1);
  }
}

absl::StatusOr<std::string> ValueText::Of(const Value& value, const std::string& path, int indent) {
  const Object* object = value.object().get();
  if (IsMade(value)) {
    const auto it = known_.find(object);
    if (it != known_.end()) return Counted(it->second);
    const bool has_no_way = path.empty() || path.size() > kMaxPath;
    if (object != defining_ &&
        (here_.IsShared(object) || (has_no_way && everywhere_.IsShared(object)))) {
      return Hoist(value, "shared");
    }
  }
  if (depth_ >= kMaxScriptDepth) {
    return absl::FailedPreconditionError(
        absl::StrCat("it nests values past ", kMaxScriptDepth, " levels"));
  }
  ++depth_;
  absl::StatusOr<std::string> text = Dispatch(value, path, indent);
  --depth_;
  return text;
}

absl::StatusOr<std::string> ValueText::Dispatch(const Value& value, const std::string& path,
                                                int indent) {
  switch (value.kind()) {
    case Kind::kArray:
      return ArrayText(*value.As<Array>(), value, path);
    case Kind::kList:
      return VectorText(*value.As<fluxgate::List>(), value, path, indent);
    case Kind::kDict:
      return DictText(*value.As<Dict>(), value, indent);
    case Kind::kSet:
      return SetText(*value.As<fluxgate::Set>(), value, indent);
    case Kind::kTuple:
      return TupleText(*value.As<Tuple>(), path, indent);
    case Kind::kNamedTuple:
      return NamedTupleText(*value.As<NamedTuple>(), path, indent);
    case Kind::kPair:
      return PairText(*value.As<Pair>(), path, indent);
    case Kind::kStruct:
      return StructText(*value.As<Struct>(), value, path, indent);
    case Kind::kFunction:
      return FunctionText(value, indent);
    case Kind::kOpaque:
      return OpaqueText(value, path, indent);
    case Kind::kRange:
      return Counted(RangeText(*value.As<Range>(), value));
    case Kind::kType: {
      FG_ASSIGN_OR_RETURN(std::string text, TypeText(*value.As<Type>()));
      return Counted(std::move(text));
    }
    default: {
      const bool is_int32 = value.is_number() && value.scalar().dtype() == DType::kInt32;
      return Counted(is_int32 ? absl::StrCat("Int32(", Repr(value), ")") : Repr(value));
    }
  }
}

absl::StatusOr<std::string> ValueText::List(absl::string_view open, const std::vector<Part>& parts,
                                            absl::string_view close, int indent) {
  std::vector<std::string> texts;
  size_t length = indent + open.size() + close.size();
  bool fits = true;
  for (const Part& part : parts) {
    FG_ASSIGN_OR_RETURN(std::string text, Of(part.value, part.path, indent + kIndent));
    texts.push_back(part.before + std::move(text));
    length += texts.back().size() + 2;
    fits = fits && !absl::StrContains(texts.back(), '\n');
    FG_RETURN_IF_ERROR(Grow(part.before.size() + 2));
  }
  FG_RETURN_IF_ERROR(Grow(open.size() + close.size()));
  if (fits && length <= kWidth) return absl::StrCat(open, absl::StrJoin(texts, ", "), close);
  const std::string margin(indent, ' ');
  FG_RETURN_IF_ERROR(Grow((indent + kIndent + 1) * (texts.size() + 1)));
  std::string lines = absl::StrCat(open, "\n");
  for (const std::string& text : texts) {
    absl::StrAppend(&lines, margin, std::string(kIndent, ' '), text, ",\n");
  }
  absl::ConsumePrefix(&close, ",");  // of a tuple of one; each line has its own
  return absl::StrCat(lines, margin, close);
}

}  // namespace fluxgate::lang
