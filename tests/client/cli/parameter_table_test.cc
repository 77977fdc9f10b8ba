#include "client/cli/parameter_table.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

namespace fluxgate::client {
namespace {

v1::TrainDone FromJson(const std::string& json) {
  v1::TrainDone done;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &done).ok()) << json;
  return done;
}

TEST(ParameterTableTest, ALineForEachNumber) {
  const v1::TrainDone done = FromJson(R"({"parameters": [
      {"path": "weight",
       "before": {"rows": [[1, 2.5]], "dims": [1, 2], "dtype": "FLOAT32"},
       "gradient": {"rows": [[10, -20]], "dims": [1, 2], "dtype": "FLOAT32"},
       "after": {"rows": [[0, 4.5]], "dims": [1, 2], "dtype": "FLOAT32"}},
      {"path": "bias",
       "before": {"rows": [0], "dims": [1], "dtype": "FLOAT64"},
       "after": {"rows": [0.5], "dims": [1], "dtype": "FLOAT64"}}]})");
  EXPECT_EQ(ParameterTable(done),
            "parameter                       before      gradient         after\n"
            "weight[1, 1]                         1            10             0\n"
            "weight[1, 2]                       2.5           -20           4.5\n"
            "bias                                 0             -           0.5\n");
}

TEST(ParameterTableTest, SaysWhenThereAreTooMany) {
  EXPECT_EQ(ParameterTable(v1::TrainDone()),
            "the model has more than 64 parameters, too many to show one by one\n");
}

}  // namespace
}  // namespace fluxgate::client
