#include "client/cli/progress_bar.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace fluxgate::client {
namespace {

std::string Shown(const std::vector<v1::TrainEvent>& events, bool terminal) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* out = open_memstream(&text, &size);
  {
    ProgressBar bar(out, terminal);
    for (const v1::TrainEvent& event : events) bar.Show(event);
  }
  std::fclose(out);
  std::string result(text, size);
  std::free(text);
  return result;
}

TEST(ProgressBarTest, TheLineShowsShareLossRateAndTimeLeft) {
  v1::TrainProgress progress;
  progress.set_epoch(2);
  progress.set_epochs(4);
  progress.set_step(45);
  progress.set_steps(180);
  progress.set_batch_loss(0.25);
  progress.set_steps_per_second(1234);
  progress.set_seconds_left(61);
  EXPECT_EQ(ProgressBar::Line(progress),
            "epoch 2/4 [======>                 ]  25%  loss 0.25  1234 step/s  ETA 1:01");
}

TEST(ProgressBarTest, WithoutATerminalTheMovingLineIsLeftOut) {
  v1::TrainEvent event;
  event.mutable_progress()->set_steps(10);
  EXPECT_EQ(Shown({event}, false), "");
  EXPECT_NE(Shown({event}, true), "");
}

TEST(ProgressBarTest, OfManyEpochsSomeStayAndTheBarHoldsTheLatest) {
  std::vector<v1::TrainEvent> events(100);
  for (uint32_t i = 0; i < 100; ++i) {
    events[i].mutable_epoch()->set_epoch(i + 1);
    events[i].mutable_epoch()->set_epochs(100);
    events[i].mutable_epoch()->set_validation_loss(i);
  }
  const std::string piped = Shown(events, false);
  EXPECT_EQ(std::count(piped.begin(), piped.end(), '\n'), 10);
  EXPECT_EQ(piped.find("epoch 10/100"), 0u);
  EXPECT_NE(Shown(events, true).find("validation loss 56"), std::string::npos);
}

TEST(ProgressBarTest, TheEndSaysWhyAndWhatCameOfIt) {
  v1::TrainEvent event;
  event.mutable_done()->set_stopped_because(v1::TrainDone::EPOCHS_DONE);
  event.mutable_done()->set_steps(200);
  event.mutable_done()->set_seconds(0.5);
  event.mutable_done()->set_loss(0.00339581);
  (*event.mutable_done()->mutable_metrics())["accuracy"] = 0.975;
  EXPECT_EQ(Shown({event}, false),
            "done after 200 steps in 0.50 s  loss 0.00339581  accuracy 0.975\n");
}

}  // namespace
}  // namespace fluxgate::client
