#include "tests/server/grpc/wrong_requests/wrong_request.h"

namespace fluxgate::rpc {
namespace {

std::string Arguments(int count) {
  return R"({"function": "sum", "arguments": [{"rows": 1})" +
         Repeat(R"(, {"rows": 1})", count - 1) + "]}";
}

std::vector<WrongRequest> CallRequests() {
  const std::string call = "Workspace/Call";
  return {
      {"NoFunction", call, {"{}"}, kInvalid, "function", "required"},
      {"Unknown", call, {R"({"function": "nope"})"}, kMissing, "function", "nope"},
      {"Text", call, {R"({"function": "x -> nope("})"}, kInvalid, "function@1:11", ""},
      {"NotAFunction", call, {R"({"function": "v"})"}, kInvalid, "@", "callable"},
      {"UnknownArgument",
       call,
       {R"({"function": "sum", "arguments": [{"rows": 1}, {"ref": "nope"}]})"},
       kMissing,
       "arguments[1].ref",
       "it holds"},
      {"ArgumentText",
       call,
       {R"j({"function": "sum", "arguments": [{"source": "1 + sin("}]})j"},
       kInvalid,
       "arguments[0].source@1:9",
       ""},
      {"TwoForms",
       call,
       {R"({"function": "sum", "arguments": [{"ref": "v", "f32": [1]}]})"},
       kInvalid,
       "arguments[0]",
       "both f32 and ref"},
      {"Arguments", call, {Arguments(65)}, kInvalid, "arguments", "at most 64"},
      {"Keyword",
       call,
       {R"({"function": "sum", "arguments": [{"ref": "v"}], "keywords": {"nope": {"rows": 1}}})"},
       kInvalid,
       "@",
       "nope"},
      {"KeywordValue",
       call,
       {R"({"function": "sum", "arguments": [{"ref": "v"}], "keywords": {"dims": {"ref": "q"}}})"},
       kMissing,
       "keywords[\"dims\"].ref",
       "it holds"},
      {"Shapes",
       call,
       {R"({"function": "m", "arguments": [{"rows": [1, 2, 3]}]})"},
       kInvalid,
       "",
       "3"},
      {"Elements",
       call,
       {R"j({"function": "n -> zeros(n)", "arguments": [{"source": "10^9"}]})j"},
       kTooMuch,
       "@",
       ""},
      {"Loop",
       call,
       {R"({"function": "() -> while true end", "timeout": "0.05s"})"},
       kTooLate,
       "@",
       ""},
      {"Timeout",
       call,
       {R"({"function": "sum", "timeout": "0s"})"},
       kInvalid,
       "timeout",
       "positive"},
  };
}

std::vector<WrongRequest> GradientRequests() {
  const std::string gradient = "Workspace/Gradient";
  return {
      {"NoFunction", gradient, {R"({"at": "1"})"}, kInvalid, "source", "required"},
      {"Unknown", gradient, {R"({"source": "nope", "at": "1"})"}, kMissing, "source", "nope"},
      {"Nowhere", gradient, {R"({"source": "sin"})"}, kInvalid, "at", "where"},
      {"Point", gradient, {R"({"source": "sin", "at": "1 +"})"}, kInvalid, "at@", ""},
      {"PointIsText", gradient, {R"({"source": "sin", "at": "s"})"}, kInvalid, "@", "String"},
      {"TwoPoints",
       gradient,
       {R"({"source": "sin", "at": "1", "arguments": [{"rows": 1}]})"},
       kInvalid,
       "at",
       "both at and arguments"},
      {"OrderZero",
       gradient,
       {R"({"source": "sin", "at": "1", "order": 0})"},
       kInvalid,
       "order",
       "from 1 to 8"},
      {"HugeOrder",
       gradient,
       {R"({"source": "sin", "at": "1", "order": 4294967295})"},
       kInvalid,
       "order",
       "from 1 to 8"},
      {"OrderOfAnArray",
       gradient,
       {R"({"source": "sum", "at": "[1.0, 2.0]", "order": 3})"},
       kInvalid,
       "order",
       "number"},
      {"OrderOfParameters",
       gradient,
       {R"({"source": "() -> 1", "parameters": ["m"], "order": 2})"},
       kInvalid,
       "order",
       "order 1"},
      {"UnknownParameters",
       gradient,
       {R"({"source": "x -> x", "parameters": ["m", "nope"]})"},
       kMissing,
       "parameters[1]",
       "it holds"},
      {"ParametersOfAText",
       gradient,
       {R"({"source": "() -> 1.0", "parameters": ["s"]})"},
       kInvalid,
       "parameters[0]",
       ""},
      {"NotScalar",
       gradient,
       {R"({"source": "x -> [x, x]", "at": "1"})"},
       kInvalid,
       "@",
       "jacobian"},
      {"Loop",
       gradient,
       {R"({"source": "x -> while true end", "at": "1", "timeout": "0.05s"})"},
       kTooLate,
       "@",
       ""},
      {"Recursion", gradient, {R"j({"source": "x -> g(x)", "at": "1.0"})j"}, kTooMuch, "@", ""},
  };
}

std::vector<WrongRequest> NameRequests() {
  return {
      {"Session", "Workspace/ListNames", {R"({"session": "nope"})"}, kMissing, "session", "other"},
      {"Token", "Workspace/ListNames", {R"({"pageToken": "at--1"})"}, kInvalid, "page_token", ""},
      {"NoName", "Workspace/GetValue", {"{}"}, kInvalid, "name", "required"},
      {"Unknown", "Workspace/GetValue", {R"({"name": "nets"})"}, kMissing, "name", "mean \"net\""},
      {"Path", "Workspace/GetValue", {R"({"name": "../x"})"}, kMissing, "name", "it holds"},
      {"Field", "Workspace/GetValue", {R"({"name": "m.nope"})"}, kMissing, "name", "weight"},
      {"Index", "Workspace/GetValue", {R"({"name": "net.layers[9]"})"}, kMissing, "name", "9"},
      {"HugeIndex",
       "Workspace/GetValue",
       {R"({"name": "net.layers[99999999999999999999]"})"},
       kMissing,
       "name",
       ""},
      {"NoValue", "Workspace/SetValue", {R"({"name": "z"})"}, kInvalid, "value", "either"},
      {"TwoValues",
       "Workspace/SetValue",
       {R"({"name": "z", "value": {"rows": 1}, "text": "a"})"},
       kInvalid,
       "value",
       "either"},
      {"NoName", "Workspace/SetValue", {R"({"text": ""})"}, kInvalid, "name", "required"},
      {"Number", "Workspace/SetValue", {R"({"name": "1z", "text": ""})"}, kInvalid, "name", ""},
      {"Path", "Workspace/SetValue", {R"({"name": "../x", "text": ""})"}, kInvalid, "name", ""},
      {"Keyword", "Workspace/SetValue", {R"({"name": "while", "text": ""})"}, kInvalid, "name", ""},
  };
}

std::vector<WrongRequest> CheckRequests() {
  const std::string check = "Workspace/Check";
  return {
      {"WhichModel",
       check,
       {R"({"arguments": [{"dims": [2, 4]}]})"},
       kInvalid,
       "function",
       "m, net"},
      {"Unknown", check, {R"({"function": "nope"})"}, kMissing, "function", "nope"},
      {"Shapes",
       check,
       {R"({"function": "m", "arguments": [{"dims": [3, 4]}]})"},
       kInvalid,
       "arguments[0]",
       "2"},
      {"OverflowingDims",
       check,
       {R"({"function": "m", "arguments": [{"dims": [4294967295, 4294967295, 4294967295]}]})"},
       kInvalid,
       "arguments[0].dims",
       ""},
      {"HugeDims",
       check,
       {R"({"function": "m", "arguments": [{"dims": [1000000, 1000000]}]})"},
       kTooMuch,
       "arguments[0].dims",
       ""},
      {"DType",
       check,
       {R"({"function": "m", "arguments": [{"dims": [2, 4], "dtype": 77}]})"},
       kInvalid,
       "arguments[0].dtype",
       "77"},
  };
}

}  // namespace

// Workspace but for Evaluate, and for what tensors hold.
std::vector<WrongRequest> WorkspaceRequests() {
  std::vector<WrongRequest> all;
  for (auto rows : {CallRequests(), GradientRequests(), NameRequests(), CheckRequests()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

}  // namespace fluxgate::rpc
