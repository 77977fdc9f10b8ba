#include "engine/nn/show.h"

#include "engine/nn/byte_size.h"
#include "engine/nn/layer.h"
#include "engine/nn/summary.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "tests/testing/fake_context.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::nn {
namespace {

using ::fluxgate::testing::FakeContext;
using ::fluxgate::testing::Float32s;
using ::fluxgate::testing::StatusIs;
using ::fluxgate::testing::TestFunction;
using ::testing::HasSubstr;

Value Row(const char* name) { return FunctionAsValue(*FindFunction(name)); }

std::string Repr(const Value& value) {
  if (const Function* row = FunctionOf(value)) return std::string(row->name);
  if (value.is(Kind::kFunction)) return "+";
  if (value.is_number())
    return value.is_bool() ? (value.scalar().AsBool() ? "true" : "false") : "0.5";
  return "?";
}

class ShowTest : public ::testing::Test {
 protected:
  Value Dense(int64_t in, int64_t out, const char* activation = "identity",
              std::vector<std::pair<std::string, Value>> keywords = {}) {
    return *context_.MakeLayer(
        "Dense", {Value(std::make_shared<Pair>(Value::Int(in), Value::Int(out))), Row(activation)},
        std::move(keywords));
  }
  Value Make(const char* name, std::vector<Value> arguments,
             std::vector<std::pair<std::string, Value>> keywords = {}) {
    return *context_.MakeLayer(name, std::move(arguments), std::move(keywords));
  }
  std::string Show(const Value& layer) { return ShowLayer(*layer.As<Struct>(), Repr); }
  FakeContext context_;
};

TEST_F(ShowTest, OneLayer) {
  EXPECT_EQ(Show(Dense(1, 1)), "Dense(1 => 1)       # 2 parameters");
  EXPECT_EQ(Show(Dense(5, 2, "tanh", {{"bias", Value::Bool(false)}})),
            "Dense(5 => 2, tanh; bias=false)  # 10 parameters");
  EXPECT_EQ(Show(Dense(64, 1000, "σ")), "Dense(64 => 1000, σ)  # 65_000 parameters");
  EXPECT_EQ(Show(Dense(2, 2, "relu", {{"init", Row("zeros32")}})),
            "Dense(2 => 2, relu)  # 6 parameters  (all zero)");
  EXPECT_EQ(Show(Make("Scale", {Value::Int(3)})), "Scale(3)            # 6 parameters");
  EXPECT_EQ(Show(Make("Dropout", {Value::Float64(0.5)})), "Dropout(0.5)");
}

TEST_F(ShowTest, ChainWithTotals) {
  EXPECT_EQ(Show(Make("Chain", {Dense(10, 5, "tanh"), Dense(5, 1), Row("softmax")})),
            "Chain(\n"
            "  Dense(10 => 5, tanh),                 # 55 parameters\n"
            "  Dense(5 => 1),                        # 6 parameters\n"
            "  softmax,\n"
            ")                   # Total: 4 arrays, 61 parameters, 452 bytes.");
}

TEST_F(ShowTest, NamesAndNesting) {
  const Value plus = TestFunction::Of([](Context&, absl::Span<const Value>) { return Value(); });
  EXPECT_EQ(Show(Make("Parallel", {plus}, {{"α", Dense(10, 2, "tanh")}, {"β", Dense(5, 2)}})),
            "Parallel(\n"
            "  +,\n"
            "  α = Dense(10 => 2, tanh),             # 22 parameters\n"
            "  β = Dense(5 => 2),                    # 12 parameters\n"
            ")                   # Total: 4 arrays, 34 parameters, 344 bytes.");
  EXPECT_EQ(Show(Make("Chain", {}, {{"enc", Make("Chain", {Dense(2, 2)})}, {"dec", Dense(2, 1)}})),
            "Chain(\n"
            "  enc = Chain(\n"
            "    Dense(2 => 2),                      # 6 parameters\n"
            "  ),\n"
            "  dec = Dense(2 => 1),                  # 3 parameters\n"
            ")                   # Total: 4 arrays, 9 parameters, 244 bytes.");
}

TEST_F(ShowTest, SmallContainersHaveNoTotal) {
  EXPECT_EQ(Show(Make("Chain", {Dense(1, 1)})),
            "Chain(\n"
            "  Dense(1 => 1),                        # 2 parameters\n"
            ") ");
  EXPECT_EQ(Show(Make("Chain", {Row("relu"), Row("softmax")})), "Chain(relu, softmax)");
}

TEST_F(ShowTest, TheShortForm) {
  const Value chain = Make("Chain", {}, {{"a", Dense(2, 3, "tanh")}, {"b", Row("softmax")}});
  EXPECT_EQ(ReprLayer(*chain.As<Struct>(), Repr), "Chain(a = Dense(2 => 3, tanh), b = softmax)");
  const Value vector = Make("Chain", {List::Of({Row("relu")})});
  EXPECT_EQ(ReprLayer(*vector.As<Struct>(), Repr), "Chain([relu])");
  const Value skip = Make("SkipConnection", {Dense(2, 2), Row("relu")});
  EXPECT_EQ(ReprLayer(*skip.As<Struct>(), Repr), "SkipConnection(Dense(2 => 2), relu)");
}

TEST(Bytes, AreWrittenAsJuliaWritesThem) {
  EXPECT_EQ(FormatBytes(1), "1 byte");
  EXPECT_EQ(FormatBytes(452), "452 bytes");
  EXPECT_EQ(FormatBytes(6360), "6.211 KiB");
  EXPECT_EQ(FormatBytes(3257000), "3.106 MiB");
  EXPECT_EQ(Underscorise(7), "7");
  EXPECT_EQ(Underscorise(999), "999");
  EXPECT_EQ(Underscorise(1234567), "1_234_567");
}

TEST_F(ShowTest, SummaryFindsShapesWithoutComputing) {
  const Value model = Make("Chain", {Dense(4, 3, "relu"), Make("Chain", {Dense(3, 2)})});
  ASSERT_OK_AND_ASSIGN(ModelSummary summary,
                       Summarise(context_, model, DType::kFloat32, Shape({4, 10})));
  ASSERT_EQ(summary.layers.size(), 2u);
  EXPECT_EQ(summary.layers[0].path, "layers[1]");
  EXPECT_EQ(*summary.layers[0].output, Shape({3, 10}));
  EXPECT_EQ(summary.layers[0].parameters, 15);
  EXPECT_EQ(summary.layers[1].path, "layers[2].layers[1]");
  EXPECT_EQ(*summary.output, Shape({2, 10}));
  EXPECT_EQ(summary.parameters, 23);
  EXPECT_EQ(summary.parameter_bytes, 92);
  EXPECT_EQ(summary.activation_bytes, 200);
  EXPECT_FALSE(context_.ops().tracing());
  EXPECT_THAT(Summarise(context_, model, DType::kFloat32, Shape({5, 10})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("(at layers[1])")));
}

}  // namespace
}  // namespace fluxgate::nn
