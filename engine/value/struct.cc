#include "engine/value/struct.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace fluxgate {

int StructType::FieldIndex(absl::string_view field) const {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == field) return static_cast<int>(i);
  }
  return -1;
}

const Value* Struct::Find(absl::string_view field) const {
  const int index = type->FieldIndex(field);
  return index < 0 ? nullptr : &fields[index];
}

std::vector<Child> Struct::Children() const {
  std::vector<Child> children;
  children.reserve(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    children.push_back({absl::StrCat(".", type->fields[i].name), fields[i]});
  }
  return children;
}

void Struct::Surrender(std::vector<Value>& to) {
  for (Value& field : fields) to.push_back(std::exchange(field, Value()));
}

Value Struct::WithChildren(std::vector<Value> children) const {
  auto result = std::make_shared<Struct>(type, std::move(children));
  result->type_arguments = type_arguments;
  return Value(std::move(result));
}

}  // namespace fluxgate
