#include <algorithm>

#include "engine/lang/builtin.h"
#include "engine/lang/function.h"
#include "engine/lang/io.h"
#include "engine/lang/types.h"
#include "engine/nn/function.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

using Parameter = Type::Parameter;

// A type value that a container declares, or null.
TypePtr Declared(const Value& value) { return value.Share<Type>(); }

std::vector<TypePtr> Ancestry(const TypePtr& type) {
  static constexpr absl::string_view kChain[] = {
      "Signed",   "Integer",       "AbstractFloat",  "Real",      "Number",
      "Function", "AbstractArray", "AbstractString", "Exception", "AbstractRule"};
  std::vector<TypePtr> up;
  const std::vector<std::string>* named = type->struct_type != nullptr
                                              ? &type->struct_type->ancestors
                                          : type->abstract ? &type->ancestors
                                                           : nullptr;
  if (named != nullptr) {
    for (size_t i = 0; i < named->size(); ++i) {
      auto made = std::make_shared<Type>((*named)[i], std::vector<Parameter>{});
      made->abstract = true;
      made->ancestors.assign(named->begin() + i + 1, named->end());
      up.push_back(made);
    }
  }
  for (absl::string_view name : kChain) {
    TypePtr candidate = BuiltinType(name);
    if (IsSubtype(*type, *candidate)) up.push_back(std::move(candidate));
  }
  return up;
}

TypePtr JoinAll(const std::vector<Value>& values) {
  TypePtr joined;
  for (const Value& value : values) {
    TypePtr type = TypeOf(value);
    joined = joined == nullptr ? type : JoinTypes(joined, type);
    if (joined->name == "Any") break;
  }
  return joined == nullptr ? AnyType() : joined;
}

TypePtr TupleType(const std::vector<Value>& elements) {
  std::vector<TypePtr> types;
  for (const Value& e : elements) types.push_back(TypeOf(e));
  return MakeType("Tuple", std::move(types));
}

TypePtr NumberType(const Scalar& number) {
  switch (number.written()) {
    case Scalar::Written::kPlain:
      break;
    case Scalar::Written::kPi:
    case Scalar::Written::kEuler: {
      const char* symbol = number.written() == Scalar::Written::kPi ? ":π" : ":ℯ";
      return MakeType("Irrational", {std::make_shared<Type>(symbol, std::vector<Parameter>{})});
    }
    case Scalar::Written::kUInt8:
      return BuiltinType("UInt8");
    case Scalar::Written::kUInt16:
      return BuiltinType("UInt16");
    case Scalar::Written::kUInt32:
      return BuiltinType("UInt32");
    case Scalar::Written::kUInt64:
      return BuiltinType("UInt64");
  }
  return DTypeType(number.dtype());
}

TypePtr StructTypeOfValue(const Struct& value) {
  std::vector<TypePtr> arguments;
  for (const Value& a : value.type_arguments) {
    if (TypePtr t = Declared(a)) arguments.push_back(std::move(t));
  }
  if (arguments.empty() && !value.type->parameters.empty() &&
      value.type->parameters.size() <= value.fields.size()) {
    // A parametric type that infers its parameters: each field declared as one gives its type.
    for (const std::string& parameter : value.type->parameters) {
      for (size_t i = 0; i < value.fields.size(); ++i) {
        const TypePtr declared = Declared(value.type->fields[i].type);
        if (declared != nullptr && declared->name == parameter) {
          arguments.push_back(TypeOf(value.fields[i]));
          break;
        }
      }
    }
    if (arguments.size() != value.type->parameters.size()) arguments.clear();
  }
  return StructTypeOf(value.type, std::move(arguments));
}

}  // namespace

TypePtr JoinTypes(const TypePtr& a, const TypePtr& b) {
  if (IsSubtype(*b, *a)) return a;
  if (IsSubtype(*a, *b)) return b;
  const bool a_nothing = a->name == "Nothing" || a->name == "Missing";
  const bool b_nothing = b->name == "Nothing" || b->name == "Missing";
  if (a_nothing) return UnionOf({a, b});
  if (b_nothing) return UnionOf({b, a});
  if (a->name == "Union" && a->parameters.size() == 2 && a->parameters[0].type->name == "Nothing") {
    TypePtr rest = JoinTypes(a->parameters[1].type, b);
    return rest->name == "Any" ? rest : UnionOf({a->parameters[0].type, rest});
  }
  if (a->name == b->name && a->name == "Tuple" && a->parameters.size() == b->parameters.size()) {
    std::vector<TypePtr> parts;
    for (size_t i = 0; i < a->parameters.size(); ++i) {
      parts.push_back(JoinTypes(a->parameters[i].type, b->parameters[i].type));
    }
    return MakeType("Tuple", std::move(parts));
  }
  if (a->name == b->name && a->name == "Array" && a->parameters.size() == 2 &&
      a->parameters[1].integer == b->parameters[1].integer) {
    return std::make_shared<Type>("Array", std::vector<Parameter>{{}, a->parameters[1]});
  }
  if (a->name == b->name && a->struct_type == b->struct_type) {
    return a->struct_type ? StructTypeOf(a->struct_type, {}) : MakeType(a->name, {});
  }
  for (const TypePtr& up : Ancestry(a)) {
    if (IsSubtype(*b, *up)) return up;
  }
  return AnyType();
}

TypePtr ElementType(const Value& collection) {
  switch (collection.kind()) {
    case Kind::kNumber:
    case Kind::kTraced:
    case Kind::kChar:
      return TypeOf(collection);
    case Kind::kString:
      return BuiltinType("Char");
    case Kind::kArray:
      return DTypeType(collection.As<Array>()->dtype());
    case Kind::kRange:
      return DTypeType(collection.As<Range>()->dtype());
    case Kind::kList: {
      const List& list = *collection.As<List>();
      if (TypePtr declared = Declared(list.element_type)) return declared;
      return JoinAll(list.elements);
    }
    case Kind::kTuple:
      return JoinAll(collection.As<Tuple>()->elements);
    case Kind::kNamedTuple:
      return JoinAll(collection.As<NamedTuple>()->values);
    case Kind::kSet: {
      const Set& set = *collection.As<Set>();
      if (TypePtr declared = Declared(set.members.key_type)) return declared;
      std::vector<Value> keys;
      for (const auto& [key, value] : set.members.Entries()) keys.push_back(key);
      return JoinAll(keys);
    }
    case Kind::kDict: {
      const TypePtr dict = TypeOf(collection);
      return MakeType("Pair", {dict->parameters[0].type, dict->parameters[1].type});
    }
    default:
      return AnyType();
  }
}

namespace {
TypePtr TypeOfShallow(const Value& value);

// Types are inferred from contents. A value that contains itself, or is nested past what a type
// says, is Any from there on.
class Descent {
 public:
  Descent() {
    if (depth_++ == 0) visits_ = 0;
    ++visits_;
  }
  ~Descent() { --depth_; }
  Descent(const Descent&) = delete;
  Descent& operator=(const Descent&) = delete;
  static bool TooFar() { return depth_ > 64 || visits_ > 1'000'000; }

 private:
  static thread_local int depth_;
  static thread_local int64_t visits_;
};
thread_local int Descent::depth_ = 0;
thread_local int64_t Descent::visits_ = 0;
}  // namespace

TypePtr TypeOf(const Value& value) {
  const Descent descent;
  return Descent::TooFar() ? AnyType() : TypeOfShallow(value);
}

namespace {
TypePtr TypeOfShallow(const Value& value) {
  switch (value.kind()) {
    case Kind::kNothing:
      return BuiltinType("Nothing");
    case Kind::kMissing:
      return BuiltinType("Missing");
    case Kind::kNumber:
      return NumberType(value.scalar());
    case Kind::kChar:
      return BuiltinType("Char");
    case Kind::kSymbol:
      return BuiltinType("Symbol");
    case Kind::kString:
      return BuiltinType("String");
    case Kind::kTraced:
      return DTypeType(value.As<Traced>()->dtype());
    case Kind::kRange: {
      const Range& range = *value.As<Range>();
      const TypePtr element = DTypeType(range.dtype());
      if (range.unit && !IsFloat(range.dtype())) {
        return MakeType(range.one_to ? "Base.OneTo" : "UnitRange", {element});
      }
      if (!IsFloat(range.dtype())) return MakeType("StepRange", {element, element});
      const TypePtr twice = range.dtype() == DType::kFloat64
                                ? MakeType("Base.TwicePrecision", {element})
                                : BuiltinType("Float64");
      return MakeType("StepRangeLen", {element, twice, twice, BuiltinType("Int64")});
    }
    case Kind::kArray: {
      const Array& array = *value.As<Array>();
      const TypePtr element = DTypeType(array.dtype());
      if (!array.view() && !array.one_hot) return ArrayType(element, array.shape().rank());
      std::vector<Parameter> parameters = {{element, -1}, {nullptr, array.shape().rank()}};
      return std::make_shared<Type>(array.one_hot ? "OneHotArray" : "SubArray",
                                    std::move(parameters));
    }
    case Kind::kList:
      return ArrayType(ElementType(value), value.As<List>()->shape().rank());
    case Kind::kTuple:
      return TupleType(value.As<Tuple>()->elements);
    case Kind::kNamedTuple: {
      const NamedTuple& tuple = *value.As<NamedTuple>();
      std::vector<Parameter> parameters;
      for (const Value& v : tuple.values) parameters.push_back({TypeOf(v), -1});
      auto type = std::make_shared<Type>("NamedTuple", std::move(parameters));
      type->fields = tuple.names;
      return type;
    }
    case Kind::kPair: {
      const Pair& pair = *value.As<Pair>();
      return MakeType("Pair", {TypeOf(pair.first), TypeOf(pair.second)});
    }
    case Kind::kDict: {
      const Dict& dict = *value.As<Dict>();
      TypePtr key = Declared(dict.key_type), mapped = Declared(dict.value_type);
      if (key == nullptr || mapped == nullptr) {
        std::vector<Value> keys, values;
        for (auto& [k, v] : dict.Entries()) {
          keys.push_back(k);
          values.push_back(v);
        }
        if (key == nullptr) key = JoinAll(keys);
        if (mapped == nullptr) mapped = JoinAll(values);
      }
      return MakeType("Dict", {key, mapped});
    }
    case Kind::kSet:
      return MakeType("Set", {ElementType(value)});
    case Kind::kStruct:
      return StructTypeOfValue(*value.As<Struct>());
    case Kind::kFunction: {
      std::string name = "Function";
      if (const auto* f = value.AsClass<Function>()) {
        name = f->TypeName();
      } else if (const nn::Function* row = nn::FunctionOf(value)) {
        name = std::string("typeof(") + std::string(row->name) + ")";
      }
      auto type = std::make_shared<Type>(std::move(name), std::vector<Parameter>{});
      type->abstract = true;
      type->ancestors = {"Function"};
      return type;
    }
    case Kind::kType:
      return BuiltinType("DataType");
    case Kind::kModule:
      return BuiltinType("Module");
    case Kind::kOpaque:
      if (value.AsClass<Io>() != nullptr) return BuiltinType("IOBuffer");
      if (const auto* shown = value.AsClass<Showable>()) {
        if (TypePtr known = BuiltinType(shown->TypeName())) return known;
        return std::make_shared<Type>(shown->TypeName(), std::vector<Parameter>{});
      }
      break;
  }
  return AnyType();
}
}  // namespace

}  // namespace fluxgate::lang
