#include "server/wire/value_codec.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include <string>

#include "engine/value/array.h"
#include "tests/server/session/session_fixture.h"

namespace fluxgate::wire {
namespace {

using ::fluxgate::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ValueCodecTest : public session::SessionFixture {
 protected:
  v1::Value Encode(const std::string& source) {
    auto visit = Enter();
    v1::Value message;
    EXPECT_OK(EncodeValue(*visit, Run(*visit, source), &message)) << source;
    return message;
  }
  absl::StatusOr<Value> Decode(const std::string& json) {
    v1::Tensor message;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &message).ok());
    auto visit = Enter();
    return DecodeValue(*visit, message, "x");
  }
};

TEST_F(ValueCodecTest, SaysWhatSortOfThingAValueIs) {
  EXPECT_EQ(Encode("nothing").kind(), v1::Value::NOTHING);
  EXPECT_EQ(Encode("1").kind(), v1::Value::NUMBER);
  EXPECT_EQ(Encode("[1, 2]").kind(), v1::Value::TENSOR);
  EXPECT_EQ(Encode("1:3").kind(), v1::Value::TENSOR);
  EXPECT_EQ(Encode("\"a\"").kind(), v1::Value::TEXT);
  EXPECT_EQ(Encode("(1, 2)").kind(), v1::Value::TUPLE);
  EXPECT_EQ(Encode("(a = 1,)").kind(), v1::Value::NAMED_TUPLE);
  EXPECT_EQ(Encode("[\"a\", 1]").kind(), v1::Value::LIST);
  EXPECT_EQ(Encode("Dict(1 => 2)").kind(), v1::Value::DICTIONARY);
  EXPECT_EQ(Encode("x -> x").kind(), v1::Value::FUNCTION);
  EXPECT_EQ(Encode("Dense(1 => 1)").kind(), v1::Value::MODEL);
  EXPECT_EQ(Encode("Dense(2 => 1) ∘ Dense(1 => 2)").kind(), v1::Value::MODEL);
  EXPECT_EQ(Encode("(x = ones(2, 3), y = ones(1, 3))").kind(), v1::Value::DATASET);
  EXPECT_EQ(Encode("Adam()").kind(), v1::Value::OPTIMISER);
  EXPECT_EQ(Encode("Float32").kind(), v1::Value::TYPE);
}

TEST_F(ValueCodecTest, ShowsWhatThePromptShows) {
  const v1::Value value = Encode("Float32[1 2]");
  EXPECT_EQ(value.type(), "Matrix{Float32}");
  EXPECT_THAT(value.show(), ElementsAre("1×2 Matrix{Float32}:", " 1.0  2.0"));
}

TEST_F(ValueCodecTest, GivesThePartsOfCompositeValues) {
  const v1::Value value = Encode("(a = 1, b = \"two\")");
  ASSERT_EQ(value.elements_size(), 2);
  EXPECT_EQ(value.elements(0).name(), "a");
  EXPECT_EQ(value.elements(0).value().tensor().rows().number_value(), 1);
  EXPECT_EQ(value.elements(1).value().text(), "two");
}

TEST_F(ValueCodecTest, BoundsDepthAndBreadth) {
  EXPECT_TRUE(Encode("Any[i => \"x\" for i in 1:3000]").truncated());
  EXPECT_FALSE(Encode("((1,),)").elements(0).value().truncated());
  const v1::Value deep = Encode("((((((1,),),),),),)");
  EXPECT_TRUE(deep.elements(0).value().elements(0).value().elements(0).value().truncated());
}

TEST_F(ValueCodecTest, LargeArraysComeWithoutTheirNumbers) {
  const v1::Value value = Encode("zeros(1000, 1000)");
  EXPECT_TRUE(value.truncated());
  EXPECT_THAT(value.tensor().dims(), ElementsAre(1000, 1000));
  EXPECT_TRUE(value.tensor().raw().empty());
}

TEST_F(ValueCodecTest, SourcesRunAndRefsAreLookedUp) {
  Run(*Enter(), "t = (x = [1.0, 2.0],)");
  ASSERT_OK_AND_ASSIGN(Value source, Decode(R"j({"source": "sum(t.x)"})j"));
  EXPECT_EQ(source.scalar().AsDouble(), 3);
  ASSERT_OK_AND_ASSIGN(Value ref, Decode(R"({"ref": "t.x"})"));
  EXPECT_TRUE(ref.is(Kind::kArray));
  ASSERT_OK_AND_ASSIGN(Value converted, Decode(R"({"ref": "t.x", "dtype": "FLOAT32"})"));
  EXPECT_EQ(converted.As<Array>()->dtype(), DType::kFloat32);
}

TEST_F(ValueCodecTest, ErrorsOfSourcesAndRefsNameTheField) {
  EXPECT_THAT(Decode(R"({"source": "nope"})"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("x.source")));
  EXPECT_THAT(Decode(R"({"ref": "nope"})"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("x.ref")));
  EXPECT_THAT(Decode(R"({"ref": "t", "dims": [1]})"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("x.dims")));
  EXPECT_THAT(Decode(R"({"source": "1", "layout": "REVERSED"})"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("x.layout")));
}

TEST_F(ValueCodecTest, NumbersHaveNoDims) {
  ASSERT_OK_AND_ASSIGN(Value number, Decode(R"({"rows": 2, "dtype": "INT64"})"));
  EXPECT_TRUE(number.is_int());
}

}  // namespace
}  // namespace fluxgate::wire
