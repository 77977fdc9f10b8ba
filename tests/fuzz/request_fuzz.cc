// Any requests through their handlers, one after the other in one session: each is answered, and
// none of them with an error of the server's own.

#include <cstdint>
#include <string>

#include "tests/fuzz/in_process_server.h"
#include "tests/fuzz/message_mutator.h"

namespace {

using fluxgate::fuzz::InProcessServer;
using fluxgate::fuzz::ParseRequests;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static InProcessServer& server = *new InProcessServer;
  server.Restart();
  for (const auto& request : ParseRequests({reinterpret_cast<const char*>(data), size})) {
    server.Handle(*request);
  }
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  fluxgate::fuzz::Random random(seed);
  auto requests = ParseRequests({reinterpret_cast<const char*>(data), size});
  if (requests.empty() || (random() % 8 == 0 && requests.size() < 8)) {
    requests.push_back(fluxgate::fuzz::AnyRequest(random()));
  }
  const size_t at = random() % requests.size();
  if (random() % 8 == 0 && requests.size() > 1) {
    requests.erase(requests.begin() + static_cast<int64_t>(at));
  } else if (random() % 8 == 0) {
    std::swap(requests[at], requests[random() % requests.size()]);
  } else {
    for (unsigned i = random() % 3 + 1; i > 0; --i) {
      fluxgate::fuzz::Mutate(requests[at].get(), random);
    }
  }
  const std::string text = fluxgate::fuzz::PrintRequests(requests);
  if (text.size() > max_size) return size;
  text.copy(reinterpret_cast<char*>(data), text.size());
  return text.size();
}
