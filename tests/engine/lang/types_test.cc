#include "engine/lang/types.h"

#include <gtest/gtest.h>

#include "engine/lang/evaluate/dispatch.h"
#include "engine/lang/evaluate/scope.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

TypePtr T(const char* name) { return BuiltinType(name); }

TEST(TypesTest, PrintAsJulia) {
  EXPECT_EQ(ArrayType(T("Float32"), 2)->ToString(), "Matrix{Float32}");
  EXPECT_EQ(ArrayType(T("Float32"), 3)->ToString(), "Array{Float32, 3}");
  EXPECT_EQ(T("Vector")->ToString(), "Vector");
  EXPECT_EQ(T("AbstractVector")->ToString(), "AbstractVector");
  EXPECT_EQ(T("Int")->ToString(), "Int64");
  EXPECT_EQ(MakeType("Tuple", {})->ToString(), "Tuple{}");
  EXPECT_EQ(UnionOf({T("Int"), T("Nothing")})->ToString(), "Union{Int64, Nothing}");
}

TEST(TypesTest, Hierarchy) {
  EXPECT_TRUE(IsSubtype(*T("Int64"), *T("Integer")));
  EXPECT_TRUE(IsSubtype(*T("Bool"), *T("Real")));
  EXPECT_FALSE(IsSubtype(*T("Float64"), *T("Integer")));
  EXPECT_TRUE(IsSubtype(*ArrayType(T("Int64"), 1), *T("AbstractArray")));
  EXPECT_TRUE(IsSubtype(*ArrayType(T("Int64"), 1), *T("AbstractVector")));
  EXPECT_FALSE(IsSubtype(*ArrayType(T("Int64"), 2), *T("AbstractVector")));
  EXPECT_TRUE(IsSubtype(*ArrayType(T("Int64"), 2), *T("AbstractVecOrMat")));
  EXPECT_TRUE(IsSubtype(*MakeType("UnitRange", {T("Int64")}), *T("AbstractVector")));
  // Parameters are invariant, but tuples are not.
  EXPECT_FALSE(IsSubtype(*ArrayType(T("Int64"), 1), *ArrayType(T("Real"), 1)));
  EXPECT_TRUE(IsSubtype(*MakeType("Tuple", {T("Int64")}), *MakeType("Tuple", {T("Real")})));
}

TEST(TypesTest, VariablesBind) {
  TypeBindings bindings;
  const TypePtr vector_of_t = ArrayType(TypeVariable("T", T("Real")), 1);
  EXPECT_TRUE(MatchType(ArrayType(T("Float32"), 1), *vector_of_t, &bindings));
  ASSERT_EQ(bindings.size(), 1u);
  EXPECT_EQ(bindings[0].second->name, "Float32");
  EXPECT_EQ(Substitute(vector_of_t, bindings)->ToString(), "Vector{Float32}");
  EXPECT_FALSE(MatchType(ArrayType(T("String"), 1), *vector_of_t, &bindings));
}

TEST(TypesTest, OfValues) {
  EXPECT_EQ(TypeOf(Value::Int(1))->ToString(), "Int64");
  EXPECT_EQ(TypeOf(Tuple::Of({Value::Int(1), Value::String("a")}))->ToString(),
            "Tuple{Int64, String}");
  EXPECT_EQ(TypeOf(List::Of({Value::String("a"), Value::Symbol("b")}))->ToString(), "Vector{Any}");
  EXPECT_EQ(TypeOf(List::Of({Value(), Value::String("b")}))->ToString(),
            "Vector{Union{Nothing, String}}");
  EXPECT_TRUE(IsA(Array::Of(*Tensor::Zeros(DType::kFloat32, Shape({2}))), *T("Vector")));
  EXPECT_FALSE(IsA(Value::Float64(1), *T("Integer")));
}

Method Taking(std::vector<TypePtr> types, bool vararg = false) {
  static const auto& code = *new std::shared_ptr<const Code>(std::make_shared<Code>());
  Method method;
  method.code = code;
  method.arity = static_cast<int>(types.size());
  method.types = std::move(types);
  method.has_vararg = vararg;
  return method;
}

TEST(DispatchTest, TheMostSpecificMethodWinsWhateverTheOrder) {
  GenericFunction f("f", false);
  f.Add(Taking({nullptr}));
  f.Add(Taking({T("Int64")}));
  f.Add(Taking({T("Real")}));
  f.Add(Taking({}, true));
  EXPECT_EQ(f.methods().size(), 4u);
  TypeBindings bindings;
  EXPECT_EQ(FindMethod(f, {Value::Int(1)}, &bindings)->types[0]->name, "Int64");
  EXPECT_EQ(FindMethod(f, {Value::Float64(1)}, &bindings)->types[0]->name, "Real");
  EXPECT_EQ(FindMethod(f, {Value::String("s")}, &bindings)->types[0], nullptr);
  EXPECT_TRUE(FindMethod(f, {Value(), Value()}, &bindings)->has_vararg);
}

TEST(DispatchTest, TheSameSignatureReplaces) {
  GenericFunction f("f", false);
  f.Add(Taking({T("Int64")}));
  f.Add(Taking({T("Int64")}));
  EXPECT_EQ(f.methods().size(), 1u);
  EXPECT_EQ(f.Display(), "f (generic function with 1 method)");
  TypeBindings bindings;
  EXPECT_EQ(FindMethod(f, {Value::String("s")}, &bindings), nullptr);
}

}  // namespace
}  // namespace fluxgate::lang
