#include "engine/data/elements.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/nn/arguments.h"
#include "engine/nn/errors.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::data {
namespace {

// The characters of UTF-8 text; a stray byte stands for itself.
std::vector<Value> Characters(absl::string_view text) {
  std::vector<Value> characters;
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    char32_t code = length == 1 ? byte : byte & (0x7F >> length);
    size_t k = 1;
    for (; k < length && i + k < text.size(); ++k) {
      code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    }
    characters.push_back(Value::Char(code));
    i += k;
  }
  return characters;
}

std::string Utf8(char32_t c) {
  if (c < 0x80) return std::string(1, static_cast<char>(c));
  std::string text;
  int shift = c < 0x800 ? 6 : c < 0x10000 ? 12 : 18;
  text += static_cast<char>((c < 0x800 ? 0xC0 : c < 0x10000 ? 0xE0 : 0xF0) | (c >> shift));
  for (shift -= 6; shift >= 0; shift -= 6) {
    text += static_cast<char>(0x80 | ((c >> shift) & 0x3F));
  }
  return text;
}

}  // namespace

absl::StatusOr<std::vector<Value>> ElementsOf(nn::Context& context, const Value& value,
                                              absl::string_view what) {
  if (const auto* tuple = value.As<Tuple>()) return tuple->elements;
  if (const auto* list = value.As<List>()) return list->elements;
  if (value.is(Kind::kString)) return Characters(value.text());
  if (const auto* set = value.As<Set>()) {
    std::vector<Value> members;
    for (auto& [key, nothing] : set->members.Entries()) members.push_back(key);
    return members;
  }
  if (value.is(Kind::kArray) || value.is(Kind::kRange)) {
    FG_ASSIGN_OR_RETURN(Tensor tensor, context.ops().DecideArray(value));
    std::vector<Value> elements;
    elements.reserve(static_cast<size_t>(tensor.num_elements()));
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      elements.push_back(Value(Scalar::FromTensor(tensor, i)));
    }
    return elements;
  }
  return nn::Error("MethodError", what, " must be an array, a range, a tuple or a string, not ",
                   nn::Summary(value));
}

absl::StatusOr<Value> MakeArray(std::vector<Value> values, Shape shape,
                                const std::vector<Value>& pool) {
  const bool numbers =
      std::all_of(pool.begin(), pool.end(), [](const Value& v) { return v.is_number(); });
  if (!numbers || pool.empty()) {
    if (shape.rank() == 1) return List::Of(std::move(values));
    return Value(std::make_shared<List>(std::move(values), std::move(shape)));
  }
  DType dtype = pool[0].scalar().dtype();
  for (const Value& v : pool) dtype = Promote(dtype, v.scalar().dtype());
  FG_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Create(dtype, std::move(shape)));
  DispatchDType(dtype, [&](auto tag) {
    using T = decltype(tag);
    absl::Span<T> out = tensor.mutable_data<T>();
    for (size_t i = 0; i < values.size(); ++i) {
      const Scalar& s = values[i].scalar();
      out[i] = s.is_float() ? static_cast<T>(s.AsDouble()) : static_cast<T>(s.AsInt64());
    }
  });
  return Array::Of(std::move(tensor));
}

std::string ElementText(const Value& value) {
  switch (value.kind()) {
    case Kind::kNumber:
      return value.scalar().is_float() ? absl::StrCat(value.scalar().AsDouble())
                                       : absl::StrCat(value.scalar().AsInt64());
    case Kind::kChar:
      return absl::StrCat("'", Utf8(value.character()), "'");
    case Kind::kString:
      return absl::StrCat("\"", value.text(), "\"");
    case Kind::kSymbol:
      return absl::StrCat(":", value.text());
    default:
      return nn::Summary(value);
  }
}

}  // namespace fluxgate::data
