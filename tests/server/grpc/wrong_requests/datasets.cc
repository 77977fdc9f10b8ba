#include "tests/server/grpc/wrong_requests/wrong_request.h"

namespace fluxgate::rpc {
namespace {

WrongRequest Push(const std::string& name, const std::vector<std::string>& messages,
                  const std::string& field, const std::string& says,
                  absl::StatusCode code = kInvalid) {
  return {name, "Datasets/PushDataset", messages, code, field, says};
}

// A first chunk of x, 4×4 Float32, and then others.
std::vector<std::string> Chunks(const std::vector<std::string>& rest) {
  std::vector<std::string> all = {
      R"({"name": "a", "chunk": {"path": "x", "data": "AAAAAAAAAAAAAAAAAAAAAA==",
          "tensor": {"dtype": "FLOAT32", "dims": [4, 4]}}})"};
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

std::vector<WrongRequest> PushRequests() {
  return {
      Push("Empty", {}, "name", "empty"),
      Push("NoName", {R"({"x": {"rows": [1]}})"}, "name", "required"),
      Push("Name", {R"({"name": "../a", "x": {"rows": [1]}})"}, "name", ""),
      Push("Session", {R"({"session": "../a", "name": "a"})"}, "session", "letters"),
      Push("Resumed", {R"({"name": "a", "requestId": "q", "resume": true})"}, "resume",
           "begin again", kMissing),
      Push("ResumedWithoutId", {R"({"name": "a", "resume": true})"}, "request_id", "required"),
      Push("NoInputs", {R"({"name": "a", "y": {"rows": [1]}})"}, "x", "required"),
      Push("Examples", {R"({"name": "a", "x": {"rows": [1, 2]}, "y": {"rows": [1]}})"}, "y",
           "x has 2"),
      Push("NotAnArray", {R"({"name": "a", "x": {"rows": 1}})"}, "x", "an array"),
      Push("Twice", {R"({"name": "a", "x": {"rows": [1]}})", R"({"x": {"rows": [2]}})"}, "x",
           "twice"),
      Push("OtherName", {R"({"name": "a", "x": {"rows": [1]}})", R"({"name": "b"})"}, "session",
           "first message"),
      Push("Path", {R"({"name": "a", "chunk": {"path": "z", "tensor": {"rows": [1]}}})"},
           "chunk.path", "x and y"),
      Push("NoHeader", {R"({"name": "a", "chunk": {"path": "x", "data": "AAAA"}})"}, "chunk.tensor",
           "dtype and dims"),
      Push("HeaderWithoutDType",
           {R"({"name": "a", "chunk": {"path": "x", "tensor": {"dims": [2]}, "data": "AAAA"}})"},
           "chunk.tensor.dtype", ""),
      Push("OverflowingDims", {R"({"name": "a", "chunk": {"path": "x",
                "tensor": {"dtype": "FLOAT64", "dims": [4294967295, 4294967295]}}})"},
           "chunk.tensor.dims", ""),
      Push("HugeDims", {R"({"name": "a", "chunk": {"path": "x",
                "tensor": {"dtype": "FLOAT64", "dims": [1000000, 1000000]}}})"},
           "chunk.tensor.dims", "", kTooMuch),
      Push("OutOfOrder", Chunks({R"({"chunk": {"offset": "32", "data": "AAAA"}})"}), "chunk.offset",
           "16 bytes"),
      Push("Again", Chunks({R"({"chunk": {"data": "AAAA"}})"}), "chunk.offset", "16 bytes"),
      Push("HugeOffset",
           Chunks({R"({"chunk": {"offset": "18446744073709551615", "data": "AAAA"}})"}),
           "chunk.offset", "16 bytes"),
      Push("OtherPath", Chunks({R"({"chunk": {"path": "y", "offset": "16", "data": "AAAA"}})"}),
           "chunk.tensor", "dtype and dims"),
      Push("SamePath",
           Chunks({R"({"chunk": {"path": "x", "tensor": {"dtype": "FLOAT32", "dims": [1]}}})"}),
           "chunk.tensor", "16 of 64 bytes"),
      Push("Truncated", Chunks({}), "chunk.tensor", "16 of 64 bytes"),
      Push("TooMany",
           Chunks({R"({"chunk": {"offset": "16", "data": ")" + Repeat("AAAA", 17) + "\"}}"}),
           "chunk.data", "64"),
      Push("Crc", Chunks({R"({"chunk": {"offset": "16", "data": "AAAA", "crc32c": 1}})"}),
           "chunk.crc32c", "not those sent", kDamaged),
      Push("NotUtf8", {R"({"name": "a", "x": {"rows": [1]}})", WireField(2, "\xff")}, "",
           "cannot be read"),
      Push("Message", {WireField(2, std::string(65 << 20, 'a'))}, "", "larger than max", kTooMuch),
      Push("HugeChunk", {WireField(2, "a") + WireField(5, WireField(4, std::string(5 << 20, 'a')))},
           "chunk.data", "4194304"),
      Push("Bools", {R"({"name": "a", "chunk": {"path": "x", "data": "Ag==",
                "tensor": {"dtype": "BOOL", "dims": [1]}}})"},
           "chunk.tensor", "neither 0 nor 1"),
      Push("TwoForms", {R"({"name": "a", "x": {"rows": [1], "ref": "v"}})"}, "x",
           "both rows and ref"),
      Push("Ref", {R"({"name": "a", "x": {"ref": "nope"}})"}, "x.ref", "it holds", kMissing),
      Push("RequestId",
           {R"({"name": "a", "x": {"rows": [1]}, "requestId": ")" + Repeat("i", 129) + "\"}"},
           "request_id", "128"),
  };
}

}  // namespace

std::vector<WrongRequest> DatasetRequests() {
  std::vector<WrongRequest> all = PushRequests();
  const std::vector<WrongRequest> others = {
      {"Which", "Datasets/GetDataset", {"{}"}, kInvalid, "name", "d, wide"},
      {"Unknown", "Datasets/GetDataset", {R"({"name": "q"})"}, kMissing, "name", "it holds"},
      {"NotData", "Datasets/GetDataset", {R"({"name": "m"})"}, kInvalid, "name", "not a dataset"},
      {"Token", "Datasets/ListDatasets", {R"({"pageToken": "x"})"}, kInvalid, "page_token", ""},
      {"Session", "Datasets/ListDatasets", {R"({"session": "q"})"}, kMissing, "session", "other"},
      {"NoName", "Datasets/DeleteDataset", {"{}"}, kInvalid, "name", "required"},
      {"Unknown", "Datasets/DeleteDataset", {R"({"name": "q"})"}, kMissing, "name", "it holds"},
      {"NotData",
       "Datasets/DeleteDataset",
       {R"({"name": "m"})"},
       kInvalid,
       "name",
       "not a dataset"},
      {"Unknown", "Datasets/PullDataset", {R"({"name": "q"})"}, kMissing, "name", "it holds"},
      {"Which", "Datasets/PullDataset", {"{}"}, kInvalid, "name", "d, wide"},
  };
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

}  // namespace fluxgate::rpc
