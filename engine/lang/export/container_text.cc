// Ranges and containers as expressions.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/export/value_text.h"
#include "engine/lang/types.h"

namespace fluxgate::lang {

std::string ValueText::FieldPath(const std::string& path, absl::string_view field) {
  return path.empty() ? "" : absl::StrCat(path, ".", field);
}

std::string ValueText::ElementPath(const std::string& path, size_t i) {
  return path.empty() ? "" : absl::StrCat(path, "[", i + 1, "]");
}

std::vector<ValueText::Part> ValueText::Elements(const std::vector<Value>& elements,
                                                 const std::string& path) {
  std::vector<Part> parts;
  for (size_t i = 0; i < elements.size(); ++i) {
    parts.push_back({"", elements[i], ElementPath(path, i)});
  }
  return parts;
}

std::vector<ValueText::Part> ValueText::Fields(const NamedTuple& tuple, const std::string& path) {
  std::vector<Part> parts;
  for (size_t i = 0; i < tuple.values.size(); ++i) {
    parts.push_back(
        {absl::StrCat(tuple.names[i], " = "), tuple.values[i], FieldPath(path, tuple.names[i])});
  }
  return parts;
}

std::string ValueText::RangeText(const Range& range, const Value& value) {
  if (range.dtype() != DType::kInt32) return Repr(value);
  const auto number = [](const Scalar& scalar) {
    return absl::StrCat("Int32(", scalar.AsInt64(), ")");
  };
  const std::string last =
      number(range.length > 0 ? range.At(range.length - 1)
                              : Scalar(static_cast<int32_t>(range.start.AsInt64() - 1)));
  if (range.unit) return absl::StrCat(number(range.start), ":", last);
  return absl::StrCat(number(range.start), ":", number(range.step), ":", last);
}

absl::StatusOr<std::string> ValueText::VectorText(const fluxgate::List& list, const Value& value,
                                                  const std::string& path, int indent) {
  const bool numbers = std::all_of(list.elements.begin(), list.elements.end(),
                                   [](const Value& element) { return element.is_number(); });
  // Julia finds the type of other elements as it was found here.
  const bool typed = !list.element_type.is_nothing() || numbers;
  std::string open = typed ? absl::StrCat(ElementType(value)->ToString(), "[") : "[";
  std::string close = "]";
  if (list.dims.has_value()) {
    open = absl::StrCat(names_.Library("reshape"), "(", open);
    close = absl::StrCat("], ", absl::StrJoin(list.dims->dims(), ", "), ")");
  }
  return List(open, Elements(list.elements, path), close, indent);
}

absl::StatusOr<std::string> ValueText::DictText(const Dict& dict, const Value& value, int indent) {
  std::vector<Part> parts;
  for (const auto& [key, mapped] : dict.Entries()) {
    parts.push_back({"", Pair::Of(key, mapped), ""});
  }
  const bool typed = !dict.key_type.is_nothing() || parts.empty();
  return List(absl::StrCat(typed ? TypeOf(value)->ToString() : names_.Library("Dict"), "("), parts,
              ")", indent);
}

absl::StatusOr<std::string> ValueText::SetText(const fluxgate::Set& set, const Value& value,
                                               int indent) {
  std::vector<Part> parts;
  for (const auto& [member, nothing] : set.members.Entries()) parts.push_back({"", member, ""});
  const bool typed = !set.members.key_type.is_nothing() || parts.empty();
  return List(absl::StrCat(typed ? TypeOf(value)->ToString() : names_.Library("Set"), "(["), parts,
              "])", indent);
}

absl::StatusOr<std::string> ValueText::PairText(const Pair& pair, const std::string& path,
                                                int indent) {
  FG_ASSIGN_OR_RETURN(std::string first, Of(pair.first, FieldPath(path, "first"), indent));
  FG_ASSIGN_OR_RETURN(std::string second, Of(pair.second, FieldPath(path, "second"), indent));
  FG_RETURN_IF_ERROR(Grow(8));
  // x => y => z is x => (y => z).
  if (pair.first.is(Kind::kPair) || pair.first.is(Kind::kFunction)) {
    first = absl::StrCat("(", first, ")");
  }
  if (pair.second.is(Kind::kFunction)) second = absl::StrCat("(", second, ")");
  return absl::StrCat(first, " => ", second);
}

absl::StatusOr<std::string> ValueText::TupleText(const Tuple& tuple, const std::string& path,
                                                 int indent) {
  return List("(", Elements(tuple.elements, path), tuple.elements.size() == 1 ? ",)" : ")", indent);
}

absl::StatusOr<std::string> ValueText::NamedTupleText(const NamedTuple& tuple,
                                                      const std::string& path, int indent) {
  const std::vector<Part> parts = Fields(tuple, path);
  std::string open = parts.empty() ? "NamedTuple(" : "(", close = parts.size() == 1 ? ",)" : ")";
  if (tuple.as_pairs) {
    open = absl::StrCat(names_.Library("pairs"), "(", open);
    close += ")";
  }
  return List(open, parts, close, indent);
}

}  // namespace fluxgate::lang
