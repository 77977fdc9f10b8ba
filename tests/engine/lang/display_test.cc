#include "engine/lang/display/display.h"

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/lang/display/text.h"
#include "engine/lang/showable.h"
#include "engine/lang/types.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"
#include "gtest/gtest.h"

namespace fluxgate::lang {
namespace {

template <typename T>
Value MakeArray(Shape shape, std::vector<T> values) {
  Tensor tensor = *Tensor::Create(DTypeOf<T>::value, std::move(shape));
  std::copy(values.begin(), values.end(), tensor.mutable_data<T>().begin());
  return Array::Of(std::move(tensor));
}
Value Ints(Shape shape, std::vector<int64_t> v) { return MakeArray<int64_t>(shape, v); }
Value Doubles(Shape shape, std::vector<double> v) { return MakeArray<double>(shape, v); }
Value Floats(Shape shape, std::vector<float> v) { return MakeArray<float>(shape, v); }
Value Bools(Shape shape, std::vector<int> v) {
  Tensor tensor = *Tensor::Create(DType::kBool, shape);
  for (size_t i = 0; i < v.size(); ++i) tensor.mutable_data<bool>()[i] = v[i] != 0;
  return Array::Of(std::move(tensor));
}
Value Counting(Shape shape, int64_t start = 1) {
  Tensor tensor = *Tensor::Create(DType::kInt64, shape);
  for (int64_t& x : tensor.mutable_data<int64_t>()) x = start++;
  return Array::Of(std::move(tensor));
}
Value Str(const char* text) { return Value::String(text); }

TEST(DisplayTest, Scalars) {
  EXPECT_EQ(Display(Value()), "nothing");
  EXPECT_EQ(Display(Value::Missing()), "missing");
  EXPECT_EQ(Display(Value::Int(14)), "14");
  EXPECT_EQ(Display(Value::Int(std::numeric_limits<int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(Display(Value::Bool(true)), "true");
  EXPECT_EQ(Display(Value::Float64(8.0)), "8.0");
  EXPECT_EQ(Display(Value::Float64(6.712027970590133)), "6.712027970590133");
  EXPECT_EQ(Display(Value::Float32(122.64734f)), "122.64734f0");
  EXPECT_EQ(Print(Value::Float32(122.64734f)), "122.64734");
  EXPECT_EQ(Repr(Value::Float32(0.1f)), "0.1f0");
}

TEST(DisplayTest, LongText) {
  const std::string fits(558, 'a');
  EXPECT_EQ(Display(Value::String(fits)), "\"" + fits + "\"");
  // Characters count, not bytes.
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "é";
  EXPECT_EQ(Display(Value::String(wide)), "\"" + wide + "\"");
  EXPECT_EQ(Display(Value::String(std::string(1000, 'a'))),
            absl::StrCat("\"", std::string(271, 'a'), "\" ⋯ 459 bytes ⋯ \"", std::string(270, 'a'),
                         "\""));
  // Inside other values a string is whole.
  EXPECT_EQ(Display(Tuple::Of({Value::String(std::string(1000, 'a'))})).size(), 1005u);
}

TEST(DisplayTest, Text) {
  EXPECT_EQ(Display(Str("a\n\"b\" $x \\ é\t\x01")), R"("a\n\"b\" \$x \\ é\t\x01")");
  EXPECT_EQ(Print(Str("a\n\"b\"")), "a\n\"b\"");
  EXPECT_EQ(Display(Value::Char('a')),
            "'a': ASCII/Unicode U+0061 (category Ll: Letter, lowercase)");
  EXPECT_EQ(Display(Value::Char(U'Σ')), "'Σ': Unicode U+03A3 (category Lu: Letter, uppercase)");
  EXPECT_EQ(Repr(Value::Char('\n')), R"('\n')");
  EXPECT_EQ(Repr(Value::Char('\'')), R"('\'')");
  EXPECT_EQ(Print(Value::Char(U'é')), "é");
  EXPECT_EQ(Display(Value::Symbol("weight")), ":weight");
  EXPECT_EQ(Display(Value::Symbol("+")), ":+");
  EXPECT_EQ(Display(Value::Symbol("a b")), "Symbol(\"a b\")");
  EXPECT_EQ(Print(Value::Symbol("weight")), "weight");
  EXPECT_EQ(QuoteString(absl::string_view("\0"
                                          "1\x1b\xe2\x80\x8b",
                                          6)),
            R"("\x001\e\u200b")");
}

TEST(DisplayTest, Ranges) {
  auto range = [](Scalar start, Scalar step, int64_t n, bool unit) {
    return Display(Value(std::make_shared<Range>(start, step, n, unit)));
  };
  const auto i = [](int64_t v) { return Scalar(v); };
  EXPECT_EQ(range(i(1), i(1), 5, true), "1:5");
  EXPECT_EQ(range(i(1), i(1), 0, true), "1:0");
  EXPECT_EQ(range(i(1), i(2), 5, false), "1:2:9");
  EXPECT_EQ(range(i(5), i(-1), 5, false), "5:-1:1");
  EXPECT_EQ(range(Scalar(0.0), Scalar(0.25), 5, false), "0.0:0.25:1.0");
  EXPECT_EQ(range(Scalar(1.0), Scalar(1.0), 3, true), "1.0:1.0:3.0");
}

TEST(DisplayTest, Vectors) {
  EXPECT_EQ(Display(Ints({3}, {1, -20, 3})), "3-element Vector{Int64}:\n   1\n -20\n   3");
  EXPECT_EQ(Display(Floats({1}, {0.0f})), "1-element Vector{Float32}:\n 0.0");
  EXPECT_EQ(Display(Doubles({2}, {-1.232166461802826, 1.0905079003829419})),
            "2-element Vector{Float64}:\n -1.232166461802826\n  1.0905079003829419");
  EXPECT_EQ(Display(Doubles({4}, {1.0, 0.25, 1e-10, 123.0})),
            "4-element Vector{Float64}:\n   1.0\n   0.25\n   1.0e-10\n 123.0");
  EXPECT_EQ(Display(Doubles({2}, {1.0, INFINITY})), "2-element Vector{Float64}:\n  1.0\n Inf");
  EXPECT_EQ(Display(Doubles({2}, {1.0, NAN})), "2-element Vector{Float64}:\n   1.0\n NaN");
  EXPECT_EQ(Display(Bools({2}, {0, 1})), "2-element Vector{Bool}:\n 0\n 1");
  EXPECT_EQ(Display(Doubles({0}, {})), "Float64[]");
  EXPECT_EQ(Display(Ints({0}, {})), "Int64[]");
}

TEST(DisplayTest, LongVectorsAreElided) {
  EXPECT_EQ(Display(Counting({100})),
            "100-element Vector{Int64}:\n   1\n   2\n   3\n   4\n   5\n   6\n   7\n   8\n   9\n"
            "  10\n   ⋮\n  92\n  93\n  94\n  95\n  96\n  97\n  98\n  99\n 100");
}

TEST(DisplayTest, Matrices) {
  EXPECT_EQ(Display(Floats({1, 1}, {0.95041317f})), "1×1 Matrix{Float32}:\n 0.95041317");
  EXPECT_EQ(Display(Ints({1, 5}, {26, 30, 34, 38, 42})), "1×5 Matrix{Int64}:\n 26  30  34  38  42");
  EXPECT_EQ(Display(Floats({1, 6}, {0, 0.9066542f, 1.8133084f, 2.7199626f, 3.6266167f, 4.533271f})),
            "1×6 Matrix{Float32}:\n 0.0  0.906654  1.81331  2.71996  3.62662  4.53327");
  EXPECT_EQ(Display(Floats({1, 5}, {26.112148f, 30.130003f, 34.147854f, 38.165707f, 42.18356f})),
            "1×5 Matrix{Float32}:\n 26.1121  30.13  34.1479  38.1657  42.1836");
  EXPECT_EQ(Display(Doubles({2, 5}, {0.505886, 0.41672, 0.355421, 0.116288, 0.25551, 0.0878837,
                                     0.529211, 0.649566, 0.558492, 0.297722})),
            "2×5 Matrix{Float64}:\n"
            " 0.505886  0.355421  0.25551    0.529211  0.558492\n"
            " 0.41672   0.116288  0.0878837  0.649566  0.297722");
  EXPECT_EQ(Display(Doubles({2, 2}, {1, -2, 30.5, 4})),
            "2×2 Matrix{Float64}:\n  1.0  30.5\n -2.0   4.0");
  EXPECT_EQ(Display(Doubles({0, 3}, {})), "0×3 Matrix{Float64}");
}

TEST(DisplayTest, ArraysOfMoreDims) {
  EXPECT_EQ(Display(Floats({1, 2, 3}, {1, 1, 1, 1, 1, 1})),
            "1×2×3 Array{Float32, 3}:\n"
            "[:, :, 1] =\n 1.0  1.0\n\n"
            "[:, :, 2] =\n 1.0  1.0\n\n"
            "[:, :, 3] =\n 1.0  1.0");
  EXPECT_EQ(Display(Ints({}, {7})), "0-dimensional Array{Int64, 0}:\n7");
  EXPECT_EQ(Display(Counting({1, 1, 1, 2})),
            "1×1×1×2 Array{Int64, 4}:\n[:, :, 1, 1] =\n 1\n\n[:, :, 1, 2] =\n 2");
  EXPECT_EQ(Display(Counting({1, 1, 12})),
            "1×1×12 Array{Int64, 3}:\n[:, :, 1] =\n 1\n\n[:, :, 2] =\n 2\n\n[:, :, 3] =\n 3\n\n"
            ";;; … \n\n[:, :, 10] =\n 10\n\n[:, :, 11] =\n 11\n\n[:, :, 12] =\n 12");
}

TEST(DisplayTest, WideMatricesAreElided) {
  EXPECT_EQ(Display(Counting({2, 30})),
            "2×30 Matrix{Int64}:\n"
            " 1  3  5  7   9  11  13  15  17  19  21  …  43  45  47  49  51  53  55  57  59\n"
            " 2  4  6  8  10  12  14  16  18  20  22     44  46  48  50  52  54  56  58  60");
  const std::string big = Display(Counting({100, 100}));
  for (const char* line :
       {"100×100 Matrix{Int64}:\n",
        "\n   1  101  201  301  401  501  601  701  …  9401  9501  9601  9701  9801   9901\n",
        "\n   2  102  202  302  402  502  602  702     9402  9502  9602  9702  9802   9902\n",
        "\n   6  106  206  306  406  506  606  706  …  9406  9506  9606  9706  9806   9906\n",
        "\n   ⋮                        ⋮            ⋱           ⋮",
        "\n 100  200  300  400  500  600  700  800     9500  9600  9700  9800  9900  10000"}) {
    EXPECT_NE(big.find(line), std::string::npos) << line << "\n" << big;
  }
  // A narrower and lower terminal.
  DisplayOptions small;
  small.rows = 8;
  small.columns = 30;
  EXPECT_EQ(Display(Counting({6, 9}), small),
            "6×9 Matrix{Int64}:\n"
            " 1   7  13  19  …  37  43  49\n"
            " 2   8  14  20     38  44  50\n"
            " ⋮              ⋱          \n"
            " 6  12  18  24  …  42  48  54");
}

TEST(DisplayTest, ViewsAndOneHot) {
  const auto base = Counting({3, 4}).Share<Array>();
  ir::SliceAttr slice;
  slice.start = {1, 0};
  slice.count = {2, 4};
  slice.step = {1, 1};
  EXPECT_EQ(Display(Value(std::make_shared<Array>(base->storage(), Shape({2, 4}), slice))),
            "2×4 view(::Matrix{Int64}, 2:3, :) with eltype Int64:\n 2  5  8  11\n 3  6  9  12");
  slice.count = {1, 4};
  EXPECT_EQ(Display(Value(std::make_shared<Array>(base->storage(), Shape({4}), slice))),
            "4-element view(::Matrix{Int64}, 2, :) with eltype Int64:\n  2\n  5\n  8\n 11");
  const Value one_hot = Bools({3, 2}, {1, 0, 0, 0, 0, 1});
  one_hot.As<Array>()->one_hot = true;
  EXPECT_EQ(Display(one_hot),
            "3×2 OneHotMatrix(::Vector{UInt32}) with eltype Bool:\n 1  ⋅\n ⋅  ⋅\n ⋅  1");
}

TEST(DisplayTest, ArraysInsideOtherValues) {
  EXPECT_EQ(Display(Tuple::Of({Counting({1, 6}, 0), Counting({1, 5}, 6)})),
            "([0 1 … 4 5], [6 7 … 9 10])");
  EXPECT_EQ(Display(Tuple::Of({Floats({1, 1}, {7.5777884f}), Floats({1}, {1.9466728f})})),
            "(Float32[7.5777884;;], Float32[1.9466728])");
  EXPECT_EQ(Display(Tuple::Of({Doubles({2}, {0, 2}), Doubles({2}, {-0.0, -2})})),
            "([0.0, 2.0], [-0.0, -2.0])");
  EXPECT_EQ(Repr(Ints({2, 2}, {1, 3, 2, 4})), "[1 2; 3 4]");
  EXPECT_EQ(Repr(Ints({2, 1}, {1, 2})), "[1; 2;;]");
  EXPECT_EQ(Repr(Bools({2}, {0, 1})), "Bool[0, 1]");
  EXPECT_EQ(Repr(Ints({0}, {})), "Int64[]");
  EXPECT_EQ(Repr(Doubles({0, 3}, {})), "Matrix{Float64}(undef, 0, 3)");
  EXPECT_EQ(Repr(Counting({2, 1, 2})), "[1; 2;;; 3; 4]");
  EXPECT_EQ(Repr(Counting({1, 2, 2})), "[1 2;;; 3 4]");
  EXPECT_EQ(Repr(Counting({1, 1, 2, 2})), "[1;;; 2;;;; 3;;; 4]");
  // repr shows everything, a prompt the ends.
  EXPECT_EQ(Repr(Counting({1, 6})), "[1 2 3 4 5 6]");
  EXPECT_EQ(Display(Tuple::Of({Counting({22})})),
            "([1, 2, 3, 4, 5, 6, 7, 8, 9, 10  …  13, 14, 15, 16, 17, 18, 19, 20, 21, 22],)");
  EXPECT_EQ(Display(Tuple::Of({Counting({5, 1})})), "([1; 2; … ; 4; 5;;],)");
}

TEST(DisplayTest, Tuples) {
  EXPECT_EQ(Display(Tuple::Of({})), "()");
  EXPECT_EQ(Display(Tuple::Of({Value::Int(1)})), "(1,)");
  EXPECT_EQ(Display(Tuple::Of({Value::Bool(true), Value::Bool(true)})), "(true, true)");
  EXPECT_EQ(Display(Tuple::Of({Str("a"), Value::Float32(1), Value()})), "(\"a\", 1.0f0, nothing)");
  EXPECT_EQ(Display(NamedTuple::Of({}, {})), "NamedTuple()");
  EXPECT_EQ(Display(NamedTuple::Of({"a"}, {Value::Int(1)})), "(a = 1,)");
  EXPECT_EQ(Display(NamedTuple::Of({"weight", "bias", "σ"},
                                   {Floats({1, 1}, {2}), Floats({1}, {1}), Value()})),
            "(weight = Float32[2.0;;], bias = Float32[1.0], σ = nothing)");
  EXPECT_EQ(Display(Pair::Of(Str("a"), Value::Int(1))), "\"a\" => 1");
  EXPECT_EQ(Display(Pair::Of(Pair::Of(Value::Int(1), Value::Int(2)), Value::Int(3))),
            "(1 => 2) => 3");
}

TEST(DisplayTest, Lists) {
  EXPECT_EQ(
      Display(List::Of({Tuple::Of({Counting({1, 6}, 0), Ints({1, 6}, {2, 6, 10, 14, 18, 22})})})),
      "1-element Vector{Tuple{Matrix{Int64}, Matrix{Int64}}}:\n"
      " ([0 1 … 4 5], [2 6 … 18 22])");
  EXPECT_EQ(Display(List::Of({Value::Int(1), Str("a"), Value::Symbol("b")})),
            "3-element Vector{Any}:\n 1\n  \"a\"\n  :b");
  EXPECT_EQ(Display(List::Of({Str("a"), Str("bc")})), "2-element Vector{String}:\n \"a\"\n \"bc\"");
  EXPECT_EQ(Repr(List::Of({Str("a"), Str("bc")})), "[\"a\", \"bc\"]");
  EXPECT_EQ(Repr(List::Of({Value::Int(1), Str("a")})), "Any[1, \"a\"]");
  EXPECT_EQ(Display(List::Of({Doubles({1}, {1}), Doubles({2}, {2, 3})})),
            "2-element Vector{Vector{Float64}}:\n [1.0]\n [2.0, 3.0]");
  // The header has said that they are Float32.
  EXPECT_EQ(Display(List::Of({Floats({1}, {1}), Floats({1}, {2})})),
            "2-element Vector{Vector{Float32}}:\n [1.0]\n [2.0]");
  EXPECT_EQ(Repr(List::Of({Floats({1}, {1})})), "Vector{Float32}[[1.0]]");
  EXPECT_EQ(Display(List::Of({})), "Any[]");
  EXPECT_EQ(
      Display(List::Of({Pair::Of(Str("a"), Value::Int(1)), Pair::Of(Str("bcd"), Value::Int(2))})),
      "2-element Vector{Pair{String, Int64}}:\n   \"a\" => 1\n \"bcd\" => 2");
}

TEST(DisplayTest, DictsAndSets) {
  auto dict = std::make_shared<Dict>();
  EXPECT_EQ(Display(Value(dict)), "Dict{Any, Any}()");
  dict->Set(Str("b"), Value::Int(2));
  dict->Set(Str("long"), Value::Int(1));
  EXPECT_EQ(Display(Value(dict)),
            "Dict{String, Int64} with 2 entries:\n  \"b\"    => 2\n  \"long\" => 1");
  EXPECT_EQ(Repr(Value(dict)), "Dict(\"b\" => 2, \"long\" => 1)");
  dict->Erase(Str("b"));
  EXPECT_EQ(Display(Value(dict)), "Dict{String, Int64} with 1 entry:\n  \"long\" => 1");
  auto many = std::make_shared<Dict>();
  for (int i = 0; i < 100; ++i) many->Set(Value::Int(i), Value::Float32(0.5f));
  const std::string text = Display(Value(many));
  EXPECT_EQ(text.substr(0, text.find('\n', 60)),
            "Dict{Int64, Float32} with 100 entries:\n  0  => 0.5\n  1  => 0.5");
  EXPECT_NE(text.find("\n  18 => 0.5\n  ⋮  => ⋮"), std::string::npos) << text;

  auto set = std::make_shared<Set>();
  set->members.Set(Value::Int(3), Value());
  set->members.Set(Value::Int(1), Value());
  EXPECT_EQ(Display(Value(set)), "Set{Int64} with 2 elements:\n  3\n  1");
  EXPECT_EQ(Repr(Value(set)), "Set([3, 1])");
}

TEST(DisplayTest, Structs) {
  auto type = std::make_shared<StructType>();
  type->name = "Affine";
  type->fields = {{"W", Value()}, {"b", Value()}};
  EXPECT_EQ(Display(Struct::Of(type, {Doubles({1, 2}, {1, 2}), Floats({1}, {0.5f})})),
            "Affine([1.0 2.0], Float32[0.5])");
}

class Thing : public Object, public Showable {
 public:
  Thing() : Object(Kind::kOpaque) {}
  std::string Show() const override { return "thing"; }
  std::string TypeName() const override { return "Thing"; }
  std::string Display() const override { return "a thing"; }
};

TEST(DisplayTest, ObjectsShowThemselves) {
  const Value thing(std::make_shared<Thing>());
  EXPECT_EQ(Display(thing), "a thing");
  EXPECT_EQ(Display(Tuple::Of({thing})), "(thing,)");
  EXPECT_EQ(Print(thing), "thing");
}

TEST(DisplayTest, ValuesThatContainThemselvesEnd) {
  auto list = std::make_shared<List>(std::vector<Value>{});
  list->element_type = TypeValue(AnyType());
  list->elements.push_back(Value(list));
  EXPECT_EQ(Repr(Value(list)), "Any[#= circular reference @-1 =#]");
  list->elements.clear();
}

TEST(DisplayTest, SharedValuesDoNotExplode) {
  Value value = Tuple::Of({Value::Int(1)});
  for (int i = 0; i < 60; ++i) value = NamedTuple::Of({"a", "b"}, {value, value});
  EXPECT_LT(Repr(value).size(), 64u << 20);
}

TEST(DisplayTest, DeepValuesEnd) {
  Value value = Value::Int(1);
  for (int i = 0; i < 5000; ++i) value = Tuple::Of({value});
  EXPECT_NE(Repr(value).find("…"), std::string::npos);
}

}  // namespace
}  // namespace fluxgate::lang
