#include "tests/server/grpc/wrong_requests/wrong_request.h"

namespace fluxgate::rpc {
namespace {

// A Train of `m` on `d`, but for what is given.
WrongRequest Train(const std::string& name, const std::string& fields, const std::string& where,
                   const std::string& says, absl::StatusCode code = kInvalid) {
  std::string json = R"({"model": "m", )";
  if (fields.find("\"data\"") == std::string::npos && fields.find("\"x\"") == std::string::npos) {
    json += R"("data": "d", )";
  }
  return {name, "Models/Train", {json + fields + "}"}, code, where, says};
}

std::vector<WrongRequest> TrainRequests() {
  return {
      {"WhichModel", "Models/Train", {R"({"data": "d"})"}, kInvalid, "model", "m, net"},
      {"Model", "Models/Train", {R"({"model": "nope"})"}, kMissing, "model", "it holds"},
      {"WhichData", "Models/Train", {R"({"model": "m"})"}, kInvalid, "data", "d, wide"},
      Train("Data", R"("data": "nope")", "data", "it holds", kMissing),
      Train("NotData", R"("data": "m")", "data", "not a dataset"),
      Train("DataTwice", R"("data": "d", "x": {"ref": "d.x"})", "data", "give one"),
      Train("TargetsAlone", R"("y": {"ref": "d.y"})", "y", "y without x"),
      Train("NoExamples", R"("x": {"dims": [2, 0]})", "x", "no examples"),
      Train("Examples", R"("x": {"ref": "d.x"}, "y": {"rows": [[1, 2]]})", "y", "x has 4"),
      Train("Shapes", R"("x": {"ref": "wide.x"}, "y": {"ref": "d.y"})", "loss@", "3×4"),
      Train("Loss", R"("loss": "mes")", "loss", "mse", kMissing),
      Train("LossText", R"j("loss": "(m, x, y) -> sum(")j", "loss@1:18", ""),
      Train("LossIsAValue", R"("loss": "v")", "loss", "function"),
      Train("LossIsNoNumber", R"j("loss": "(m, x, y) -> m(x)")j", "loss", "one number"),
      Train("LossFails", R"j("loss": "(m, x, y) -> nope(m(x))")j", "loss@1:14", "nope"),
      Train("LossAndThen", R"j("loss": "mae", "optimiser": "Adam(")j", "optimiser@1:6", ""),
      Train("Optimiser", R"("optimiser": "3")", "optimiser", "rule"),
      Train("UnknownOptimiser", R"j("optimiser": "Adma()")j", "optimiser@1:1", "Adma"),
      Train("TwoOptimisers", R"j("optimiser": "Adam()", "rule": {"adam": {}})j", "rule",
            "give one"),
      Train("NoRule", R"("rule": {})", "rule", "one rule"),
      Train("EmptyChain", R"("rule": {"chain": {}})", "rule.chain.rules", "required"),
      Train("RateNaN", R"("rule": {"descent": {"eta": "NaN"}})", "rule.descent.eta", "finite"),
      Train("RateInfinite", R"("rule": {"adam": {"eta": "Infinity"}})", "rule.adam.eta", "finite"),
      Train("BetaNaN", R"("rule": {"adam": {"beta": ["NaN", 0.9]}})", "rule.adam.beta[0]",
            "finite"),
      Train("OneBeta", R"("rule": {"adam": {"beta": [0.9]}})", "rule.adam", ""),
      Train("InnerRule",
            R"("rule": {"chain": {"rules": [{"adam": {}}, {"clipNorm": {"p": "NaN"}}]}})",
            "rule.chain.rules[1].clip_norm.p", "finite"),
      Train("Validation", R"("validation": "nope")", "validation", "it holds", kMissing),
      Train("Metric", R"("metrics": ["accuracy", "nope"])", "metrics[1]", "nope", kMissing),
      Train("EmptyMetric", R"("metrics": [""])", "metrics[0]", "required"),
      Train("Metrics", R"("metrics": ["mae")" + Repeat(R"(, "mae")", 16) + "]", "metrics", "16"),
      Train("MetricWithoutTargets",
            R"j("x": {"ref": "d.x"}, "loss": "(m, x) -> sum(m(x))", "metrics": ["mae"])j",
            "metrics[0]", "needs targets"),
      Train("Steps", R"("epochs": 4294967295, "batchSize": 1)", "epochs", "2^32"),
      Train("Timeout", R"("timeout": "0s")", "timeout", "positive"),
      Train("Session", R"("session": "a/b")", "session", "letters"),
      Train("RequestIdOfAnotherCall", R"("requestId": "made")", "request_id", "another", kExists),
  };
}

std::vector<WrongRequest> StepRequests() {
  const std::string forward = "Models/ForwardBackward", step = "Models/OptimStep";
  const std::string m = R"({"model": "m", )";
  return {
      {"WhichModel", forward, {R"({"x": {"ref": "d.x"}})"}, kInvalid, "model", "m, net"},
      {"WhichData", forward, {R"({"model": "m"})"}, kInvalid, "x", ""},
      {"Loss",
       forward,
       {m + R"("x": {"ref": "d.x"}, "y": {"ref": "d.y"}, "loss": "mes"})"},
       kMissing,
       "loss",
       "mse"},
      {"Targets",
       forward,
       {m + R"("x": {"ref": "d.x"}, "y": {"ref": "d.q"}})"},
       kMissing,
       "y.ref",
       ""},
      {"Shapes",
       forward,
       {m + R"("x": {"ref": "wide.x"}, "y": {"ref": "d.y"}, "loss": "mae", "reset": true})"},
       kInvalid,
       "loss@",
       "3×4"},
      {"NoNumber",
       forward,
       {m + R"j("x": {"ref": "d.x"}, "y": {"ref": "d.y"}, "loss": "(m, x, y) -> m(x)"})j"},
       kInvalid,
       "loss@",
       "jacobian"},
      {"NumberUsed",
       forward,
       {m + R"("x": {"ref": "d.x"}, "y": {"ref": "d.y"}, "seq": 1})"},
       kConflict,
       "seq",
       "1"},
      {"NumberZero",
       forward,
       {m + R"("x": {"ref": "d.x"}, "y": {"ref": "d.y"}, "seq": 0})"},
       kInvalid,
       "seq",
       "1"},
      {"Timeout",
       forward,
       {m + R"("x": {"ref": "d.x"}, "timeout": "0s"})"},
       kInvalid,
       "timeout",
       ""},
      {"NoGradients", step, {R"({"model": "net"})"}, kWrongState, "model", "ForwardBackward first"},
      {"NoGradientsWithRule",
       step,
       {R"j({"model": "net", "optimiser": "Adam(0.5)"})j"},
       kWrongState,
       "model",
       "ForwardBackward first"},
      {"WhichModel", step, {"{}"}, kInvalid, "model", "m, net"},
      {"Step", step, {m + R"("expectedStep": 7})"}, kConflict, "expected_step", "2 updates"},
      {"Optimiser", step, {m + R"("optimiser": "7"})"}, kInvalid, "optimiser", "rule"},
      {"Rule", step, {m + R"("rule": {}})"}, kInvalid, "rule", "one rule"},
      {"NumberUsed", step, {m + R"("seq": 1})"}, kConflict, "seq", "1"},
  };
}

}  // namespace

// Train, and the loop that the client drives.
std::vector<WrongRequest> TrainingRequests() {
  std::vector<WrongRequest> all = TrainRequests();
  for (const WrongRequest& row : StepRequests()) all.push_back(row);
  all.push_back({"WhichModel", "Models/Rewind", {"{}"}, kInvalid, "model", "m, net"});
  all.push_back(
      {"Model", "Models/Rewind", {R"({"model": "nope"})"}, kMissing, "model", "it holds"});
  all.push_back(
      {"NoMarks", "Models/Rewind", {R"({"model": "m"})"}, kMissing, "model", "mark_every"});
  return all;
}

}  // namespace fluxgate::rpc
