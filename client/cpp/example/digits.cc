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
  std::ifstream file(argc > 2 ? argv[2] : "tests/data/digits.csv");
  file.ignore(10'000, '\n');   // the header
  std::vector<float> numbers;  // 64 pixels of 0 to 16 and the digit, row after row
  for (float number; file >> number; file.ignore()) numbers.push_back(number);
  const auto rows = static_cast<int64_t>(numbers.size() / 65);

  const auto client = OrEnd(
      Client::Connect({.server = argc > 1 ? argv[1] : "127.0.0.1:50051", .session = "cpp-digits"}));
  OrEnd(client->PushDataset("table", {{"x", HostTensor::Of({65, rows}, numbers)}}));
  OrEnd(client->Evaluate(R"(
      using Flux, Random; Random.seed!(1)
      digits = (x = table.x[1:64, :] ./ 16, y = Flux.onehotbatch(table.x[65, :], 0:9))
      test, learn = Flux.splitobs(digits, at = 0.2, shuffle = true)
      model = Chain(Dense(64 => 32, relu), Dense(32 => 10)))"));

  v1::TrainRequest train;
  train.set_data("learn");
  train.set_validation("test");
  train.set_loss("logitcrossentropy");
  train.set_optimiser("Adam()");
  train.add_metrics("accuracy");
  train.set_epochs(30);
  train.set_batch_size(64);
  train.set_shuffle(true);
  OrEnd(client->Train(train, [](const v1::TrainEvent& event) {
    const v1::TrainEpoch& epoch = event.epoch();
    if (event.has_epoch() && epoch.epoch() % 10 == 0) {
      std::cout << "epoch " << epoch.epoch() << ": accuracy " << epoch.metrics().at("accuracy")
                << "\n";
    }
    return true;  // false stops the training
  }));
  for (const NamedTensor& parameter : OrEnd(client->GetParameters("model"))) {
    std::cout << parameter.path << ": " << parameter.tensor.num_elements() << " numbers\n";
  }
}
