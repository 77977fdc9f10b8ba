#include "server/jobs/job.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "server/jobs/job_table.h"

namespace fluxgate::jobs {
namespace {

const Job::Time kNow = Job::Time(std::chrono::seconds(100));

TEST(JobTest, RunsToSuccess) {
  Job job("job-1", "train", "default", "predict", kNow);
  EXPECT_EQ(job.state(), JobState::kQueued);
  EXPECT_TRUE(job.Start(kNow));
  EXPECT_EQ(job.state(), JobState::kRunning);
  job.Finish(absl::OkStatus(), "all epochs done", kNow);
  EXPECT_EQ(job.state(), JobState::kSucceeded);
  EXPECT_EQ(job.snapshot().reason, "all epochs done");
  EXPECT_EQ(job.Cancel("late", kNow).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(JobTest, AQueuedJobIsCancelledAtOnceAndNeverStarts) {
  Job job("job-1", "train", "default", "predict", kNow);
  ASSERT_TRUE(job.Cancel("asked to", kNow).ok());
  EXPECT_EQ(job.state(), JobState::kCancelled);
  EXPECT_FALSE(job.Start(kNow));
}

TEST(JobTest, ARunningJobIsCancelledWhenItsWorkStops) {
  Job job("job-1", "train", "default", "predict", kNow);
  ASSERT_TRUE(job.Start(kNow));
  ASSERT_TRUE(job.Cancel("asked to", kNow).ok());
  EXPECT_EQ(job.state(), JobState::kCancelling);
  EXPECT_TRUE(job.token().cancelled());
  job.Finish(absl::CancelledError(""), "stopped", kNow);
  EXPECT_EQ(job.state(), JobState::kCancelled);
  EXPECT_EQ(job.snapshot().reason, "asked to");
}

TEST(JobTest, AJobThatEndsBeforeTheCancelReachesItSucceeds) {
  Job job("job-1", "train", "default", "predict", kNow);
  ASSERT_TRUE(job.Start(kNow));
  ASSERT_TRUE(job.Cancel("asked to", kNow).ok());
  job.Finish(absl::OkStatus(), "done", kNow);
  EXPECT_EQ(job.state(), JobState::kSucceeded);
}

TEST(JobTest, WatchersResumeWhereTheyLeft) {
  Job job("job-1", "train", "default", "predict", kNow);
  ASSERT_TRUE(job.Start(kNow));
  for (const char* payload : {"a", "b", "c"}) job.Publish(payload);
  Job::Batch batch = job.EventsAfter(1, 1);
  ASSERT_EQ(batch.events.size(), 1u);
  EXPECT_EQ(batch.events[0].number, 2u);
  EXPECT_EQ(batch.events[0].payload, "b");
  EXPECT_FALSE(batch.final);
  job.Finish(absl::OkStatus(), "", kNow);
  EXPECT_FALSE(job.EventsAfter(1, 1).final);
  EXPECT_TRUE(job.EventsAfter(3, 1).final);
}

TEST(JobTest, AJobCancelledInTheQueueHasALastEvent) {
  Job job("job-1", "train", "default", "predict", kNow);
  job.SetCancelledEvent([] { return std::string("done"); });
  job.Publish("started");
  int notified = 0;
  const uint64_t watcher = job.Watch([&] { ++notified; });
  ASSERT_TRUE(job.Cancel("asked to", kNow).ok());
  EXPECT_GT(notified, 0);
  job.Publish("late");  // A final job says no more.
  const Job::Batch batch = job.EventsAfter(1, 100);
  ASSERT_EQ(batch.events.size(), 1u);
  EXPECT_EQ(batch.events[0].payload, "done");
  EXPECT_TRUE(batch.final);
  job.Unwatch(watcher);
}

TEST(JobTest, KeepsTheFirstAndTheLatestEvents) {
  Job::Options options;
  options.max_events = 3;
  Job job("job-1", "train", "default", "predict", kNow, options);
  for (int i = 1; i <= 10; ++i) job.Publish(std::to_string(i));
  std::vector<std::string> kept;
  for (const Job::Event& event : job.EventsAfter(0, 100).events) kept.push_back(event.payload);
  EXPECT_EQ(kept, (std::vector<std::string>{"1", "9", "10"}));
}

TEST(JobTest, WatchersOnManyThreadsSeeEveryEvent) {
  Job job("job-1", "train", "default", "predict", kNow);
  ASSERT_TRUE(job.Start(kNow));
  std::vector<std::thread> threads;
  std::atomic<int> seen{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      std::atomic<int> notified{0};
      const uint64_t watcher = job.Watch([&] { ++notified; });
      uint64_t after = 0;
      while (true) {
        const int before = notified;
        const Job::Batch batch = job.EventsAfter(after, 8);
        for (const Job::Event& event : batch.events) {
          ASSERT_EQ(event.number, after + 1);
          after = event.number;
          ++seen;
        }
        if (batch.final) break;
        if (batch.events.empty()) {
          while (notified == before) std::this_thread::yield();
        }
      }
      job.Unwatch(watcher);
    });
  }
  for (int i = 0; i < 500; ++i) job.Publish("x");
  job.Finish(absl::OkStatus(), "", kNow);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen, 4 * 500);
}

TEST(JobTableTest, FindsListsAndNamesWhatExists) {
  JobTable table;
  auto job = table.Create("train", "s", "m", kNow);
  ASSERT_TRUE(job.ok());
  ASSERT_TRUE(table.Create("train", "other", "m", kNow).ok());
  EXPECT_EQ(table.Find("s", "job-1").value(), *job);
  EXPECT_EQ(table.List("s").size(), 1u);
  const absl::Status missing = table.Find("s", "job-2").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(missing.message().find("it has job-1"), absl::string_view::npos) << missing;
  EXPECT_EQ(table.Find("s", "../job-1").status().code(), absl::StatusCode::kNotFound);
}

TEST(JobTableTest, BoundsWhatASessionMayStartAndWhatIsKept) {
  JobTable::Options options;
  options.max_finished = 2;
  options.max_unfinished_per_session = 2;
  JobTable table(options);
  auto first = table.Create("train", "s", "m", kNow).value();
  auto second = table.Create("train", "s", "m", kNow).value();
  EXPECT_EQ(table.Create("train", "s", "m", kNow).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(table.HasUnfinished("s"));
  for (auto& job : {first, second}) ASSERT_TRUE(job->Cancel("", kNow).ok());
  EXPECT_FALSE(table.HasUnfinished("s"));
  ASSERT_TRUE(table.Create("train", "s", "m", kNow).ok());
  EXPECT_EQ(table.Find("s", "job-1").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(table.Find("s", "job-2").ok());
}

}  // namespace
}  // namespace fluxgate::jobs
