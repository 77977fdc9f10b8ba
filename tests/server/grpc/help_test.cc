// Help: everything that can be named has a page, and a wrong name is led to the nearest.

#include <gmock/gmock.h>

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "engine/lang/evaluate/modules.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class HelpTest : public ApiFixture {
 protected:
  grpc::Status Ask(const std::string& name, v1::HelpResponse* response) {
    v1::HelpRequest request;
    request.set_name(name);
    grpc::ClientContext context;
    return info_->Help(&context, request, response);
  }
  std::string Page(const std::string& name) {
    v1::HelpResponse response;
    const grpc::Status status = Ask(name, &response);
    return status.ok() ? absl::StrJoin(response.text(), "\n") : status.error_message();
  }
};

TEST_F(HelpTest, EverythingThatTheServerListsHasAPageWithAnExample) {
  const auto info = Good(*info_, &v1::Server::Stub::GetServerInfo, "{}");
  std::vector<std::string> names = lang::BuiltinNames();
  for (const auto* list : {&info.layers(), &info.optimisers(), &info.functions()}) {
    names.insert(names.end(), list->begin(), list->end());
  }
  ASSERT_GT(names.size(), 500u);
  for (const std::string& name : names) {
    EXPECT_THAT(Page(name), AllOf(StartsWith("# "), HasSubstr("```julia\njulia> "))) << name;
  }
}

TEST_F(HelpTest, EveryEntrySaysSomethingAndHasACommandThatRuns) {
  const auto all = Good(*info_, &v1::Server::Stub::Help, "{}");
  ASSERT_GT(all.chapters_size(), 10);
  for (const auto& chapter : all.chapters()) {
    EXPECT_THAT(chapter.names(), Not(IsEmpty())) << chapter.title();
    for (const std::string& name : chapter.names()) {
      const std::string page = Page(name);
      EXPECT_TRUE(absl::StrContains(page, "```julia") || absl::StrContains(page, "```sh"))
          << name << ": " << page;
    }
  }
}

TEST_F(HelpTest, FindsNamesAsPeopleWriteThem) {
  EXPECT_EQ(Page("Flux.mse"), Page("mse"));
  EXPECT_EQ(Page(" GRADIENT "), Page("gradient"));
  EXPECT_EQ(Page("sigmoid"), Page("σ"));
  EXPECT_THAT(Page("..."), HasSubstr("no help on"));
  // A concept and a function of one name.
  EXPECT_THAT(Page("batch"),
              AllOf(HasSubstr("# batch, mini-batch"), HasSubstr("# batch, unbatch")));
}

TEST_F(HelpTest, ListsAChapter) {
  const auto losses = Good(*info_, &v1::Server::Stub::Help, R"({"name": "losses"})");
  ASSERT_EQ(losses.chapters_size(), 1);
  EXPECT_EQ(losses.chapters(0).title(), "Losses");
  EXPECT_THAT(losses.chapters(0).names(), Contains("logitcrossentropy"));
  EXPECT_EQ(losses.text(0), "# Losses");
}

TEST_F(HelpTest, AWrongNameIsLedToWhatIsNear) {
  v1::HelpResponse response;
  const grpc::Status status = Ask("gradeint", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(BlamedField(status), "name");
  EXPECT_THAT(status.error_message(), HasSubstr("did you mean \"gradient\"?"));
  EXPECT_THAT(Page("entropy"), HasSubstr("there is some on crossentropy, logitcrossentropy"));
  EXPECT_THAT(Page("qqqqqqqqqqqq"), HasSubstr("without a name, all that there is is listed"));
}

}  // namespace
}  // namespace fluxgate::rpc
