#include "tests/server/grpc/wrong_requests/wrong_request.h"

namespace fluxgate::rpc {
namespace {

WrongRequest Layer(const std::string& name, const std::string& layer, const std::string& where,
                   const std::string& says, absl::StatusCode code = kInvalid) {
  return {name,
          "Models/DefineModel",
          {R"({"name": "k", "layer": )" + layer + "}"},
          code,
          where.empty() ? "layer" : "layer." + where,
          says};
}

std::vector<WrongRequest> LayerRequests() {
  const std::string chain = R"({"chain": {"layers": [)";
  return {
      Layer("NoKind", "{}", "", "one kind"),
      Layer("NoOut", R"({"dense": {"in": 1}})", "dense.out", "required"),
      Layer("SecondLayer", chain + R"({"dense": {"in": 2, "out": 2}}, {"dense": {"in": 1}}]}})",
            "chain.layers[1].dense.out", "required"),
      Layer("Activation", R"({"dense": {"in": 1, "out": 1, "activation": "rleu"}})",
            "dense.activation", "relu", kMissing),
      Layer("LayerActivation", R"({"activation": "rleu"})", "activation", "relu", kMissing),
      Layer("Initialiser", R"({"dense": {"in": 1, "out": 1, "init": "glorot"}})", "dense.init",
            "glorot_uniform", kMissing),
      Layer("HugeDense", R"({"dense": {"in": 4294967295, "out": 4294967295}})", "dense",
            "too large"),
      Layer("WeightAndSize", R"({"dense": {"in": 1, "weight": {"rows": [[1]]}}})", "dense.in",
            "cannot be given with weight"),
      Layer("WeightAsVector", R"({"dense": {"weight": {"rows": [1, 2]}}})", "dense", "matrix"),
      Layer("Weight", R"({"dense": {"weight": {"rows": [[1], [2, 3]]}}})", "dense.weight.rows[1]",
            "differ in length"),
      Layer("TwoBiases",
            R"({"dense": {"weight": {"rows": [[1]]}, "bias": true, "biasValues": {"rows": [1]}}})",
            "dense", "both bias_values and bias"),
      Layer("EmptyChain", R"({"chain": {}})", "chain.layers", "required"),
      Layer("HalfNamed",
            chain + R"({"name": "a", "activation": "relu"}, {"activation": "relu"}]}})",
            "chain.layers[1].name", "all layers have names or none"),
      Layer("TwiceNamed",
            chain + R"({"name": "a", "activation": "relu"}, {"name": "a", "flatten": {}}]}})",
            "chain.layers[1].name", "came before"),
      Layer("DropoutWithoutP", R"({"dropout": {}})", "dropout.p", "required"),
      Layer("DropoutOfTwo", R"({"dropout": {"p": 2}})", "dropout", "2"),
      Layer("DropoutOfNaN", R"({"dropout": {"p": "NaN"}})", "dropout.p", "finite"),
      Layer("Connection", R"({"skipConnection": {"layer": {"flatten": {}}, "connection": "nope"}})",
            "skip_connection.connection", "nope", kMissing),
      Layer("Ref", R"({"ref": "nope"})", "ref", "it holds", kMissing),
      Layer("Source", R"({"source": "Dense(1 =>"})", "source@1:11", ""),
      Layer("Nested", Repeat(chain, 33) + R"({"flatten": {}})" + Repeat("]}}", 33),
            Repeat("chain.layers[0].", 31).substr(0, 234) + "…", "deeper than 32"),
      Layer("ManyLayers",
            chain + R"({"flatten": {}})" + Repeat(R"(, {"flatten": {}})", 10'000) + "]}}",
            "chain.layers[9999]", "more than 10000"),
  };
}

std::vector<WrongRequest> NamedRequests() {
  return {
      {"NoName", "Models/DefineModel", {R"({"source": "1"})"}, kInvalid, "name", "required"},
      {"Name", "Models/DefineModel", {R"({"name": "../k", "source": "m"})"}, kInvalid, "name", ""},
      {"NoLayer", "Models/DefineModel", {R"({"name": "k"})"}, kInvalid, "layer", "either"},
      {"Both",
       "Models/DefineModel",
       {R"({"name": "k", "source": "m", "layer": {"flatten": {}}})"},
       kInvalid,
       "layer",
       "either"},
      {"NoModel",
       "Models/DefineModel",
       {R"({"name": "k", "source": "v"})"},
       kInvalid,
       "source",
       ""},
      {"SourceText",
       "Models/DefineModel",
       {R"j({"name": "k", "source": "Chain(Dense(1 => 2), nope)"})j"},
       kInvalid,
       "source@1:22",
       "nope"},
      {"RequestIdOfAnotherCall",
       "Models/DefineModel",
       {R"({"name": "k", "source": "m", "requestId": "made"})"},
       kExists,
       "request_id",
       "another"},
      {"Which", "Models/GetModel", {"{}"}, kInvalid, "model", "m, net"},
      {"Unknown", "Models/GetModel", {R"({"model": "mm"})"}, kMissing, "model", "it holds"},
      {"NotAModel", "Models/GetModel", {R"({"model": "d"})"}, kInvalid, "model", "not a model"},
      {"Token", "Models/ListModels", {R"({"pageToken": "x"})"}, kInvalid, "page_token", ""},
      {"NoName", "Models/DeleteModel", {"{}"}, kInvalid, "model", "required"},
      {"Unknown", "Models/DeleteModel", {R"({"model": "q"})"}, kMissing, "model", "it holds"},
      {"Part", "Models/DeleteModel", {R"({"model": "net.layers[1]"})"}, kInvalid, "model", "part"},
  };
}

std::vector<WrongRequest> PredictRequests() {
  const std::string predict = "Models/Predict";
  return {
      {"Which", predict, {R"({"x": {"ref": "d.x"}})"}, kInvalid, "model", "m, net"},
      {"NoInput", predict, {R"({"model": "m"})"}, kInvalid, "x", "no numbers"},
      {"Shapes",
       predict,
       {R"({"model": "m", "x": {"rows": [[1], [2], [3]]}})"},
       kInvalid,
       "x",
       "3"},
      {"Text",
       predict,
       {R"({"model": "m", "x": {"source": "\"text\""}})"},
       kInvalid,
       "x",
       "String"},
      {"RowMajor",
       predict,
       {R"({"model": "m", "x": {"f32": [1, 2, 3, 4, 5, 6], "dims": [3, 2]}})"},
       kInvalid,
       "x",
       "REVERSED"},
      {"Inputs",
       predict,
       {R"({"model": "m", "x": {"ref": "d.x"}, "inputs": [{"rows": 1})" +
        Repeat(R"(, {"rows": 1})", 63) + "]}"},
       kInvalid,
       "inputs",
       "at most 63"},
      {"TooManyInputs",
       predict,
       {R"({"model": "m", "x": {"ref": "d.x"}, "inputs": [{"rows": 1}]})"},
       kInvalid,
       "x",
       "one input"},
      {"Output",
       predict,
       {R"j({"model": "m", "x": {"source": "zeros(Float32, 2, 10^6)"}})j"},
       kTooMuch,
       "",
       "fewer examples"},
      {"Input",
       predict,
       {R"j({"model": "m", "x": {"source": "zeros(Float32, 2, 10^9)"}})j"},
       kTooMuch,
       "x.source@1:1",
       ""},
      {"Message",
       predict,
       {WireField(3, WireField(5, std::string(65 << 20, '\0')))},
       kTooMuch,
       "",
       "larger than max"},
  };
}

}  // namespace

// Models but for training and streams.
std::vector<WrongRequest> ModelRequests() {
  std::vector<WrongRequest> all;
  for (auto rows : {LayerRequests(), NamedRequests(), PredictRequests()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

}  // namespace fluxgate::rpc
