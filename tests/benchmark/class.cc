// A class at once, each pupil in a session of their own going through the tutorial's calls, beside
// one pupil alone: how long each call takes for them.
//
//   class FLUXGATE_SERVER [PUPILS [TIMES]]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cpp/client.h"
#include "engine/base/status_macros.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/rounds.h"

namespace fluxgate::benchmark {
namespace {

using client::Client;

// Microseconds of calls, of all who share it.
class Clocked {
 public:
  template <typename Work>
  absl::Status Call(Work work) {
    absl::Status status;
    const double seconds = Seconds([&] { status = work(); });
    const std::lock_guard<std::mutex> lock(mutex_);
    microseconds_.push_back(seconds * 1e6);
    return status;
  }
  std::vector<double> Take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(microseconds_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<double> microseconds_;
};

struct Times {
  Clocked text, training, prediction;
};

class Pupil {
 public:
  Pupil(std::unique_ptr<Client> client, Times& times) : client_(std::move(client)), times_(times) {}

  absl::Status Learn() {
    FG_RETURN_IF_ERROR(Evaluate("using Flux, Statistics"));
    FG_RETURN_IF_ERROR(Evaluate("predict = Dense([0.9066542f0;;])"));
    FG_RETURN_IF_ERROR(Evaluate("loss(m, x, y) = mean(abs2.(m(x) .- y))"));
    FG_RETURN_IF_ERROR(Evaluate("train = (x = hcat(0:5...), y = hcat(2:4:22...))"));
    FG_RETURN_IF_ERROR(Evaluate("loss(predict, train.x, train.y)"));
    FG_RETURN_IF_ERROR(Train(1));
    FG_RETURN_IF_ERROR(Train(200));
    FG_RETURN_IF_ERROR(Predict());
    FG_RETURN_IF_ERROR(Evaluate("gradient(x -> 3x^2 + 2x + 1, 2)"));
    v1::DeleteSessionRequest request;
    return client_->Call(&v1::Sessions::Stub::DeleteSession, request).status();
  }

 private:
  absl::Status Evaluate(const std::string& source) {
    return times_.text.Call([&] { return client_->Evaluate(source).status(); });
  }
  absl::Status Train(uint32_t epochs) {
    v1::TrainRequest request;
    request.set_loss("loss");
    request.set_optimiser("Descent()");
    request.set_epochs(epochs);
    return times_.training.Call([&] {
      return client_->Train(request, [](const v1::TrainEvent&) { return true; }).status();
    });
  }
  absl::Status Predict() {
    v1::PredictRequest request;
    request.mutable_x()->set_ref("train.x");
    return times_.prediction.Call(
        [&] { return client_->Call(&v1::Models::Stub::Predict, request).status(); });
  }

  const std::unique_ptr<Client> client_;
  Times& times_;
};

absl::Status Attend(const std::string& address, int pupils, int times_each, Times& times) {
  std::vector<absl::Status> ends(static_cast<size_t>(pupils));
  std::vector<std::thread> room;
  for (int number = 0; number < pupils; ++number) {
    room.emplace_back([&, number] {
      for (int time = 0; time < times_each && ends[number].ok(); ++time) {
        auto client = Client::Connect(
            {.server = address, .session = absl::StrCat("pupil-", number, "-", time)});
        ends[number] = client.ok() ? Pupil(*std::move(client), times).Learn() : client.status();
      }
    });
  }
  for (std::thread& pupil : room) pupil.join();
  for (const absl::Status& end : ends) FG_RETURN_IF_ERROR(end);
  return absl::OkStatus();
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

absl::Status Run(const std::string& program, int pupils, int times_each) {
  FG_ASSIGN_OR_RETURN(const auto server,
                      ChildProcess::Start({program, "--listen=127.0.0.1:0", "--log_level=warn"}));
  const std::string& address = server->words()[0];
  Times warm_up, one, all;
  FG_RETURN_IF_ERROR(Attend(address, 1, times_each, warm_up));
  FG_RETURN_IF_ERROR(Attend(address, 1, times_each, one));
  FG_RETURN_IF_ERROR(Attend(address, pupils, times_each, all));
  PrintDistributionHead("Microseconds a call");
  std::string ratios;
  for (const auto& [name, calls] :
       {std::make_pair("text", &Times::text), std::make_pair("training", &Times::training),
        std::make_pair("prediction", &Times::prediction)}) {
    const std::vector<double> alone = (one.*calls).Take(), together = (all.*calls).Take();
    PrintDistribution(absl::StrCat(name, ", one pupil"), alone);
    PrintDistribution(absl::StrCat(name, ", ", pupils, " pupils"), together);
    absl::StrAppend(&ratios, "\n", name, ": ", pupils,
                    " pupils over one, medians: ", Median(together) / Median(alone));
  }
  std::printf("%s\n", ratios.c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace fluxgate::benchmark

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "class FLUXGATE_SERVER [PUPILS [TIMES]]\n");
    return 2;
  }
  const absl::Status status = fluxgate::benchmark::Run(argv[1], argc > 2 ? std::atoi(argv[2]) : 30,
                                                       argc > 3 ? std::atoi(argv[3]) : 20);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
