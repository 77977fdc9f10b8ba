#include "client/cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fluxgate::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CompletionTest : public ::testing::Test {
 protected:
  std::vector<std::string> Words(const std::string& line) {
    asked_ = "";
    const Completion completion = CompleteName(line, known_);
    begin_ = completion.begin;
    return completion.words;
  }

  KnownNames known_{[] {
                      return std::vector<std::string>{"train", "train!",   "model",    "σ",
                                                      "σ2",    "Flux.mse", "Flux.mae", "train"};
                    },
                    [this](const std::string& path) {
                      asked_ = path;
                      return std::vector<std::string>{"weight", "bias"};
                    }};
  std::string asked_;
  size_t begin_ = 0;
};

TEST_F(CompletionTest, NamesThatBeginSo) {
  EXPECT_THAT(Words("sum(tr"), ElementsAre("train", "train!"));
  EXPECT_EQ(begin_, 4u);
  EXPECT_THAT(Words("2σ"), ElementsAre("σ", "σ2"));
  EXPECT_THAT(Words("x = zzz"), IsEmpty());
}

TEST_F(CompletionTest, NothingTypedOffersNothing) {
  EXPECT_THAT(Words("sum("), IsEmpty());
  EXPECT_THAT(Words(""), IsEmpty());
}

TEST_F(CompletionTest, FieldsAfterADot) {
  EXPECT_THAT(Words("y = model.layers[12].b"), ElementsAre("bias"));
  EXPECT_EQ(asked_, "model.layers[12]");
  EXPECT_THAT(Words("f(train."), ElementsAre("bias", "weight"));
  EXPECT_EQ(asked_, "train");
  EXPECT_EQ(begin_, 8u);
}

TEST_F(CompletionTest, NamesOfAModuleAfterADot) {
  EXPECT_THAT(Words("loss = Flux.m"), ElementsAre("mae", "mse"));
  EXPECT_EQ(asked_, "");
}

TEST_F(CompletionTest, OnlyPathsAreAskedFor) {
  // A value that would have to be computed is not.
  EXPECT_THAT(Words("f(x)."), IsEmpty());
  EXPECT_EQ(asked_, "");
  Words("a[i].");
  EXPECT_EQ(asked_, "");
}

}  // namespace
}  // namespace fluxgate::client
