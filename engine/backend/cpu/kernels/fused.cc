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

}  // namespace

int64_t FusedKernel::scratch_bytes() const { return impl_->scratch_bytes; }

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

}  // namespace fluxgate::cpu
