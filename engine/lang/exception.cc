#include "engine/lang/exception.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

struct Row {
  const char* name;
  std::vector<const char*> fields;
};

std::vector<std::shared_ptr<const StructType>> MakeTypes() {
  const Row rows[] = {
      {"ErrorException", {}},
      {"ArgumentError", {}},
      {"AssertionError", {}},
      {"BoundsError", {"a", "i"}},
      {"DimensionMismatch", {}},
      {"DivideError", {}},
      {"DomainError", {"val"}},
      {"InexactError", {"func", "T", "val"}},
      {"InterruptException", {}},
      {"KeyError", {"key"}},
      {"MethodError", {"f", "args"}},
      {"OutOfMemoryError", {}},
      {"OverflowError", {}},
      {"ParseError", {}},
      {"StackOverflowError", {}},
      {"StringIndexError", {"string", "index"}},
      {"TypeError", {"func", "context", "expected", "got"}},
      {"UndefKeywordError", {"var"}},
      {"UndefVarError", {"var"}},
  };
  std::vector<std::shared_ptr<const StructType>> types;
  for (const Row& row : rows) {
    auto type = std::make_shared<StructType>();
    type->name = row.name;
    type->builtin = true;
    type->supertype = "Exception";
    for (const char* field : row.fields) type->fields.push_back({field, Value()});
    type->fields.push_back({"msg", Value()});
    types.push_back(std::move(type));
  }
  return types;
}

// "with -1.0:\nsqrt was called …" tells the value and the message.
void ReadDomain(absl::string_view message, std::vector<Value>* fields) {
  if (!absl::ConsumePrefix(&message, "with ")) return;
  const size_t colon = message.find(":\n");
  if (colon == absl::string_view::npos) return;
  const std::string number(message.substr(0, colon));
  const bool single = absl::EndsWith(number, "f0") || absl::EndsWith(number, "32");
  int64_t whole = 0;
  double real = 0;
  if (absl::SimpleAtoi(number, &whole)) {
    fields->front() = Value::Int(whole);
  } else if (absl::SimpleAtod(absl::StrReplaceAll(number, {{"f", "e"}, {"32", ""}}), &real)) {
    fields->front() = single ? Value::Float32(static_cast<float>(real)) : Value::Float64(real);
  } else {
    return;
  }
  fields->back() = Value::String(std::string(message.substr(colon + 2)));
}

std::string FieldText(const Struct& e, absl::string_view field) {
  const Value* value = e.Find(field);
  if (value == nullptr || value->is_nothing()) return "";
  return value->is(Kind::kString) ? value->text() : Repr(*value);
}

}  // namespace

const std::vector<std::shared_ptr<const StructType>>& ExceptionTypes() {
  static const auto& types = *new std::vector<std::shared_ptr<const StructType>>(MakeTypes());
  return types;
}

std::shared_ptr<const StructType> ExceptionType(absl::string_view name) {
  for (const auto& type : ExceptionTypes()) {
    if (type->name == name) return type;
  }
  return nullptr;
}

Value ExceptionFromStatus(const absl::Status& status) {
  // A position gives an engine error its kind.
  const auto diagnostic = GetDiagnostic(status).value_or([&] {
    return GetDiagnostic(AtSource(status, Source{"", ""}, {0, 0})).value_or(SourceDiagnostic());
  }());
  auto type = ExceptionType(diagnostic.kind);
  if (type == nullptr) type = ExceptionType("ErrorException");
  std::vector<Value> fields(type->fields.size());
  fields.back() = Value::String(diagnostic.message);
  if (diagnostic.kind == "DomainError") ReadDomain(diagnostic.message, &fields);
  if (diagnostic.kind == "UndefVarError") {
    // The message is "`name` not defined".
    const size_t end = diagnostic.message.find('`', 1);
    if (end != std::string::npos) fields[0] = Value::Symbol(diagnostic.message.substr(1, end - 1));
  }
  return Struct::Of(std::move(type), std::move(fields));
}

std::string ExceptionMessage(const Value& exception, std::string* kind) {
  kind->clear();
  const Struct* e = exception.As<Struct>();
  if (e == nullptr || !e->type->builtin || ExceptionType(e->type->name) == nullptr) {
    return Repr(exception);
  }
  const std::string& name = e->type->name;
  if (name != "ErrorException") *kind = name;
  const std::string message = FieldText(*e, "msg");
  if (name == "DomainError") {
    const Value* value = e->Find("val");
    if (value == nullptr || value->is_nothing()) return message;
    if (message.empty()) return value->is(Kind::kString) ? value->text() : Repr(*value);
    return absl::StrCat("with ", Repr(*value), ":\n", message);
  }
  if (!message.empty()) return message;
  if (name == "KeyError") return absl::StrCat("key ", Repr(*e->Find("key")), " not found");
  if (name == "UndefVarError") return absl::StrCat("`", FieldText(*e, "var"), "` not defined");
  if (name == "UndefKeywordError") {
    return absl::StrCat("keyword argument `", FieldText(*e, "var"), "` not assigned");
  }
  if (name == "BoundsError") {
    const Value &a = *e->Find("a"), &i = *e->Find("i");
    if (a.is_nothing()) return "";
    if (const Tuple* indices = i.As<Tuple>()) return BoundsText(a, indices->elements);
    return BoundsText(a, {i});
  }
  if (name == "DivideError") return "integer division error";
  return "";
}

}  // namespace fluxgate::lang
