// Every block of every tutorial, as text, through a real server: what comes back is what the page
// prints.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/seeds/compare.h"
#include "tests/seeds/repairs.h"
#include "tests/seeds/transcript.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using seeds::SeedFile;
using seeds::Step;

class SeedsTest : public ApiFixture, public ::testing::WithParamInterface<SeedFile> {
 protected:
  // What a prompt would show, or the error.
  std::string Shown(const std::string& source) {
    v1::EvaluateRequest request;
    request.set_session("tutorial");
    request.set_source(source);
    v1::EvaluateResponse response;
    grpc::ClientContext context;
    const grpc::Status status = workspace_->Evaluate(&context, request, &response);
    if (!status.ok()) return absl::StrCat("ERROR: ", status.error_message());
    return response.output() + absl::StrJoin(response.show(), "\n");
  }
};

TEST_P(SeedsTest, ComesOutAsPrinted) {
  auto steps = seeds::LoadSeed(GetParam(), "tests/seeds/data");
  ASSERT_OK(steps);
  EXPECT_EQ(static_cast<int>(steps->size()), GetParam().steps);
  for (const Step& step : *steps) {
    if (!step.before.empty()) {
      const std::string prepared = Shown(step.before);
      ASSERT_EQ(prepared.find("ERROR"), std::string::npos) << step.before << "\n" << prepared;
    }
    const std::string shown = Shown(step.input);
    EXPECT_EQ(seeds::Difference(step, shown), "")
        << step.block << ", input " << step.index << ":\n"
        << step.input << "\n"
        << shown;
    EXPECT_NE(shown.substr(0, 6), "ERROR:") << step.block << ":\n" << step.input << "\n" << shown;
  }
}

INSTANTIATE_TEST_SUITE_P(Tutorials, SeedsTest, ::testing::ValuesIn(seeds::SeedFiles()),
                         [](const auto& seed) { return std::string(seed.param.id); });

}  // namespace
}  // namespace fluxgate::rpc
