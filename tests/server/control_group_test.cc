#include "server/control_group.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace fluxgate {
namespace {

constexpr int64_t kMiB = 1 << 20;

// The files of a machine, below a folder of the test.
class ControlGroups : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path full = root_ + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
  }
  ControlGroupLimits Read() const { return ReadControlGroupLimits(root_); }

 private:
  const std::string root_ =
      ::testing::TempDir() + ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ControlGroups, NoneMeansNoLimit) {
  const ControlGroupLimits limits = Read();
  EXPECT_FALSE(limits.cores);
  EXPECT_FALSE(limits.free_bytes);
}

TEST_F(ControlGroups, Version2InAContainer) {
  Write("/proc/self/cgroup", "0::/\n");
  Write("/sys/fs/cgroup/cpu.max", "250000 100000\n");
  Write("/sys/fs/cgroup/memory.max", "536870912\n");
  Write("/sys/fs/cgroup/memory.current", "104857600\n");
  Write("/sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 94371840\nactive_file 7\n");
  EXPECT_EQ(Read().cores, 2);
  EXPECT_EQ(Read().free_bytes, 502 * kMiB);
}

TEST_F(ControlGroups, Version2WithoutLimits) {
  Write("/proc/self/cgroup", "0::/user.slice\n");
  Write("/sys/fs/cgroup/user.slice/cpu.max", "max 100000\n");
  Write("/sys/fs/cgroup/user.slice/memory.max", "max\n");
  EXPECT_FALSE(Read().cores);
  EXPECT_FALSE(Read().free_bytes);
}

TEST_F(ControlGroups, AGroupAroundMayBeTighter) {
  Write("/proc/self/cgroup", "0::/system.slice/fluxgate.service\n");
  Write("/sys/fs/cgroup/system.slice/fluxgate.service/memory.max", "2147483648\n");
  Write("/sys/fs/cgroup/system.slice/memory.max", "1073741824\n");
  Write("/sys/fs/cgroup/system.slice/fluxgate.service/cpu.max", "50000 100000\n");
  Write("/sys/fs/cgroup/system.slice/cpu.max", "400000 100000\n");
  EXPECT_EQ(Read().free_bytes, 1024 * kMiB);
  EXPECT_EQ(Read().cores, 1) << "half a core is one";
}

TEST_F(ControlGroups, Version1InAContainerThatShowsTheHostsNames) {
  Write("/proc/self/cgroup", "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
  Write("/sys/fs/cgroup/memory/memory.usage_in_bytes", "1048576\n");
  Write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000\n");
  Write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Read().free_bytes, 511 * kMiB);
  EXPECT_EQ(Read().cores, 1);
}

TEST_F(ControlGroups, Version1BesideVersion2) {
  Write("/proc/self/cgroup", "8:cpu:/\n4:memory:/jobs/7\n0::/\n");
  Write("/sys/fs/cgroup/unified/cgroup.procs", "");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  Write("/sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", "9223372036854771712\n");
  Write("/sys/fs/cgroup/memory/jobs/7/memory.limit_in_bytes", "268435456\n");
  Write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  Write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Read().free_bytes, 256 * kMiB);
  EXPECT_FALSE(Read().cores);
}

TEST_F(ControlGroups, MoreInUseThanAllowedIsNothingFree) {
  Write("/proc/self/cgroup", "0::/\n");
  Write("/sys/fs/cgroup/memory.max", "1048576\n");
  Write("/sys/fs/cgroup/memory.current", "2097152\n");
  EXPECT_EQ(Read().free_bytes, 0);
}

}  // namespace
}  // namespace fluxgate
