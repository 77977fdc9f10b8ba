#include "client/cli/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/cli/json_messages.h"

namespace fluxgate::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ApiTest, AMethodHasThreeSpellings) {
  for (const char* name :
       {"Models/Train", "fluxgate.v1.Models/Train", "fluxgate.v1.Models.Train", "Models.Train"}) {
    const auto method = FindMethod(name);
    ASSERT_TRUE(method.ok()) << name;
    EXPECT_EQ((*method)->full_name(), "fluxgate.v1.Models.Train");
  }
  EXPECT_TRUE(FindMethod("grpc.health.v1.Health/Check").ok());
}

TEST(ApiTest, WhatDoesNotExistIsAnsweredWithWhatDoes) {
  EXPECT_THAT(std::string(FindMethod("Models/Trian").status().message()),
              HasSubstr("it has DefineModel,"));
  EXPECT_THAT(std::string(FindMethod("Model/Train").status().message()),
              HasSubstr("fluxgate.v1.Models"));
  EXPECT_EQ(FindMethod("Train").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Describe("Nothing").status().message()), HasSubstr("fluxgate call"));
}

TEST(ApiTest, DescriptionsHaveCommentsAndPlainNames) {
  const std::string service = *Describe("Jobs");
  EXPECT_THAT(service, HasSubstr("// Jobs: long work that has a name."));
  EXPECT_THAT(service,
              HasSubstr("rpc WatchJob(WatchJobRequest) returns (stream WatchJobResponse);"));
  const std::string message = *Describe("WatchJobRequest");
  EXPECT_THAT(message, HasSubstr("  uint32 after_event = 3;"));
  EXPECT_THAT(message, Not(HasSubstr("json_name")));
  for (const char* name :
       {"Models/Train", "TrainRequest.loss", "Tensor.DType", "fluxgate.v1.Tensor"}) {
    EXPECT_TRUE(Describe(name).ok()) << name;
  }
}

TEST(ApiTest, TheFirstSentenceOfAComment) {
  EXPECT_EQ(FirstSentence(**FindMethod("Models/Predict")), "Applies a model in test mode.");
}

TEST(JsonMessagesTest, ObjectsFollowEachOther) {
  const auto& type = *(*FindMethod("Workspace/Evaluate"))->input_type();
  const auto messages = MessagesFromJson(type, R"( {"source": "\"}{"} {}
                                 {"source": "2", "timeout": "1.5s"}{"eachInput": true} )");
  ASSERT_TRUE(messages.ok()) << messages.status();
  std::vector<std::string> json;
  for (const MessagePtr& message : *messages) json.push_back(*ToJson(*message));
  EXPECT_THAT(json, ::testing::ElementsAre("{\n  \"source\": \"\\\"}{\"\n}", "{}",
                                           "{\n  \"source\": \"2\",\n  \"timeout\": \"1.500s\"\n}",
                                           "{\n  \"eachInput\": true\n}"));
}

TEST(JsonMessagesTest, AMistakeNamesTheObjectAndTheField) {
  const auto& type = *(*FindMethod("Workspace/Evaluate"))->input_type();
  const auto unknown = MessagesFromJson(type, R"({"source": "1"} {"sorce": "1"})");
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("object 2"));
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("sorce"));
  EXPECT_THAT(std::string(unknown.status().message()),
              HasSubstr("fluxgate describe EvaluateRequest"));
  for (const char* text : {"{", "[1]", "1", "}", "{\"source\": \"", "{} x"}) {
    EXPECT_EQ(MessagesFromJson(type, text).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

}  // namespace
}  // namespace fluxgate::client
