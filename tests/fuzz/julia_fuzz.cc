// Any text: it is refused or evaluated within its limits, and its value can be shown.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/cancellation.h"
#include "engine/base/memory_budget.h"
#include "tests/testing/julia_session.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fluxgate::ScopedMemoryBudget charge(std::make_shared<fluxgate::MemoryBudget>(int64_t{64} << 20));
  fluxgate::testing::JuliaSession session;
  fluxgate::CancellationSource source;
  source.SetTimeout(std::chrono::seconds(1));
  session.host().set_token(source.token());
  fluxgate::lang::Limits limits;
  limits.max_steps = 20'000;
  limits.max_call_depth = 100;
  limits.max_elements = 1 << 16;
  session.Enter(std::string(reinterpret_cast<const char*>(data), size), limits);
  return 0;
}
