#include "client/cli/arguments.h"

#include <gtest/gtest.h>

#include "absl/flags/flag.h"

ABSL_FLAG(int, number, 0, "");
ABSL_FLAG(bool, loud, false, "");

namespace fluxgate::client {
namespace {

using Words = std::vector<std::string>;

TEST(ArgumentsTest, ATextThatBeginsWithAMinusIsNoFlag) {
  for (const char* text : {"-2^2", "-x", "-(1 + 2)", "-π", "--x", "-.5"}) {
    EXPECT_EQ(ProtectText({"fluxgate", "eval", text}), (Words{"fluxgate", "eval", "--", text}));
    EXPECT_EQ(ProtectText({"fluxgate", "--number=1", "eval", text, "--loud"}),
              (Words{"fluxgate", "--number=1", "eval", "--loud", "--", text}));
  }
}

TEST(ArgumentsTest, FlagsAndOtherTextsStayWhereTheyAre) {
  for (const Words& words :
       {Words{"fluxgate", "eval", "--number", "1", "1 - 2"}, Words{"fluxgate", "eval", "-"},
        Words{"fluxgate", "eval", "--noloud", "x"}, Words{"fluxgate", "eval", "--", "-2"},
        Words{"fluxgate", "train", "--nope"}, Words{"fluxgate"},
        Words{"fluxgate", "eval", "-loud", "x"}}) {
    EXPECT_EQ(ProtectText(words), words);
  }
}

}  // namespace
}  // namespace fluxgate::client
