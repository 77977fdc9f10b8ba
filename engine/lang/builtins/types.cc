// Types, fields and exceptions as functions.
#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/builtins/values.h"
#include "engine/lang/display/display.h"
#include "engine/lang/exception.h"
#include "engine/lang/function.h"
#include "engine/lang/io.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

absl::StatusOr<TypePtr> TypeArgument(absl::string_view function, const Value& v) {
  TypePtr type = v.Share<Type>();
  if (type == nullptr) return MethodError(function, {v});
  return type;
}

// ---- Types ----

absl::StatusOr<Value> Typeof(Evaluator&, const Arguments& x) { return TypeValue(TypeOf(x[0])); }

absl::StatusOr<Value> Eltype(Evaluator&, const Arguments& x) {
  // Of a type: Vector{Float64} has Float64; a number type has itself.
  if (const Type* type = x[0].As<Type>()) {
    if (type->name == "Array" && !type->parameters.empty() && type->parameters[0].type) {
      return TypeValue(type->parameters[0].type);
    }
    if (DTypeOfType(*type)) return x[0];
    return TypeValue(AnyType());
  }
  return TypeValue(ElementType(x[0]));
}

absl::StatusOr<Value> Convert(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const TypePtr type, TypeArgument("convert", x[0]));
  return ConvertTo(eval, x[1], *type);
}

absl::StatusOr<Value> PromoteType(Evaluator&, const Arguments& x) {
  absl::optional<DType> all;
  for (const Value& v : x.positional) {
    FG_ASSIGN_OR_RETURN(const TypePtr type, TypeArgument("promote_type", v));
    const absl::optional<DType> dtype = DTypeOfType(*type);
    if (!dtype) return TypeValue(AnyType());
    all = all ? Promote(*all, *dtype) : *dtype;
  }
  return TypeValue(all ? DTypeType(*all) : UnionOf({}));
}

absl::StatusOr<Value> PromoteValues(Evaluator& eval, const Arguments& x) {
  absl::optional<DType> all;
  for (const Value& v : x.positional) {
    if (!IsNumeric(v)) return MethodError("promote", x.positional);
    all = all ? Promote(*all, NumericDType(v)) : NumericDType(v);
  }
  std::vector<Value> converted;
  for (const Value& v : x.positional) {
    FG_ASSIGN_OR_RETURN(Value c, ConvertTo(eval, v, *DTypeType(*all)));
    converted.push_back(std::move(c));
  }
  return Tuple::Of(std::move(converted));
}

absl::StatusOr<Value> Supertype(Evaluator&, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const TypePtr type, TypeArgument("supertype", x[0]));
  static constexpr const char* kSupertypes[][2] = {
      {"Bool", "Integer"},          {"Int64", "Signed"},          {"Int32", "Signed"},
      {"Signed", "Integer"},        {"Unsigned", "Integer"},      {"Integer", "Real"},
      {"Float32", "AbstractFloat"}, {"Float64", "AbstractFloat"}, {"AbstractFloat", "Real"},
      {"Real", "Number"},           {"String", "AbstractString"}, {"Char", "AbstractChar"}};
  for (const auto& [name, super] : kSupertypes) {
    if (type->name == name) return TypeValue(BuiltinType(super));
  }
  if (type->struct_type != nullptr && !type->struct_type->supertype.empty()) {
    if (TypePtr super = BuiltinType(type->struct_type->supertype)) return TypeValue(super);
    return TypeValue(MakeType(type->struct_type->supertype, {}));
  }
  return TypeValue(AnyType());
}

absl::StatusOr<Value> Nameof(Evaluator&, const Arguments& x) {
  if (const Type* type = x[0].As<Type>()) return Value::Symbol(type->name);
  if (const auto* function = x[0].AsClass<Function>()) return Value::Symbol(function->Name());
  if (const auto* module = x[0].AsClass<Module>()) return Value::Symbol(module->name);
  return MethodError("nameof", x.positional);
}

// ---- Fields ----

std::vector<std::string> FieldNames(const Value& v) {
  std::vector<std::string> names;
  if (const auto* named = v.As<NamedTuple>()) return named->names;
  const StructType* type = nullptr;
  if (const auto* instance = v.As<Struct>()) type = instance->type.get();
  if (const auto* as_type = v.As<Type>()) type = as_type->struct_type.get();
  if (type != nullptr) {
    for (const StructType::Field& field : type->fields) names.push_back(field.name);
    return names;
  }
  if (v.is(Kind::kPair)) return {"first", "second"};
  if (v.is(Kind::kFunction)) {
    for (const Child& child : v.object()->Children()) names.push_back(child.step.substr(1));
  }
  return names;
}

absl::StatusOr<Value> FieldNamesOf(Evaluator&, const Arguments& x) {
  std::vector<Value> names;
  for (const std::string& name : FieldNames(x[0])) names.push_back(Value::Symbol(name));
  return Tuple::Of(std::move(names));
}

absl::StatusOr<std::string> FieldName(const Value& object, const Value& field) {
  if (field.is(Kind::kSymbol) || field.is(Kind::kString)) return field.text();
  const std::vector<std::string> names = FieldNames(object);
  if (field.is_int() && field.scalar().AsInt64() >= 1 &&
      field.scalar().AsInt64() <= static_cast<int64_t>(names.size())) {
    return names[field.scalar().AsInt64() - 1];
  }
  return BoundsError(object, {field});
}

absl::StatusOr<Value> GetFieldOf(Evaluator& eval, const Arguments& x) {
  if (x[0].is(Kind::kTuple)) {
    return GetIndex(eval, x[0], x.positional.subspan(1, 1));
  }
  FG_ASSIGN_OR_RETURN(const std::string name, FieldName(x[0], x[1]));
  if (const auto* named = x[0].As<NamedTuple>()) {
    if (const Value* found = named->Find(name)) return *found;
  } else if (const auto* instance = x[0].As<Struct>()) {
    if (const Value* found = instance->Find(name)) return *found;
  } else if (const auto* pair = x[0].As<Pair>()) {
    if (name == "first") return pair->first;
    if (name == "second") return pair->second;
  } else if (x[0].is(Kind::kFunction)) {
    for (const Child& child : x[0].object()->Children()) {
      if (child.step == "." + name) return child.value;
    }
  } else if (const auto* fields = x[0].AsClass<HasFields>()) {
    if (absl::optional<Value> found = fields->GetField(name)) return *found;
  }
  if (x.size() > 2) return x[2];
  return JuliaError("FieldError",
                    absl::StrCat("type ", TypeName(x[0]), " has no field `", name, "`"));
}

absl::StatusOr<Value> HasField(Evaluator&, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const std::string name, FieldName(x[0], x[1]));
  for (const std::string& known : FieldNames(x[0])) {
    if (known == name) return Value::Bool(true);
  }
  return Value::Bool(false);
}

absl::StatusOr<Value> SetFieldOf(Evaluator& eval, const Arguments& x) {
  auto* instance = x[0].As<Struct>();
  FG_ASSIGN_OR_RETURN(const std::string name, FieldName(x[0], x[1]));
  const int index = instance == nullptr ? -1 : instance->type->FieldIndex(name);
  if (index < 0) {
    return JuliaError("FieldError",
                      absl::StrCat("type ", TypeName(x[0]), " has no field `", name, "`"));
  }
  if (!instance->type->is_mutable) {
    return JuliaError("ErrorException", absl::StrCat("setfield!: immutable struct of type ",
                                                     instance->type->name, " cannot be changed"));
  }
  Value value = x[2];
  if (const Type* type = instance->type->fields[index].type.As<Type>()) {
    FG_ASSIGN_OR_RETURN(value, ConvertTo(eval, value, *type));
  }
  if (eval.ops().tracing()) MarkEffect(eval);
  instance->fields[index] = value;
  return value;
}

// ---- Nothing and missing ----

absl::StatusOr<Value> Something(Evaluator&, const Arguments& x) {
  for (const Value& v : x.positional) {
    const Struct* some = v.As<Struct>();
    if (some != nullptr && some->type == SomeType()) return some->fields[0];
    if (!v.is_nothing()) return v;
  }
  return ArgumentError("No value arguments present");
}

absl::StatusOr<Value> Coalesce(Evaluator&, const Arguments& x) {
  for (const Value& v : x.positional) {
    if (!v.is(Kind::kMissing)) return v;
  }
  return Value::Missing();
}

// ---- Exceptions ----

absl::StatusOr<Value> Error(Evaluator& eval, const Arguments& x) {
  std::string text;
  for (const Value& v : x.positional) {
    FG_ASSIGN_OR_RETURN(const std::string part, eval.PrintText(v));
    text += part;
  }
  return eval.Throw(Struct::Of(ExceptionType("ErrorException"), {Value::String(std::move(text))}));
}

absl::StatusOr<Value> Throw(Evaluator& eval, const Arguments& x) { return eval.Throw(x[0]); }

absl::StatusOr<Value> Rethrow(Evaluator& eval, const Arguments& x) {
  if (x.size() == 1) return eval.Throw(x[0]);
  const Value current = eval.CurrentException();
  if (current.is_nothing()) {
    return JuliaError("ErrorException", "rethrow() not allowed outside a catch block");
  }
  return eval.Throw(current);
}

std::string ErrorText(const Value& exception) {
  std::string kind;
  const std::string message = ExceptionMessage(exception, &kind);
  if (kind.empty()) return message;
  return message.empty() ? kind : absl::StrCat(kind, ": ", message);
}

absl::StatusOr<Value> ShowError(Evaluator& eval, const Arguments& x) {
  auto* io = x[0].AsClass<Io>();
  if (io == nullptr) return MethodError("showerror", x.positional);
  if (io->is_stdout) {
    FG_RETURN_IF_ERROR(eval.host().Print(ErrorText(x[1])));
  } else {
    io->Append(ErrorText(x[1]));
  }
  return Value();
}

Definitions::Call IsKind(Kind kind) {
  return [kind](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    return Value::Bool(x[0].is(kind));
  };
}

}  // namespace

std::vector<Builtin> TypeBuiltins() {
  Definitions d;
  d.Add("typeof", 1, 1, Typeof);
  d.Add("eltype", 1, 1, Eltype);
  d.Add("convert", 2, 2, Convert);
  d.Add("oftype", 2, 2,
        [](Evaluator& eval, const Arguments& x) { return ConvertTo(eval, x[1], *TypeOf(x[0])); });
  d.Add("promote_type", 1, -1, PromoteType);
  d.Add("promote", 1, -1, PromoteValues);
  d.Add("supertype", 1, 1, Supertype);
  d.Add("nameof", 1, 1, Nameof);
  d.Add("fieldnames", 1, 1, FieldNamesOf);
  d.Alias("propertynames");
  d.Add("getfield", 2, 3, GetFieldOf);
  d.Alias("getproperty");
  d.Add("hasfield", 2, 2, HasField);
  d.Alias("hasproperty");
  d.Add("setfield!", 3, 3, SetFieldOf);
  d.Alias("setproperty!");
  d.Add("isnothing", 1, 1, IsKind(Kind::kNothing));
  d.Add("ismissing", 1, 1, IsKind(Kind::kMissing));
  d.Add("something", 1, -1, Something);
  d.Add("coalesce", 1, -1, Coalesce);
  d.Add("error", 0, -1, Error);
  d.Add("throw", 1, 1, Throw);
  d.Add("rethrow", 0, 1, Rethrow);
  d.Add("showerror", 2, 3, ShowError);
  d.Append(ValueBuiltins());
  return d.Take();
}

}  // namespace fluxgate::lang
