#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/backend/cpu/kernels/fused.h"
#include "engine/backend/cpu/kernels/fused_impl.h"

namespace fluxgate::cpu {
namespace {

using Impl = FusedKernel::Impl;

// The tiles of all live values together stay well inside a first-level cache.
constexpr int64_t kTileBudgetBytes = 24 * 1024;
constexpr int64_t kMinTile = 256;
constexpr int64_t kMaxTile = 2048;
constexpr int64_t kAlignment = 64;

int64_t RoundUp(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

class Compiler {
 public:
  Compiler(const FusedProgram& program, CpuLevel level)
      : program_(program), level_(level), inputs_(static_cast<int32_t>(program.inputs.size())) {}

  absl::StatusOr<std::shared_ptr<const Impl>> Compile() {
    impl_->count = program_.shape.num_elements();
    // With one element nothing is worth computing apart.
    single_ = impl_->count == 1;
    if (absl::Status status = AddInputs(); !status.ok()) return status;
    for (const FusedInstruction& instruction : program_.instructions) {
      if (absl::Status status = AddStep(instruction); !status.ok()) return status;
    }
    if (absl::Status status = AddOutputs(); !status.ok()) return status;
    FindLastUses();
    WriteInPlace();
    ChooseTile();
    PlaceValues();
    return std::shared_ptr<const Impl>(std::move(impl_));
  }

 private:
  struct Value {
    DType dtype;
    bool uniform = false;
    bool loaded = false;    // An input that is copied into a place.
    int32_t step = -1;      // The step of `steps` that makes it.
    int32_t last_use = -1;  // The last step of `steps` that reads it; past all when it is copied.
    bool needs_place = false;
  };

  int32_t NewValue(DType dtype, bool uniform) {
    values_.push_back({dtype, uniform});
    return static_cast<int32_t>(values_.size()) - 1;
  }

  absl::Status AddInputs() {
    for (const FusedInput& input : program_.inputs) {
      const int64_t size = SizeOf(input.dtype);
      const int64_t offset = input.offset * size;
      if (!input.strides.empty() &&
          static_cast<int>(input.strides.size()) != program_.shape.rank()) {
        return absl::InvalidArgumentError("an input's strides differ from the program's rank");
      }
      const bool plain = input.strides.empty();
      const TileLoader loader =
          plain ? TileLoader() : TileLoader(size, program_.shape.dims(), input.strides);
      const bool uniform = !plain && !single_ && loader.uniform();
      const int32_t value = NewValue(input.dtype, uniform);
      if (plain || uniform || single_ || loader.dense()) {
        impl_->direct.push_back({value, size, offset, uniform});
      } else {
        values_[value].loaded = values_[value].needs_place = true;
        impl_->loaded.push_back({value, loader, offset, false});
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddStep(const FusedInstruction& instruction) {
    std::array<int32_t, 3> operands;
    std::copy(std::begin(instruction.operands), std::end(instruction.operands), operands.begin());
    const int arity = ir::GetOpInfo(instruction.op).arity;
    bool uniform = true;
    for (int i = 0; i < 3; ++i) {
      if (i >= arity) {
        operands[i] = operands[0];
      } else if (operands[i] < 0 || operands[i] >= static_cast<int32_t>(values_.size())) {
        return absl::InvalidArgumentError("an instruction names a value that does not exist yet");
      }
      uniform = uniform && values_[operands[i]].uniform;
    }
    const TileFn body = BodyOf(instruction, operands, uniform);
    if (body == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("no elementwise body for ",
                                                     ir::GetOpInfo(instruction.op).name, " of ",
                                                     DTypeName(values_[operands[0]].dtype)));
    }
    Append(body, operands, instruction.dtype, uniform);
    return absl::OkStatus();
  }

  int32_t Append(TileFn body, const std::array<int32_t, 3>& operands, DType dtype, bool uniform) {
    const int32_t value = NewValue(dtype, uniform);
    std::vector<Impl::Step>& steps = uniform ? impl_->uniform_steps : impl_->steps;
    if (!uniform) values_[value].step = static_cast<int32_t>(steps.size());
    values_[value].needs_place = true;
    steps.push_back({body, value, operands[0], operands[1], operands[2]});
    return value;
  }

  TileFn BodyOf(const FusedInstruction& instruction, const std::array<int32_t, 3>& operands,
                bool all_uniform) const {
    const bool one = all_uniform || single_;
    const auto uniform = [&](int i) { return one || values_[operands[i]].uniform; };
    const DType dtype = values_[operands[0]].dtype;
    if (instruction.op == ir::OpKind::kCast) return CastBody(level_, dtype, instruction.dtype);
    if (instruction.op == ir::OpKind::kSelect) {
      return SelectBody(level_, SizeOf(instruction.dtype), uniform(0), uniform(1), uniform(2));
    }
    if (!ir::GetOpInfo(instruction.op).elementwise) return nullptr;
    if (ir::GetOpInfo(instruction.op).arity == 1)
      return UnaryBody(level_, instruction.op, dtype, one);
    return BinaryBody(level_, instruction.op, dtype, uniform(0), uniform(1));
  }

  absl::Status AddOutputs() {
    const auto given = static_cast<int32_t>(values_.size());
    for (size_t i = 0; i < program_.outputs.size(); ++i) {
      const FusedOutput& output = program_.outputs[i];
      if (output.value < 0 || output.value >= given || output.alias >= inputs_) {
        return absl::InvalidArgumentError("an output names a value that does not exist");
      }
      int32_t value = output.value;
      const Value& from = values_[value];
      // An input that is an output too is saved before anything can overwrite it.
      if (value < inputs_ && !from.uniform) {
        const TileFn copy = UnaryBody(level_, ir::OpKind::kBarrier, from.dtype, single_);
        value = Append(copy, {value, value, value}, from.dtype, false);
        std::rotate(impl_->steps.begin(), impl_->steps.end() - 1, impl_->steps.end());
        for (Value& v : values_) {
          if (v.step >= 0) ++v.step;
        }
        values_[value].step = 0;
      }
      impl_->copied.push_back(
          {value, static_cast<int32_t>(i), SizeOf(values_[value].dtype), values_[value].uniform});
    }
    return absl::OkStatus();
  }

  void FindLastUses() {
    for (size_t s = 0; s < impl_->steps.size(); ++s) {
      const Impl::Step& step = impl_->steps[s];
      for (int32_t v : {step.a, step.b, step.c}) values_[v].last_use = static_cast<int32_t>(s);
    }
  }

  // An output whose buffer nobody reads after its value is made needs no copy.
  void WriteInPlace() {
    std::vector<Impl::Copied> kept;
    for (const Impl::Copied& copy : impl_->copied) {
      Value& value = values_[copy.value];
      const int32_t alias = program_.outputs[copy.output].alias;
      const bool free = !copy.uniform && value.needs_place &&
                        (alias < 0 || values_[alias].last_use <= value.step);
      if (free) {
        value.needs_place = false;
        impl_->written.push_back({copy.value, copy.output, copy.element_size});
      } else {
        kept.push_back(copy);
        value.last_use = static_cast<int32_t>(impl_->steps.size());
      }
    }
    impl_->copied = std::move(kept);
  }

  void ChooseTile() {
    int64_t bytes = 0;
    for (const Value& value : values_) {
      if (!value.uniform) bytes += SizeOf(value.dtype);
    }
    // Most values share their place with others.
    const int64_t live = std::max<int64_t>(bytes / 2, 1);
    int64_t tile = std::clamp(kTileBudgetBytes / live / 64 * 64, kMinTile, kMaxTile);
    tile = std::min(tile, std::max<int64_t>(impl_->count, 1));
    // A short period that divides the tile is loaded once.
    for (const Impl::Loaded& input : impl_->loaded) {
      const int64_t period = input.loader.period();
      if (period == 0 || period > tile) continue;
      tile = tile / period * period;
      break;
    }
    for (Impl::Loaded& input : impl_->loaded) {
      const int64_t period = input.loader.period();
      input.once = period != 0 && tile % period == 0;
    }
    impl_->tile = tile;
  }

  // Values that are never alive together share a place; all are 64-byte aligned.
  void PlaceValues() {
    int64_t end = RoundUp(static_cast<int64_t>(values_.size() * sizeof(std::byte*)), kAlignment);
    const auto take = [&](int32_t value, int64_t elements) {
      const int64_t place = end;
      end += RoundUp(elements * SizeOf(values_[value].dtype), kAlignment);
      impl_->placed.push_back({value, place});
      return place;
    };
    for (size_t v = 0; v < values_.size(); ++v) {
      const Value& value = values_[v];
      if (value.needs_place && (value.uniform || value.loaded)) {
        take(static_cast<int32_t>(v), value.uniform ? 1 : impl_->tile);
      }
    }
    // Free places by element size: a wider element never lands on a narrower one's place.
    std::array<std::vector<int64_t>, 9> free;
    std::vector<int64_t> place_of(values_.size(), -1);
    for (size_t s = 0; s < impl_->steps.size(); ++s) {
      const Impl::Step& step = impl_->steps[s];
      std::array<int32_t, 3> operands = {step.a, step.b, step.c};
      std::sort(operands.begin(), operands.end());
      const auto last = std::unique(operands.begin(), operands.end());
      for (auto it = operands.begin(); it != last; ++it) {
        if (place_of[*it] >= 0 && values_[*it].last_use == static_cast<int32_t>(s)) {
          free[SizeOf(values_[*it].dtype)].push_back(place_of[*it]);
        }
      }
      const Value& result = values_[step.to];
      if (!result.needs_place) continue;
      auto& places = free[SizeOf(result.dtype)];
      if (places.empty()) {
        place_of[step.to] = take(step.to, impl_->tile);
      } else {
        place_of[step.to] = places.back();
        places.pop_back();
        impl_->placed.push_back({step.to, place_of[step.to]});
      }
      // A result that nothing reads gives its place back at once.
      if (result.last_use < 0) places.push_back(place_of[step.to]);
    }
    impl_->scratch_bytes = end;
  }

  const FusedProgram& program_;
  const CpuLevel level_;
  const int32_t inputs_;
  bool single_ = false;
  std::vector<Value> values_;
  std::shared_ptr<Impl> impl_ = std::make_shared<Impl>();
};

}  // namespace

absl::StatusOr<FusedKernel> FusedKernel::Create(const FusedProgram& program, CpuLevel level) {
  absl::StatusOr<std::shared_ptr<const Impl>> impl = Compiler(program, level).Compile();
  if (!impl.ok()) return impl.status();
  return FusedKernel(*std::move(impl));
}

}  // namespace fluxgate::cpu
