#include "engine/lang/export/value_text.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/types.h"

namespace fluxgate::lang {
namespace {

constexpr int kWidth = 92;  // columns of a line, where it can be chosen
constexpr int kIndent = 4;
// What a script nests deeper than this, Julia's own parser may not read.
constexpr int kMaxDepth = 256;
// Values that have an identity, or are worth writing only once.
bool IsObject(const Value& value) {
  switch (value.kind()) {
    case Kind::kArray:
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kNamedTuple:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kStruct:
    case Kind::kFunction:
    case Kind::kOpaque:
      return !IsOfLibrary(value);
    default:
      return false;
  }
}

bool IsMutable(const Value& value) {
  if (const auto* structure = value.As<Struct>()) return structure->type->is_mutable;
  return value.is(Kind::kArray) || value.is(Kind::kList) || value.is(Kind::kDict) ||
         value.is(Kind::kSet);
}

bool ContainsMutable(const Value& value, int depth, absl::flat_hash_set<const Object*>& met) {
  if (IsMutable(value)) return true;
  if (!IsObject(value) || depth > kMaxDepth || !met.insert(value.object().get()).second) {
    return false;
  }
  for (const Child& child : value.object()->Children()) {
    if (ContainsMutable(child.value, depth + 1, met)) return true;
  }
  return false;
}

// Calls visit(value, whether it was met before) for all objects, before their parts; one that was
// met before is not entered. `leave` is called behind the parts.
template <typename Visit, typename Leave>
absl::Status Walk(const Value& value, const std::string& path, int depth, Visit& visit,
                  Leave& leave) {
  if (!IsObject(value)) return absl::OkStatus();
  if (depth > kMaxDepth) {
    return absl::FailedPreconditionError(
        absl::StrCat("it nests values past ", kMaxDepth, " levels"));
  }
  FG_ASSIGN_OR_RETURN(const bool enter, visit(value, path));
  if (!enter) return absl::OkStatus();
  // What a function captured has no path.
  for (const Child& child : value.object()->Children()) {
    FG_RETURN_IF_ERROR(Walk(child.value, value.is(Kind::kFunction) ? "" : path + child.step,
                            depth + 1, visit, leave));
  }
  leave(value);
  return absl::OkStatus();
}

}  // namespace

std::string LibraryName(absl::string_view name) {
  std::string qualified = QualifiedName(name);
  return qualified.empty() ? std::string(name) : qualified;
}

absl::Status ValueText::Enter(size_t bytes) {
  constexpr int64_t kObjectsBetweenPauses = 1024;
  bytes_ += static_cast<int64_t>(bytes);
  if (bytes_ > kMaxBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the script would be longer than ", kMaxBytes >> 20, " MiB"));
  }
  return ++objects_ % kObjectsBetweenPauses == 0 ? machine_.host().Pause() : absl::OkStatus();
}

absl::StatusOr<std::string> ValueText::Of(const Value& value, const std::string& path, int indent) {
  if (value.object() != nullptr) {
    const auto it = remembered_.find(value.object().get());
    if (it != remembered_.end()) return it->second;
  }
  if (depth_ >= kMaxDepth) {
    return absl::FailedPreconditionError(
        absl::StrCat("it nests values past ", kMaxDepth, " levels"));
  }
  ++depth_;
  absl::StatusOr<std::string> text = Dispatch(value, path, indent);
  --depth_;
  // The parts of a composite have been counted.
  FG_RETURN_IF_ERROR(text.status());
  FG_RETURN_IF_ERROR(Enter(IsObject(value) && !value.is(Kind::kArray) ? 0 : text->size()));
  return text;
}

absl::StatusOr<std::string> ValueText::Dispatch(const Value& value, const std::string& path,
                                                int indent) {
  switch (value.kind()) {
    case Kind::kNothing:
    case Kind::kMissing:
    case Kind::kChar:
    case Kind::kSymbol:
    case Kind::kString:
    case Kind::kRange:
    case Kind::kModule:
      return Repr(value);
    case Kind::kNumber: {
      const DType dtype = value.scalar().dtype();
      std::string text = Repr(value);
      return dtype == DType::kInt32 ? absl::StrCat("Int32(", text, ")") : text;
    }
    case Kind::kType: {
      const auto& type = *value.As<Type>();
      const bool of_library = type.struct_type != nullptr && type.struct_type->builtin;
      return of_library ? LibraryName(type.name) : type.ToString();
    }
    case Kind::kArray:
      return ArrayText(*value.As<Array>(), value, path);
    case Kind::kList:
      return VectorText(*value.As<fluxgate::List>(), value, path, indent);
    case Kind::kDict:
      return DictText(*value.As<Dict>(), value, path, indent);
    case Kind::kSet:
      return SetText(*value.As<fluxgate::Set>(), value, path, indent);
    case Kind::kTuple:
      return TupleText(*value.As<Tuple>(), path, indent);
    case Kind::kNamedTuple:
      return NamedTupleText(*value.As<NamedTuple>(), path, indent);
    case Kind::kPair:
      return PairText(*value.As<Pair>(), path, indent);
    case Kind::kStruct:
      return StructText(*value.As<Struct>(), value, path, indent);
    case Kind::kFunction:
      return FunctionText(value, path, indent);
    default:
      return OpaqueText(value, path, indent);
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
  }
  if (fits && length <= kWidth) return absl::StrCat(open, absl::StrJoin(texts, ", "), close);
  const std::string margin(indent, ' ');
  std::string lines = absl::StrCat(open, "\n");
  for (const std::string& text : texts) {
    absl::StrAppend(&lines, margin, std::string(kIndent, ' '), text, ",\n");
  }
  absl::ConsumePrefix(&close, ",");  // of a tuple of one; each line has its own
  return absl::StrCat(lines, margin, close);
}

absl::StatusOr<std::string> ValueText::VectorText(const fluxgate::List& list, const Value& value,
                                                  const std::string& path, int indent) {
  std::vector<Part> parts;
  bool numbers = true;
  for (size_t i = 0; i < list.elements.size(); ++i) {
    numbers = numbers && list.elements[i].is_number();
    parts.push_back({"", list.elements[i], absl::StrCat(path, "[", i + 1, "]")});
  }
  // Julia finds the type of other elements as it was found here.
  const bool typed = !list.element_type.is_nothing() || numbers;
  std::string open = typed ? absl::StrCat(ElementType(value)->ToString(), "[") : "[";
  std::string close = "]";
  if (list.dims.has_value()) {
    open = absl::StrCat("reshape(", open);
    close = absl::StrCat("], ", absl::StrJoin(list.dims->dims(), ", "), ")");
  }
  return List(open, parts, close, indent);
}

absl::StatusOr<std::string> ValueText::DictText(const Dict& dict, const Value& value,
                                                const std::string& path, int indent) {
  std::vector<Part> parts;
  for (const auto& [key, mapped] : dict.Entries()) {
    FG_ASSIGN_OR_RETURN(const std::string name, Of(key, path, indent));
    parts.push_back({absl::StrCat(name, " => "), mapped, absl::StrCat(path, "[", name, "]")});
  }
  const bool typed = !dict.key_type.is_nothing() || parts.empty();
  return List(absl::StrCat(typed ? TypeOf(value)->ToString() : "Dict", "("), parts, ")", indent);
}

absl::StatusOr<std::string> ValueText::SetText(const fluxgate::Set& set, const Value& value,
                                               const std::string& path, int indent) {
  std::vector<Part> parts;
  for (const auto& [member, nothing] : set.members.Entries()) parts.push_back({"", member, path});
  const bool typed = !set.members.key_type.is_nothing() || parts.empty();
  return List(absl::StrCat(typed ? TypeOf(value)->ToString() : "Set", "(["), parts, "])", indent);
}

absl::StatusOr<std::string> ValueText::PairText(const Pair& pair, const std::string& path,
                                                int indent) {
  FG_ASSIGN_OR_RETURN(std::string first, Of(pair.first, path + ".first", indent));
  FG_ASSIGN_OR_RETURN(std::string second, Of(pair.second, path + ".second", indent));
  // x => y => z is x => (y => z).
  if (pair.first.is(Kind::kPair) || pair.first.is(Kind::kFunction)) {
    first = absl::StrCat("(", first, ")");
  }
  if (pair.second.is(Kind::kFunction)) second = absl::StrCat("(", second, ")");
  return absl::StrCat(first, " => ", second);
}

absl::StatusOr<std::string> ValueText::TupleText(const Tuple& tuple, const std::string& path,
                                                 int indent) {
  std::vector<Part> parts;
  for (size_t i = 0; i < tuple.elements.size(); ++i) {
    parts.push_back({"", tuple.elements[i], absl::StrCat(path, "[", i + 1, "]")});
  }
  return List("(", parts, parts.size() == 1 ? ",)" : ")", indent);
}

absl::StatusOr<std::string> ValueText::NamedTupleText(const NamedTuple& tuple,
                                                      const std::string& path, int indent) {
  std::vector<Part> parts;
  for (size_t i = 0; i < tuple.values.size(); ++i) {
    parts.push_back({absl::StrCat(tuple.names[i], " = "), tuple.values[i],
                     absl::StrCat(path, ".", tuple.names[i])});
  }
  std::string open = parts.empty() ? "NamedTuple(" : "(", close = parts.size() == 1 ? ",)" : ")";
  if (tuple.as_pairs) {
    open = absl::StrCat("pairs(", open);
    close += ")";
  }
  return List(open, parts, close, indent);
}

absl::Status ValueText::Remember(const Value& value, const std::string& path) {
  const auto visit = [&](const Value& part, const std::string& place) -> absl::StatusOr<bool> {
    FG_RETURN_IF_ERROR(Enter(0));
    const auto* array = part.As<Array>();
    if (array != nullptr && !array->view()) storages_.emplace(array->storage()->id(), place);
    return !place.empty() && remembered_.emplace(part.object().get(), place).second;
  };
  const auto leave = [](const Value&) {};
  return Walk(value, path, 0, visit, leave);
}

absl::StatusOr<std::vector<Value>> ValueText::Shared(const Value& value) {
  absl::flat_hash_set<const Object*> open, met, listed;
  std::vector<Value> shared;
  const auto visit = [&](const Value& part, const std::string&) -> absl::StatusOr<bool> {
    const Object* object = part.object().get();
    if (remembered_.contains(object)) return false;
    FG_RETURN_IF_ERROR(Enter(0));
    if (open.contains(object)) return absl::FailedPreconditionError("it contains itself");
    if (!met.insert(object).second) {
      absl::flat_hash_set<const Object*> below;
      if (listed.insert(object).second && ContainsMutable(part, 0, below)) shared.push_back(part);
      return false;
    }
    open.insert(object);
    return true;
  };
  const auto leave = [&](const Value& part) { open.erase(part.object().get()); };
  FG_RETURN_IF_ERROR(Walk(value, "", 0, visit, leave));
  return shared;
}

}  // namespace fluxgate::lang
