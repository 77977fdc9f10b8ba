// What errors say: the field, what was expected, what exists.

#include <gmock/gmock.h>

#include "proto/fluxgate/v1/error.pb.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Matcher;
using Code = grpc::StatusCode;

class ErrorTextsTest : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    Evaluate(
        "m = Dense(Float32[1 2]); d = (x = ones(Float32, 2, 4), y = ones(Float32, 1, 4)); "
        "myloss(m, x, y) = sum(m(x) .- y);");
  }

  template <typename Stub, typename Request, typename Response>
  void Expect(Stub& stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const std::string& json, Code code, const std::string& field,
              const Matcher<std::string>& text) {
    Response response;
    Check(Call(stub, method, json, &response), json, code, field, text);
  }
  static void Check(const grpc::Status& status, const std::string& json, Code code,
                    const std::string& field, const Matcher<std::string>& text) {
    EXPECT_EQ(status.error_code(), code) << json << ": " << status.error_message();
    EXPECT_EQ(BlamedField(status), field) << json << ": " << status.error_message();
    EXPECT_THAT(status.error_message(), text) << json;
  }
  void ExpectOfTraining(const std::string& json, const std::string& field,
                        const Matcher<std::string>& text) {
    std::vector<v1::TrainEvent> events;
    Check(Train(json, &events), json, Code::NOT_FOUND, field, text);
  }
};

TEST_F(ErrorTextsTest, ShapesAndOrdersNameTheirField) {
  using S = v1::Workspace::Stub;
  Expect(*workspace_, &S::Check, R"({"function": "m", "arguments": [{"dims": [3, 4]}]})",
         Code::INVALID_ARGUMENT, "arguments[0]", HasSubstr("3"));
  Expect(*workspace_, &S::Check, R"({"function": "m", "arguments": [{"dims": [4, 2]}]})",
         Code::INVALID_ARGUMENT, "arguments[0]", HasSubstr("REVERSED"));
  Expect(*workspace_, &S::Gradient, R"j({"source": "x -> sum(x)", "at": "[1.0]", "order": 3})j",
         Code::INVALID_ARGUMENT, "order",
         AllOf(HasSubstr("Vector{Float64}"), HasSubstr("orders 1 and 2")));
  Expect(*workspace_, &S::Gradient, R"j({"source": "(x, y) -> x * y", "at": "1, 2", "order": 2})j",
         Code::INVALID_ARGUMENT, "order", HasSubstr("there are 2"));
}

TEST_F(ErrorTextsTest, UnknownNamesListWhatThereIs) {
  Expect(*workspace_, &v1::Workspace::Stub::Call, R"({"function": "mylos"})", Code::NOT_FOUND,
         "function",
         AllOf(HasSubstr("did you mean \"myloss\""), HasSubstr("workspace: m, myloss")));
  ExpectOfTraining(R"({"loss": "msee"})", "loss",
                   AllOf(HasSubstr("no loss \"msee\"; did you mean \"mse\"?"),
                         HasSubstr("logitcrossentropy"), HasSubstr("myloss")));
  ExpectOfTraining(R"({"loss": "mse", "metrics": ["acuracy"]})", "metrics[0]",
                   AllOf(HasSubstr("did you mean \"accuracy\"?"), HasSubstr("mae")));
  const auto define = [this](const std::string& dense, const std::string& field,
                             const Matcher<std::string>& text) {
    Expect(*models_, &v1::Models::Stub::DefineModel,
           R"({"name": "k", "layer": {"dense": {"in": 1, "out": 1, )" + dense + "}}}",
           Code::NOT_FOUND, "layer.dense." + field, text);
  };
  define(R"("activation": "rleu")", "activation", AllOf(HasSubstr("relu"), HasSubstr("gelu")));
  define(R"("init": "glorot")", "init",
         AllOf(HasSubstr("no initialiser \"glorot\""), HasSubstr("glorot_uniform")));
  Expect(*models_, &v1::Models::Stub::OptimStep, R"j({"optimiser": "Adma(0.1)"})j",
         Code::INVALID_ARGUMENT, "optimiser", AllOf(HasSubstr("Adam"), HasSubstr("Descent")));
  Expect(*models_, &v1::Models::Stub::OptimStep, R"({"optimiser": "7"})", Code::INVALID_ARGUMENT,
         "optimiser", AllOf(HasSubstr("not an Int64"), HasSubstr("Descent")));
  Expect(*models_, &v1::Models::Stub::OptimStep, "{}", Code::FAILED_PRECONDITION, "model",
         AllOf(HasSubstr("\"m\""), HasSubstr("ForwardBackward")));
}

TEST_F(ErrorTextsTest, TheyAreEnglish) {
  Expect(*models_, &v1::Models::Stub::DefineModel, R"j({"name": "k", "source": "Dense(2)"})j",
         Code::INVALID_ARGUMENT, "source",
         HasSubstr("Dense of a number of type Int64: it takes in => out"));
  Expect(*workspace_, &v1::Workspace::Stub::SetValue,
         R"({"name": "z", "value": {"rows": [1.5], "dtype": "INT64"}})", Code::INVALID_ARGUMENT,
         "value.rows[0]", HasSubstr("1.5 is not an Int64"));
  v1::PushDatasetResponse response;
  Check(Push({R"({"name": "e", "x": {"rows": [1, 2, 3]}, "y": {"rows": [1]}})"}, &response), "push",
        Code::INVALID_ARGUMENT, "y", HasSubstr("has 1 example, but x has 3"));
  Check(Push({R"({"name": "e", "x": {"rows": 1}})"}, &response), "push", Code::INVALID_ARGUMENT,
        "x", HasSubstr("an array is expected"));
  std::vector<v1::TrainEvent> events;
  Check(Train(R"({"x": {"rows": [[1, 2], [3, 4]]}, "y": {"rows": [[1]]}})", &events), "train",
        Code::INVALID_ARGUMENT, "y", HasSubstr("has 1 example, but x has 2"));
}

TEST_F(ErrorTextsTest, ATrainingSaysWhereItsLossBecameInfinite) {
  std::vector<v1::TrainEvent> events;
  Train(R"j({"loss": "(m, x, y) -> sum(log.(m(x) .- 3))"})j", &events);
  ASSERT_FALSE(events.empty());
  const v1::TrainDone& done = events.back().done();
  EXPECT_EQ(done.stopped_because(), v1::TrainDone::ERROR);
  EXPECT_THAT(done.error().message(),
              HasSubstr("Loss is -Inf on data item 1, stopping training: log(0.0) is -Inf, at "
                        "[1, 1] of 1×4 (epoch 1, batch 1)"));
  v1::SourceDiagnostic diagnostic;
  ASSERT_EQ(done.error().details_size(), 1);
  ASSERT_TRUE(done.error().details(0).UnpackTo(&diagnostic));
  EXPECT_EQ(diagnostic.source(), "loss");
  EXPECT_EQ(diagnostic.line(), 1u);
  EXPECT_EQ(diagnostic.column(), 18u);
  ASSERT_EQ(diagnostic.excerpt_size(), 2);
  EXPECT_THAT(diagnostic.excerpt(0), HasSubstr("log.(m(x) .- 3)"));
  EXPECT_EQ(Evaluate("m.weight").show(1), " 1.0  2.0");
}

}  // namespace
}  // namespace fluxgate::rpc
