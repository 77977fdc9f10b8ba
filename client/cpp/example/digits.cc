// Handwritten digits from a CSV file to a trained network: digits [SERVER [FILE]]
#include <fstream>
#include <iostream>

#include "client/cpp/client.h"

using namespace fluxgate;
using namespace fluxgate::client;

template <typename T>
T OrEnd(absl::StatusOr<T> result) {  // the value; an error ends the program
  if (result.ok()) return *std::move(result);
  std::cerr << FormatError(result.status()) << "\n";
  std::exit(1);
}

int main(int argc, char** argv) {
  // Of five rows four are to learn from. 64 pixels of 0 to 16 become 0 to 1, the label one-hot.
  std::ifstream file(argc > 2 ? argv[2] : "tests/data/digits.csv");
  std::vector<float> x[2], y[2];
  std::string cell;
  std::getline(file, cell);  // the header
  for (int row = 0; file.peek() != EOF; ++row) {
    const int part = row % 5 == 4;
    for (int i = 0; i < 64 && std::getline(file, cell, ','); ++i) {
      x[part].push_back(std::stof(cell) / 16);
    }
    std::getline(file, cell);
    for (int digit = 0; digit < 10; ++digit) y[part].push_back(digit == std::stoi(cell) ? 1 : 0);
  }

  const auto client = OrEnd(
      Client::Connect({.server = argc > 1 ? argv[1] : "127.0.0.1:50051", .session = "cpp-digits"}));
  for (const int part : {0, 1}) {
    const auto examples = static_cast<int64_t>(y[part].size() / 10);
    OrEnd(client->PushDataset(part == 0 ? "train" : "test",
                              {{"x", HostTensor::Of({64, examples}, x[part])},
                               {"y", HostTensor::Of({10, examples}, y[part])}}));
  }
  v1::EvaluateRequest define;
  define.set_source(
      "using Flux, Random; Random.seed!(1); model = Chain(Dense(64 => 32, relu), Dense(32 => 10))");
  const v1::EvaluateResponse defined = OrEnd(client->Call(&v1::Workspace::Stub::Evaluate, define));
  for (const std::string& line : defined.show()) std::cout << line << "\n";

  v1::TrainRequest train;
  train.set_data("train");
  train.set_validation("test");
  train.set_loss("logitcrossentropy");
  train.set_optimiser("Adam()");
  train.add_metrics("accuracy");
  train.set_epochs(30);
  train.set_batch_size(64);
  train.set_shuffle(true);
  const absl::Status trained = client->Train(train, [](const v1::TrainEvent& event) {
    const v1::TrainEpoch& epoch = event.epoch();
    if (event.has_epoch() && epoch.epoch() % 10 == 0) {
      std::cout << "epoch " << epoch.epoch() << ": validation loss " << epoch.validation_loss()
                << ", accuracy " << epoch.metrics().at("accuracy") << "\n";
    }
    return true;  // false stops the training
  });
  if (!trained.ok()) OrEnd<int>(trained);
  for (const NamedTensor& parameter : OrEnd(client->GetParameters("model"))) {
    std::cout << parameter.path << ": " << parameter.tensor.num_elements() << " numbers\n";
  }
}
