#include "server/wire/tensor_codec.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "server/wire/error_codec.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::wire {
namespace {

using ::fluxgate::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::Tensor FromJson(const std::string& json) {
  v1::Tensor message;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &message).ok()) << json;
  return message;
}

absl::StatusOr<Tensor> Decode(const std::string& json) { return DecodeTensor(FromJson(json), "x"); }

std::string ToJson(const v1::Tensor& message) {
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json).ok());
  return json;
}

struct GoodCase {
  const char* json;
  DType dtype;
  std::vector<int64_t> dims;
  std::vector<double> elements;  // column-major
};

class GoodTensorTest : public ::testing::TestWithParam<GoodCase> {};

TEST_P(GoodTensorTest, Decodes) {
  const GoodCase& expected = GetParam();
  ASSERT_OK_AND_ASSIGN(Tensor tensor, Decode(expected.json));
  EXPECT_EQ(tensor.dtype(), expected.dtype);
  EXPECT_THAT(tensor.shape().dims(), ::testing::ElementsAreArray(expected.dims));
  ASSERT_EQ(tensor.num_elements(), static_cast<int64_t>(expected.elements.size()));
  for (size_t i = 0; i < expected.elements.size(); ++i) {
    EXPECT_EQ(tensor.ElementAsDouble(static_cast<int64_t>(i)), expected.elements[i]) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, GoodTensorTest,
    ::testing::Values(
        GoodCase{R"({"rows": 5})", DType::kFloat32, {}, {5}},
        GoodCase{R"({"rows": [1, 2]})", DType::kFloat32, {2}, {1, 2}},
        GoodCase{
            R"({"rows": [[0, 1, 2], [3, 4, 5]]})", DType::kFloat32, {2, 3}, {0, 3, 1, 4, 2, 5}},
        GoodCase{R"({"rows": [[1, 2]], "dims": [1, 2]})", DType::kFloat32, {1, 2}, {1, 2}},
        GoodCase{R"({"rows": [1, 2], "dtype": "INT64"})", DType::kInt64, {2}, {1, 2}},
        GoodCase{R"({"rows": ["Infinity", "-Infinity", "1.5"], "dtype": "FLOAT64"})",
                 DType::kFloat64,
                 {3},
                 {INFINITY, -INFINITY, 1.5}},
        GoodCase{R"({"rows": [true, false], "dtype": "BOOL"})", DType::kBool, {2}, {1, 0}},
        GoodCase{R"({"rows": []})", DType::kFloat32, {0}, {}},
        GoodCase{R"({"rows": [[], []]})", DType::kFloat32, {2, 0}, {}},
        GoodCase{R"({"f32": [1, 2, 3, 4], "dims": [2, 2]})", DType::kFloat32, {2, 2}, {1, 2, 3, 4}},
        GoodCase{R"({"f64": [0.5]})", DType::kFloat64, {1}, {0.5}},
        GoodCase{R"({"i64": ["7"], "dims": []})", DType::kInt64, {1}, {7}},
        GoodCase{R"({"i64": ["7"], "dtype": "FLOAT32"})", DType::kFloat32, {1}, {7}},
        GoodCase{R"({"f64": [1, 2], "dtype": "INT32"})", DType::kInt32, {2}, {1, 2}},
        GoodCase{R"({"f32": [1, 2, 3, 4, 5, 6], "dims": [2, 3], "layout": "ROW_MAJOR"})",
                 DType::kFloat32,
                 {2, 3},
                 {1, 4, 2, 5, 3, 6}},
        GoodCase{R"({"f32": [1, 2, 3, 4, 5, 6], "dims": [2, 3], "layout": "REVERSED"})",
                 DType::kFloat32,
                 {3, 2},
                 {1, 2, 3, 4, 5, 6}},
        GoodCase{R"({"f64": [1, 2, 3, 4, 5, 6, 7, 8], "dims": [2, 2, 2], "layout": "ROW_MAJOR"})",
                 DType::kFloat64,
                 {2, 2, 2},
                 {1, 5, 3, 7, 2, 6, 4, 8}},
        GoodCase{R"({"raw": "AACAPwAAAEA=", "dtype": "FLOAT32"})", DType::kFloat32, {2}, {1, 2}},
        GoodCase{R"({"raw": "AQA=", "dtype": "BOOL"})", DType::kBool, {2}, {1, 0}},
        GoodCase{R"({"dims": [3, 0]})", DType::kFloat32, {3, 0}, {}},
        GoodCase{R"({"dims": [0], "dtype": "INT64"})", DType::kInt64, {0}, {}}));

struct BadCase {
  const char* json;
  const char* field;    // the field path that is blamed
  const char* message;  // a part of it
};

class BadTensorTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadTensorTest, IsRefusedWithItsField) {
  const BadCase& expected = GetParam();
  const absl::Status status = Decode(expected.json).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(expected.message)));
  const google::rpc::Status rich = ToRpcStatus(status);
  google::rpc::BadRequest bad;
  ASSERT_EQ(rich.details_size(), 1);
  ASSERT_TRUE(rich.details(0).UnpackTo(&bad));
  EXPECT_EQ(bad.field_violations(0).field(), expected.field);
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, BadTensorTest,
    ::testing::Values(
        BadCase{"{}", "x", "no numbers"},
        BadCase{R"({"rows": 1, "f32": [1]})", "x", "both rows and f32"},
        BadCase{R"({"rows": [[1, 2], [3]]})", "x.rows[1]", "differ in length"},
        BadCase{R"({"rows": [[1], 2]})", "x.rows[1]", "differ in length"},
        BadCase{R"({"rows": [1, [2]]})", "x.rows[1]", "a number is expected"},
        BadCase{R"({"rows": [[[1]]]})", "x.rows[0][0]", "at most two deep"},
        BadCase{R"({"rows": ["one"]})", "x.rows[0]", "is not a number"},
        BadCase{R"({"rows": [1e39]})", "x.rows[0]", "is not a Float32"},
        BadCase{R"({"rows": [0.5], "dtype": "INT64"})", "x.rows[0]", "is not an Int64"},
        BadCase{R"({"rows": [2], "dtype": "BOOL"})", "x.rows[0]", "is not a Bool"},
        BadCase{R"({"rows": [3000000000], "dtype": "INT32"})", "x.rows[0]", "is not an Int32"},
        BadCase{R"({"rows": [1, 2], "dims": [3]})", "x.dims", "differs from the dims of rows"},
        BadCase{R"({"rows": [1], "layout": "REVERSED"})", "x.layout", "give no layout"},
        BadCase{R"({"rows": [1], "dtype": 99})", "x.dtype", "99"},
        BadCase{R"({"f32": [1, 2, 3], "dims": [2, 2]})", "x.dims", "4 elements, but f32 has 3"},
        BadCase{R"({"f32": [1], "dims": [4294967295, 4294967295, 4294967295]})", "x.dims", ""},
        BadCase{R"({"f32": [1], "dims": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]})", "x.dims", ""},
        BadCase{R"({"f32": [1], "layout": 7})", "x.layout", "7"},
        BadCase{R"({"i64": ["16777217"], "dtype": "FLOAT32"})", "x.i64[0]", "is not a Float32"},
        BadCase{R"({"f64": [0.5], "dtype": "INT64"})", "x.f64[0]", "is not an Int64"},
        BadCase{R"({"f64": [1e300], "dtype": "FLOAT32"})", "x.f64[0]", "is not a Float32"},
        BadCase{R"({"f64": [9223372036854775808], "dtype": "INT64"})", "x.f64[0]", "is not"},
        BadCase{R"({"raw": "AACAPw=="})", "x.dtype", "need a dtype"},
        BadCase{R"({"raw": "AACA", "dtype": "FLOAT32"})", "x.raw", "not a whole number"},
        BadCase{R"({"raw": "Ag==", "dtype": "BOOL"})", "x.raw", "neither 0 nor 1"},
        BadCase{R"({"dims": [2, 3]})", "x", "6 elements, but there are none"},
        BadCase{R"({"source": "1"})", "x", "source and ref"}));

TEST(TensorCodecTest, RefusesMoreRowsThanTheLimit) {
  v1::Tensor message;
  auto* list = message.mutable_rows()->mutable_list_value();
  for (int i = 0; i <= 100'000; ++i) list->add_values()->set_number_value(0);
  EXPECT_THAT(DecodeTensor(message, "x"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("100000")));
}

TEST(TensorCodecTest, KeepsWholeNumbersPast2To53) {
  ASSERT_OK_AND_ASSIGN(Tensor tensor, Decode(R"({"rows": "9007199254740993", "dtype": "INT64"})"));
  EXPECT_EQ(tensor.ElementAsInt64(0), 9007199254740993);
  v1::Tensor back;
  EncodeTensor(tensor, 0, &back);
  EXPECT_EQ(back.rows().string_value(), "9007199254740993");
}

TEST(TensorCodecTest, ReadsNaN) {
  ASSERT_OK_AND_ASSIGN(Tensor tensor, Decode(R"({"rows": ["NaN"]})"));
  EXPECT_TRUE(std::isnan(tensor.ElementAsDouble(0)));
  v1::Tensor back;
  EncodeTensor(tensor, 0, &back);
  EXPECT_EQ(back.rows().list_value().values(0).string_value(), "NaN");
}

TEST(TensorCodecTest, ShowsAFloat32AsItsShortestText) {
  ASSERT_OK_AND_ASSIGN(Tensor tensor, Decode(R"({"rows": [[0.9066542]]})"));
  v1::Tensor back;
  EncodeTensor(tensor, 0, &back);
  EXPECT_THAT(ToJson(back), HasSubstr(R"("rows":[[0.9066542]])"));
  EXPECT_THAT(back.show(), ElementsAre("1×1 Matrix{Float32}:", " 0.9066542"));
}

TEST(TensorCodecTest, SmallTensorsOfThreeDimsComeAsALostlessList) {
  ASSERT_OK_AND_ASSIGN(Tensor tensor, Decode(R"({"f32": [1, 2, 3, 4], "dims": [1, 2, 2]})"));
  v1::Tensor back;
  EXPECT_TRUE(EncodeTensor(tensor, 0, &back));
  EXPECT_THAT(back.f32(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(back.dims(), ElementsAre(1, 2, 2));
}

TEST(TensorCodecTest, EveryAnswerCanBeSentBack) {
  for (const char* json :
       {R"({"rows": 5})", R"({"rows": [[0, 1, 2], [3, 4, 5]]})", R"({"dims": [0, 2]})",
        R"({"i64": ["1", "2"], "dims": [1, 1, 2]})", R"({"rows": [true], "dtype": "BOOL"})"}) {
    ASSERT_OK_AND_ASSIGN(Tensor tensor, Decode(json));
    v1::Tensor message;
    ASSERT_TRUE(EncodeTensor(tensor, 1 << 20, &message));
    ASSERT_OK_AND_ASSIGN(Tensor back, DecodeTensor(message, "x"));
    EXPECT_TRUE(BitIdentical(tensor, back)) << json;
  }
}

TEST(TensorCodecTest, LargerOnesComeAsBytesUpToTheLimit) {
  ASSERT_OK_AND_ASSIGN(Tensor tensor, Tensor::Zeros(DType::kFloat64, Shape({65})));
  v1::Tensor message;
  EXPECT_TRUE(EncodeTensor(tensor, 65 * 8, &message));
  EXPECT_EQ(message.raw().size(), 65u * 8);
  EXPECT_TRUE(message.show().empty());
  v1::Tensor header;
  EXPECT_FALSE(EncodeTensor(tensor, 65 * 8 - 1, &header));
  EXPECT_THAT(header.dims(), ElementsAre(65));
  EXPECT_TRUE(header.raw().empty());
}

}  // namespace
}  // namespace fluxgate::wire
