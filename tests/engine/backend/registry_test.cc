#include "engine/backend/registry.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace fluxgate {
namespace {

TEST(RegistryTest, TheSameBackendEachTime) {
  ASSERT_OK_AND_ASSIGN(auto first, GetBackend("cpu"));
  ASSERT_OK_AND_ASSIGN(auto second, GetBackend("cpu"));
  EXPECT_EQ(first, second);
  EXPECT_EQ(first->info().name, "cpu");
  EXPECT_FALSE(first->info().description.empty());
}

TEST(RegistryTest, AnAbsentDeviceIsRefusedWithThoseThatExist) {
  EXPECT_THAT(GetBackend("cuda"),
              testing::StatusIs(absl::StatusCode::kInvalidArgument,
                                "there is no device \"cuda\"; the devices are: cpu"));
  EXPECT_EQ(DeviceNames(), (std::vector<std::string>{"cpu"}));
}

}  // namespace
}  // namespace fluxgate
