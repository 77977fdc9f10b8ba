#include "engine/backend/cpu/kernels/fused.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "engine/backend/cpu/kernels/fused_impl.h"

namespace fluxgate::cpu {
namespace {

void RunSteps(const std::vector<FusedKernel::Impl::Step>& steps, std::byte* const* at,
              int64_t count) {
  for (const auto& step : steps) {
    step.body(at[step.to], at[step.a], at[step.b], at[step.c], count);
  }
}

void Fill(const std::byte* element, int64_t size, int64_t count, std::byte* to) {
  TileLoader(size, {}, {}).Load(element, 0, count, to);
}

// Bodies of what is no body: a load by a loader, which is `c`, and a copy of `count` bytes.
void LoadAll(void* to, const void* a, const void*, const void* c, int64_t count) {
  static_cast<const TileLoader*>(c)->Load(static_cast<const std::byte*>(a), 0, count,
                                          static_cast<std::byte*>(to));
}
void CopyBytes(void* to, const void* a, const void*, const void*, int64_t count) {
  std::memcpy(to, a, static_cast<size_t>(count));
}

}  // namespace

int64_t FusedKernel::scratch_bytes() const { return impl_->scratch_bytes; }
int64_t FusedKernel::count() const { return impl_->count; }
int64_t FusedKernel::tile() const { return impl_->tile; }

void FusedKernel::Run(absl::Span<const void* const> inputs, absl::Span<void* const> outputs,
                      void* scratch) const {
  RunRange(inputs, outputs, scratch, 0, impl_->count);
}

void FusedKernel::RunRange(absl::Span<const void* const> inputs, absl::Span<void* const> outputs,
                           void* scratch, int64_t begin, int64_t end) const {
  const Impl& p = *impl_;
  if (begin >= end) return;
  // Operands are only read; one type of pointer for all keeps the steps plain.
  auto** at = static_cast<std::byte**>(scratch);
  auto* base = static_cast<std::byte*>(scratch);
  for (const Impl::Placed& v : p.placed) at[v.value] = base + v.place;
  for (const Impl::Direct& v : p.direct) {
    const auto* first = static_cast<const std::byte*>(inputs[v.value]) + v.offset;
    at[v.value] = const_cast<std::byte*>(first + (v.uniform ? 0 : begin * v.element_size));
  }
  for (const Impl::Written& v : p.written) {
    at[v.value] = static_cast<std::byte*>(outputs[v.output]) + begin * v.element_size;
  }
  RunSteps(p.uniform_steps, at, 1);

  for (int64_t done = begin; done < end; done += p.tile) {
    const int64_t count = std::min(p.tile, end - done);
    for (const Impl::Loaded& v : p.loaded) {
      if (v.once && done != begin) continue;
      v.loader.Load(static_cast<const std::byte*>(inputs[v.value]) + v.offset, done,
                    v.once ? std::min(p.tile, p.count) : count, at[v.value]);
    }
    RunSteps(p.steps, at, count);
    for (const Impl::Copied& v : p.copied) {
      if (v.uniform) continue;
      std::memcpy(static_cast<std::byte*>(outputs[v.output]) + done * v.element_size, at[v.value],
                  static_cast<size_t>(count * v.element_size));
    }
    for (const Impl::Direct& v : p.direct) {
      if (!v.uniform) at[v.value] += count * v.element_size;
    }
    for (const Impl::Written& v : p.written) at[v.value] += count * v.element_size;
  }
  // Last, because an output may lie where an input was.
  for (const Impl::Copied& v : p.copied) {
    if (v.uniform) {
      Fill(at[v.value], v.element_size, end - begin,
           static_cast<std::byte*>(outputs[v.output]) + begin * v.element_size);
    }
  }
}

std::vector<BodyCall> FusedKernel::Calls() const {
  const Impl& p = *impl_;
  std::vector<BodyCall> calls;
  if (p.count == 0 || p.count > p.tile) return calls;
  using Place = BodyCall::Place;
  std::vector<Place> at(p.placed.size() + p.direct.size() + p.written.size());
  const auto set = [&](int32_t value, Place place) {
    if (at.size() <= static_cast<size_t>(value)) at.resize(value + 1);
    at[value] = place;
  };
  for (const Impl::Placed& v : p.placed) set(v.value, {Place::Of::kScratch, 0, v.place});
  for (const Impl::Direct& v : p.direct) set(v.value, {Place::Of::kInput, v.value, v.offset});
  for (const Impl::Written& v : p.written) set(v.value, {Place::Of::kOutput, v.output, 0});
  const auto add = [&](const Impl::Step& step, int64_t count) {
    calls.push_back({step.body, at[step.to], at[step.a], at[step.b], at[step.c], count});
  };
  for (const Impl::Step& step : p.uniform_steps) add(step, 1);
  for (const Impl::Loaded& v : p.loaded) {
    const Place from{Place::Of::kInput, v.value, v.offset};
    calls.push_back(
        {LoadAll, at[v.value], from, from, {Place::Of::kObject, 0, 0, &v.loader}, p.count});
  }
  for (const Impl::Step& step : p.steps) add(step, p.count);
  for (const Impl::Copied& v : p.copied) {
    if (v.uniform && p.count > 1) return {};
    const Place from = at[v.value];
    calls.push_back(
        {CopyBytes, {Place::Of::kOutput, v.output, 0}, from, from, from, p.count * v.element_size});
  }
  return calls;
}

}  // namespace fluxgate::cpu
