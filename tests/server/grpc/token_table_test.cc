#include "server/grpc/token_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// printf %s saltdeep-secret-of-ada | sha256sum
constexpr char kAda[] =
    "ada sha256 salt 60b675e4125fc0b52d71cae29b4ee14ec91951feff98a36ca36581e698d657a1";

std::string Complaint(absl::string_view text) {
  const auto table = TokenTable::Parse(text);
  EXPECT_FALSE(table.ok());
  return std::string(table.status().message());
}

TEST(TokenTableTest, FindsWhoseTokenItIs) {
  const auto table = TokenTable::Parse(absl::StrCat("# laptops\n\n  ", kAda, "\r\n"));
  ASSERT_OK(table);
  EXPECT_EQ(table->FindTenant("deep-secret-of-ada"), "ada");
  EXPECT_EQ(table->FindTenant("deep-secret-of-ad"), "");
  EXPECT_EQ(table->FindTenant("saltdeep-secret-of-ada"), "");
  EXPECT_EQ(table->FindTenant(""), "");
}

TEST(TokenTableTest, ALineIsMadeFromATokenWithASaltOfItsOwn) {
  const std::string token = "0123456789abcdef0123456789abcdef";
  const auto first = HashedTokenLine("ada", token), second = HashedTokenLine("ada", token);
  const auto other = HashedTokenLine("bob", "fedcba9876543210fedcba9876543210");
  ASSERT_OK(first);
  ASSERT_OK(second);
  ASSERT_OK(other);
  EXPECT_NE(*first, *second);
  EXPECT_THAT(*first, Not(HasSubstr(token)));
  const auto table = TokenTable::Parse(absl::StrCat(*first, "\n", *other, "\n", *second, "\n"));
  ASSERT_OK(table);
  EXPECT_THAT(table->Tenants(), ElementsAre("ada", "bob"));
  EXPECT_EQ(table->FindTenant(token), "ada");
  EXPECT_EQ(table->FindTenant("fedcba9876543210fedcba9876543210"), "bob");
}

TEST(TokenTableTest, RefusesWhatIsNoToken) {
  for (const char* token : {"", "short", "with a blank in its middle", "ümlaut-ümlaut-ümlaut"}) {
    EXPECT_FALSE(HashedTokenLine("ada", token).ok()) << token;
  }
  EXPECT_FALSE(HashedTokenLine("a/b", "0123456789abcdef0123456789abcdef").ok());
}

TEST(TokenTableTest, SaysWhichLineIsWrongAndNothingThatCouldBeASecret) {
  EXPECT_EQ(Complaint("# nobody\n"), "there is no token in it");
  const std::string plain = Complaint(absl::StrCat(kAda, "\nbob deep-secret-of-bob\n"));
  EXPECT_THAT(plain, HasSubstr("line 2: has 2 words"));
  EXPECT_THAT(plain, Not(HasSubstr("secret")));
  EXPECT_THAT(Complaint("bob deep-secret salt 00"), HasSubstr("sha256 alone"));
  EXPECT_THAT(Complaint("bob deep-secret salt 00"), Not(HasSubstr("secret")));
  EXPECT_THAT(Complaint("bob sha256 salt 00"), HasSubstr("64 hexadecimal digits"));
  EXPECT_THAT(Complaint("b/b sha256 salt 00"), HasSubstr("a tenant's name"));
  EXPECT_THAT(Complaint("bob sha256 $alt 00"), HasSubstr("a salt"));
}

}  // namespace
}  // namespace fluxgate::rpc
