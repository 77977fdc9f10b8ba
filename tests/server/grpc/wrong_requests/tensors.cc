#include "tests/server/grpc/wrong_requests/wrong_request.h"

namespace fluxgate::rpc {
namespace {

// A SetValue of a tensor.
WrongRequest Row(const std::string& name, const std::string& tensor, const std::string& field,
                 const std::string& says, absl::StatusCode code = kInvalid) {
  return {name,
          "Workspace/SetValue",
          {R"({"name": "z", "value": )" + tensor + "}"},
          code,
          field.empty() ? "value" : "value." + field,
          says};
}

}  // namespace

// What a tensor holds, in any request.
std::vector<WrongRequest> TensorRequests() {
  return {
      Row("Nothing", "{}", "", "no numbers"),
      Row("TwoForms", R"({"rows": 1, "f32": [1]})", "", "both rows and f32"),
      Row("ThreeForms", R"({"i64": ["1"], "raw": "AAAA", "ref": "v"})", "", "both i64 and raw"),
      Row("Ragged", R"({"rows": [[1, 2], [3]]})", "rows[1]", "the first has 2"),
      Row("ThreeDeep", R"({"rows": [[[1]]]})", "rows[0][0]", "at most two deep"),
      Row("Null", R"({"rows": [null]})", "rows[0]", "a number is expected"),
      Row("Object", R"({"rows": {"a": 1}})", "rows", "a number is expected"),
      Row("Word", R"({"rows": ["one"]})", "rows[0]", "not a number"),
      Row("NotWhole", R"({"rows": [0.5], "dtype": "INT32"})", "rows[0]", "Int32"),
      Row("NotANumberAsInt", R"({"rows": ["NaN"], "dtype": "INT64"})", "rows[0]", "Int64"),
      Row("TooLarge", R"({"rows": [1e39]})", "rows[0]", "Float32"),
      Row("LosesDigits", R"({"i64": ["16777217"], "dtype": "FLOAT32"})", "i64[0]", "Float32"),
      Row("RowsAndDims", R"({"rows": [1, 2], "dims": [3]})", "dims", "leave dims out"),
      Row("RowsAndLayout", R"({"rows": [1], "layout": "ROW_MAJOR"})", "layout", "no layout"),
      Row("TooFew", R"({"f32": [1, 2, 3], "dims": [2, 2]})", "dims", "f32 has 3"),
      Row("OverflowingDims", R"({"f32": [1], "dims": [4294967295, 4294967295, 4294967295]})",
          "dims", ""),
      Row("HugeDims", R"({"dims": [4294967295, 1]})", "", "there are none"),
      Row("ManyDims", R"({"f32": [1], "dims": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]})", "dims", "16"),
      Row("Layout", R"({"f32": [1], "layout": 7})", "layout", "7"),
      Row("DType", R"({"f32": [1], "dtype": 99})", "dtype", "99"),
      Row("RawWithoutDType", R"({"raw": "AACAPw=="})", "dtype", "need a dtype"),
      Row("TruncatedRaw", R"({"raw": "AACAPwAA", "dtype": "FLOAT32"})", "raw", "6 bytes"),
      Row("RawOfOtherDims", R"({"raw": "AACAPw==", "dtype": "FLOAT32", "dims": [2]})", "dims",
          "raw has 1"),
      Row("RawBool", R"({"raw": "AgE=", "dtype": "BOOL"})", "raw", "neither 0 nor 1"),
      Row("Text", R"j({"source": "sin(nope)"})j", "source@1:5", "nope"),
      Row("TextOfTwoMegabytes", JsonOf("source", Repeat(" ", 2 << 20)), "source", "1048576"),
      Row("TextWithDims", R"({"source": "1:4", "dims": [2, 2]})", "dims", "their own dims"),
      Row("TextWithLayout", R"({"source": "1:4", "layout": "REVERSED"})", "layout", "own dims"),
      Row("TextAsNumbers", R"({"ref": "s", "dtype": "FLOAT32"})", "ref", "a number"),
      Row("TextLosesDigits", R"({"ref": "v", "dtype": "BOOL"})", "ref[0]", "Bool"),
      Row("Ref", R"({"ref": "m.wieght"})", "ref", "weight", kMissing),
      Row("RefIsAPath", R"({"ref": "../../etc/passwd"})", "ref", "it holds", kMissing),
      Row("ManyRows", R"({"rows": [0)" + Repeat(", 0", 100'000) + "]}", "rows", "100000"),
  };
}

}  // namespace fluxgate::rpc
