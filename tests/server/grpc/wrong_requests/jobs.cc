#include "tests/server/grpc/wrong_requests/wrong_request.h"

namespace fluxgate::rpc {
namespace {

WrongRequest Set(const std::string& name, const std::vector<std::string>& messages,
                 const std::string& field, const std::string& says,
                 absl::StatusCode code = kInvalid) {
  return {name, "Models/SetParameters", messages, code, field, says};
}

std::vector<WrongRequest> ParameterRequests() {
  const std::string get = "Models/GetParameters";
  const std::string good = R"({"model": "m", "chunk": {"path": "bias", "tensor": {"rows": [9]}}})";
  return {
      {"Which", get, {"{}"}, kInvalid, "model", "m, net"},
      {"Unknown", get, {R"({"model": "q"})"}, kMissing, "model", "it holds"},
      {"Path",
       get,
       {R"({"model": "m", "paths": ["weight", "wieght"]})"},
       kMissing,
       "paths[1]",
       "weight"},
      {"NoTensors", get, {R"({"model": "s"})"}, kInvalid, "model", "no tensors"},
      {"Paths",
       get,
       {R"({"model": "m", "paths": ["bias")" + Repeat(R"(, "bias")", 1000) + "]}"},
       kInvalid,
       "paths",
       "1000"},
      Set("Empty", {}, "chunk", "empty"),
      Set("NothingSent", {R"({"model": "m"})"}, "chunk", "no parameters"),
      Set("Session", {R"({"session": "nope"})"}, "session", "other", kMissing),
      Set("Model", {R"({"model": "nope", "chunk": {"path": "a", "tensor": {"rows": 1}}})"}, "model",
          "it holds", kMissing),
      Set("Path", {good, R"({"chunk": {"path": "wieght", "tensor": {"rows": 1}}})"}, "chunk.path",
          "weight", kMissing),
      Set("Dims", {good, R"({"chunk": {"path": "weight", "tensor": {"rows": [1, 2]}}})"},
          "chunk.tensor", "(1, 2)"),
      Set("SecondModel", {good, R"({"model": "net"})"}, "session", "first message"),
      Set("NoHeader", {R"({"model": "m", "chunk": {"data": "AAAA"}})"}, "chunk.tensor",
          "dtype and dims"),
      Set("Crc", {R"({"model": "m", "chunk": {"path": "weight", "crc32c": 1, "data": "AAAAAAAAAAA=",
               "tensor": {"dtype": "FLOAT32", "dims": [1, 2]}}})"},
          "chunk.crc32c", "not those sent", kDamaged),
      Set("Truncated", {good, R"({"chunk": {"path": "weight", "data": "AAAA",
                     "tensor": {"dtype": "FLOAT32", "dims": [1, 2]}}})"},
          "chunk.tensor", "3 of 8 bytes"),
      Set("NotUtf8", {good, WireField(2, "\xff")}, "", "cannot be read"),
      Set("NoMessage", {good, "\x0f\xff"}, "", "cannot be read"),
  };
}

}  // namespace

// Jobs, and the parameters' streams.
std::vector<WrongRequest> JobRequests() {
  std::vector<WrongRequest> all = ParameterRequests();
  const std::vector<WrongRequest> others = {
      {"Unknown", "Jobs/GetJob", {R"({"job": "job-99"})"}, kMissing, "job", "job-1"},
      {"None", "Jobs/GetJob", {R"({"session": "other"})"}, kMissing, "job", "has no jobs"},
      {"Session", "Jobs/ListJobs", {R"({"session": "nope"})"}, kMissing, "session", "other"},
      {"Token", "Jobs/ListJobs", {R"({"pageToken": "x"})"}, kInvalid, "page_token", ""},
      {"State", "Jobs/ListJobs", {R"({"states": [99]})"}, kInvalid, "states[0]", "99"},
      {"Unknown", "Jobs/WatchJob", {R"({"job": "../job-1"})"}, kMissing, "job", "job-1"},
      {"Session", "Jobs/WatchJob", {R"({"session": "nope"})"}, kMissing, "session", "other"},
      {"Unknown", "Jobs/CancelJob", {R"({"job": "x"})"}, kMissing, "job", "job-1"},
      {"Ended", "Jobs/CancelJob", {R"({"job": "job-1"})"}, kWrongState, "job", "ended"},
  };
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

}  // namespace fluxgate::rpc
