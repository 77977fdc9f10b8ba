#include "engine/backend/cpu/kernels/fused.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/ir/interpreter.h"
#include "engine/tensor/tensor.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::cpu {
namespace {

using ir::OpKind;

std::vector<CpuLevel> Levels() {
  std::vector<CpuLevel> levels;
  for (CpuLevel level : {CpuLevel::kV2, CpuLevel::kV3, CpuLevel::kV4}) {
    if (Supports(level)) levels.push_back(level);
  }
  return levels;
}

// Ordinary numbers with every special one among them.
Tensor Sample(DType dtype, const Shape& shape, uint32_t seed) {
  std::mt19937 generator(seed);
  Tensor t = *Tensor::Create(dtype, shape);
  DispatchDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    using Limits = std::numeric_limits<T>;
    const std::vector<T> special = {T(0),
                                    static_cast<T>(-0.0),
                                    T(1),
                                    T(2),
                                    Limits::max(),
                                    Limits::lowest(),
                                    Limits::min(),
                                    T(3),
                                    Limits::infinity(),
                                    Limits::quiet_NaN(),
                                    Limits::denorm_min()};
    std::uniform_real_distribution<double> ordinary(-4, 4);
    for (T& x : t.mutable_data<T>()) {
      const uint32_t choice = generator() % 8;
      x = choice == 0 ? special[generator() % special.size()]
                      : static_cast<T>(static_cast<int64_t>(ordinary(generator) * 1024) /
                                       (std::is_integral_v<T> ? 512.0 : 1024.0));
    }
  });
  return t;
}

// The first difference as text, or "": NaNs are equal whatever their payload.
std::string Difference(const Tensor& got, const Tensor& want) {
  if (got.dtype() != want.dtype() || got.shape() != want.shape()) return "type";
  std::string text;
  DispatchDType(got.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < got.num_elements() && text.empty(); ++i) {
      const T x = got.data<T>()[i];
      const T y = want.data<T>()[i];
      if (x != x && y != y) continue;
      if (std::memcmp(&x, &y, sizeof(T)) != 0) {
        text = absl::StrCat("element ", i, ": got ", static_cast<double>(x), ", want ",
                            static_cast<double>(y));
      }
    }
  });
  return text;
}

std::vector<Tensor> RunFused(const FusedProgram& program, const std::vector<Tensor>& inputs,
                             CpuLevel level) {
  const auto kernel = FusedKernel::Create(program, level);
  EXPECT_OK(kernel);
  std::vector<Tensor> result;
  std::vector<const void*> from;
  std::vector<void*> to;
  for (const Tensor& t : inputs) from.push_back(t.raw());
  for (const FusedOutput& output : program.outputs) {
    const auto inputs_count = static_cast<int32_t>(program.inputs.size());
    const DType dtype = output.value < inputs_count
                            ? program.inputs[output.value].dtype
                            : program.instructions[output.value - inputs_count].dtype;
    result.push_back(*Tensor::Create(dtype, program.shape));
  }
  for (Tensor& t : result) to.push_back(t.mutable_raw());
  // An aliased output starts as a copy of its input and takes its place.
  for (size_t i = 0; i < to.size(); ++i) {
    const int32_t alias = program.outputs[i].alias;
    if (alias < 0) continue;
    std::memcpy(to[i], from[alias], static_cast<size_t>(inputs[alias].bytes()));
    from[alias] = to[i];
  }
  Tensor scratch = *Tensor::Create(DType::kBool, Shape({kernel->scratch_bytes() + 2}));
  kernel->Run(from, to, scratch.mutable_raw());
  return result;
}

ir::Node NodeOf(OpKind op, DType dtype, const Shape& shape) {
  ir::Node node;
  node.op = op;
  node.dtype = dtype;
  node.shape = shape;
  return node;
}

struct Row {
  OpKind op;
  ir::ResultRule rule;
};
const Row kUnaryRows[] = {
#define UNARY(Name, text, rule, lo, hi, smooth) {OpKind::k##Name, ir::ResultRule::rule},
#include "engine/ir/op.def"
};
const Row kBinaryRows[] = {
#define BINARY(Name, text, rule, lo, hi, smooth) {OpKind::k##Name, ir::ResultRule::rule},
#include "engine/ir/op.def"
};

DType ResultOf(const Row& row, DType dtype) {
  return row.rule == ir::ResultRule::kBool ? DType::kBool : dtype;
}

TEST(FusedTest, EveryUnaryRowAgreesWithTheInterpreterAtEveryLevel) {
  const Shape shape({37, 61});
  for (const Row& row : kUnaryRows) {
    for (DType dtype : kAllDTypes) {
      if (row.rule == ir::ResultRule::kFloat && !IsFloat(dtype)) continue;
      const Tensor x = Sample(dtype, shape, 1);
      ASSERT_OK_AND_ASSIGN(const Tensor want,
                           ir::EvaluateNode(NodeOf(row.op, ResultOf(row, dtype), shape), {x}));
      FusedProgram program{shape, {{dtype}}, {{row.op, want.dtype(), {0}}}, {{1}}};
      for (CpuLevel level : Levels()) {
        const std::vector<Tensor> got = RunFused(program, {x}, level);
        EXPECT_EQ(Difference(got[0], want), "")
            << ir::GetOpInfo(row.op).name.data() << " " << DTypeName(dtype).data() << " "
            << CpuLevelName(level).data();
      }
    }
  }
}

TEST(FusedTest, EveryBinaryRowAgreesInEveryFormAtEveryLevel) {
  const Shape shape({37, 61});
  for (const Row& row : kBinaryRows) {
    const bool bitwise = row.op == OpKind::kAnd || row.op == OpKind::kOr || row.op == OpKind::kXor;
    for (DType dtype : kAllDTypes) {
      if (row.rule == ir::ResultRule::kFloat && !IsFloat(dtype)) continue;
      if (bitwise && IsFloat(dtype)) continue;
      const Tensor x = Sample(dtype, shape, 1);
      const Tensor y = Sample(dtype, shape, 2);
      // Which operand is one number for all.
      for (int uniform = 0; uniform < 3; ++uniform) {
        for (double number : {2.0, 3.0, -1.0, 0.0, 0.5}) {
          if (uniform == 0 && number != 2.0) continue;
          const Tensor s = Tensor::ScalarOf(dtype, number);
          Tensor full = *Tensor::Create(dtype, shape);
          ASSERT_OK_AND_ASSIGN(full,
                               ir::EvaluateNode(NodeOf(OpKind::kBroadcast, dtype, shape), {s}));
          const Tensor& a = uniform == 1 ? full : x;
          const Tensor& b = uniform == 2 ? full : y;
          ASSERT_OK_AND_ASSIGN(
              const Tensor want,
              ir::EvaluateNode(NodeOf(row.op, ResultOf(row, dtype), shape), {a, b}));
          FusedProgram program{shape, {{dtype}, {dtype}}, {{row.op, want.dtype(), {0, 1}}}, {{2}}};
          if (uniform != 0) program.inputs[uniform - 1].strides = {0, 0};
          for (CpuLevel level : Levels()) {
            const std::vector<Tensor> got =
                RunFused(program, {uniform == 1 ? s : x, uniform == 2 ? s : y}, level);
            EXPECT_EQ(Difference(got[0], want), "")
                << ir::GetOpInfo(row.op).name.data() << " " << DTypeName(dtype).data() << " form "
                << uniform << " of " << number << " " << CpuLevelName(level).data();
          }
        }
      }
    }
  }
}

TEST(FusedTest, CastsAgreeBetweenAllDTypes) {
  const Shape shape({1999});
  for (DType from : kAllDTypes) {
    for (DType to : kAllDTypes) {
      const Tensor x = Sample(from, shape, 3);
      ASSERT_OK_AND_ASSIGN(const Tensor want,
                           ir::EvaluateNode(NodeOf(OpKind::kCast, to, shape), {x}));
      FusedProgram program{shape, {{from}}, {{OpKind::kCast, to, {0}}}, {{1}}};
      for (CpuLevel level : Levels()) {
        EXPECT_EQ(Difference(RunFused(program, {x}, level)[0], want), "")
            << DTypeName(from).data() << " to " << DTypeName(to).data();
      }
    }
  }
}

TEST(FusedTest, SelectTakesUniformOperandsEverywhere) {
  const Shape shape({500});
  for (DType dtype : {DType::kBool, DType::kFloat32, DType::kInt64}) {
    for (int mask = 0; mask < 8; ++mask) {
      std::vector<Tensor> given, full;
      FusedProgram program{shape, {}, {{OpKind::kSelect, dtype, {0, 1, 2}}}, {{3}}};
      for (int i = 0; i < 3; ++i) {
        const DType d = i == 0 ? DType::kBool : dtype;
        const bool uniform = (mask >> i & 1) != 0;
        program.inputs.push_back({d});
        if (uniform) program.inputs.back().strides = {0};
        given.push_back(Sample(d, uniform ? Shape() : shape, 10 + i));
        ASSERT_OK_AND_ASSIGN(
            Tensor wide, ir::EvaluateNode(NodeOf(OpKind::kBroadcast, d, shape), {given.back()}));
        full.push_back(std::move(wide));
      }
      ASSERT_OK_AND_ASSIGN(const Tensor want,
                           ir::EvaluateNode(NodeOf(OpKind::kSelect, dtype, shape), full));
      for (CpuLevel level : Levels()) {
        EXPECT_EQ(Difference(RunFused(program, given, level)[0], want), "") << mask;
      }
    }
  }
}

// Adds a view of `array` to a dense array, and compares with the view made by the interpreter.
void ExpectViewAgrees(const Shape& shape, const Tensor& array, const FusedInput& view,
                      const Tensor& made) {
  const Tensor x = Sample(DType::kFloat32, shape, 4);
  ASSERT_OK_AND_ASSIGN(const Tensor want,
                       ir::EvaluateNode(NodeOf(OpKind::kAdd, DType::kFloat32, shape), {x, made}));
  FusedProgram program{
      shape, {{DType::kFloat32}, view}, {{OpKind::kAdd, DType::kFloat32, {0, 1}}}, {{2}}};
  const std::vector<Tensor> whole = RunFused(program, {x, array}, BestLevel());
  EXPECT_EQ(Difference(whole[0], want), "");

  // In pieces of awkward sizes.
  const auto kernel = FusedKernel::Create(program);
  ASSERT_OK(kernel);
  Tensor scratch = *Tensor::Create(DType::kBool, Shape({kernel->scratch_bytes()}));
  Tensor result = *Tensor::Create(DType::kFloat32, shape);
  void* to = result.mutable_raw();
  for (int64_t begin = 0; begin < shape.num_elements(); begin += 331) {
    kernel->RunRange({x.raw(), array.raw()}, {to}, scratch.mutable_raw(), begin,
                     std::min(begin + 331, shape.num_elements()));
  }
  EXPECT_EQ(Difference(result, want), "");
}

TEST(FusedTest, ReadsBroadcastsPermutesAndSlices) {
  for (const Shape& shape : {Shape({10, 333}), Shape({700, 9}), Shape({3, 5, 301})}) {
    const int rank = shape.rank();
    for (int kept = 0; kept < rank; ++kept) {
      Dims dims(rank, 1);
      dims[kept] = shape.dim(kept);
      FusedInput view{DType::kFloat32, Dims(rank, 0), 0};
      view.strides[kept] = 1;
      const Tensor array = Sample(DType::kFloat32, Shape(dims), 5);
      ASSERT_OK_AND_ASSIGN(
          const Tensor made,
          ir::EvaluateNode(NodeOf(OpKind::kBroadcast, DType::kFloat32, shape), {array}));
      ExpectViewAgrees(shape, array, view, made);
    }
  }
  const Shape shape({40, 50});
  const Tensor array = Sample(DType::kFloat32, Shape({50, 40}), 6);
  ir::Node permute = NodeOf(OpKind::kPermute, DType::kFloat32, shape);
  permute.attr = ir::DimsAttr{{1, 0}};
  ASSERT_OK_AND_ASSIGN(const Tensor transposed, ir::EvaluateNode(permute, {array}));
  ExpectViewAgrees(shape, array, {DType::kFloat32, {50, 1}, 0}, transposed);

  // Every second row from the last one up.
  const Tensor tall = Sample(DType::kFloat32, Shape({80, 50}), 7);
  ir::Node slice = NodeOf(OpKind::kSlice, DType::kFloat32, shape);
  slice.attr = ir::SliceAttr{{79, 0}, {40, 50}, {-2, 1}};
  ASSERT_OK_AND_ASSIGN(const Tensor sliced, ir::EvaluateNode(slice, {tall}));
  ExpectViewAgrees(shape, tall, {DType::kFloat32, {-2, 80}, 79}, sliced);
}

// Programs of random instructions, some outputs in the buffers of inputs, against one op at a time.
TEST(FusedTest, RandomProgramsAgreeWithTheInterpreter) {
  std::mt19937 generator(8);
  for (int round = 0; round < 200; ++round) {
    const Shape shape =
        round % 4 == 0 ? Shape() : Shape({13, static_cast<int64_t>(1 + generator() % 200)});
    const DType dtype = round % 2 == 0 ? DType::kFloat32 : DType::kFloat64;
    FusedProgram program{shape, {}, {}, {}};
    std::vector<Tensor> inputs, values;
    for (int i = 0; i < 4; ++i) {
      program.inputs.push_back({dtype});
      const bool number = i == 3 && shape.rank() == 2;
      if (number) program.inputs.back().strides = {0, 0};
      inputs.push_back(Sample(dtype, number ? Shape() : shape, generator()));
      ASSERT_OK_AND_ASSIGN(
          Tensor wide, ir::EvaluateNode(NodeOf(OpKind::kBroadcast, dtype, shape), {inputs.back()}));
      values.push_back(std::move(wide));
    }
    std::vector<int32_t> numbers = {0, 1, 2, 3}, conditions;
    const auto pick = [&](const std::vector<int32_t>& from) {
      return from[generator() % from.size()];
    };
    for (int i = 0; i < 12; ++i) {
      FusedInstruction step{OpKind::kAdd, dtype, {pick(numbers), pick(numbers), pick(numbers)}};
      const uint32_t choice = generator() % 8;
      if (choice < 3) {
        const OpKind ops[] = {OpKind::kMul, OpKind::kSub, OpKind::kMax};
        step.op = ops[choice];
      } else if (choice == 3) {
        step.op = OpKind::kTanh;
      } else if (choice == 4) {
        step.op = OpKind::kLt;
        step.dtype = DType::kBool;
      } else if (choice == 5 && !conditions.empty()) {
        step.op = OpKind::kSelect;
        step.operands[0] = pick(conditions);
      } else if (choice == 6 && !conditions.empty()) {
        step.op = OpKind::kCast;
        step.operands[0] = pick(conditions);
      }
      std::vector<Tensor> operands;
      for (int o = 0; o < ir::GetOpInfo(step.op).arity; ++o) {
        operands.push_back(values[step.operands[o]]);
      }
      const auto id = static_cast<int32_t>(values.size());
      ASSERT_OK_AND_ASSIGN(Tensor value,
                           ir::EvaluateNode(NodeOf(step.op, step.dtype, shape), operands));
      values.push_back(std::move(value));
      (step.dtype == DType::kBool ? conditions : numbers).push_back(id);
      program.instructions.push_back(step);
    }
    // Three outputs; two of them in place of inputs 0 and 1, one may be an input itself.
    program.outputs = {{pick(numbers), 0}, {pick(numbers), 1}, {pick(numbers), -1}};
    for (CpuLevel level : Levels()) {
      const std::vector<Tensor> got = RunFused(program, inputs, level);
      for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(Difference(got[i], values[program.outputs[i].value]), "")
            << "round " << round << " output " << i;
      }
    }
  }
}

TEST(FusedTest, EmptyArraysRunNothing) {
  FusedProgram program{
      Shape({0, 3}), {{DType::kFloat32}}, {{OpKind::kExp, DType::kFloat32, {0}}}, {{1}}};
  RunFused(program, {*Tensor::Create(DType::kFloat32, Shape({0, 3}))}, BestLevel());
}

TEST(FusedTest, RefusesWhatItCannotRun) {
  const auto create = [](OpKind op, DType dtype, int32_t operand) {
    return FusedKernel::Create({Shape({3}), {{dtype}}, {{op, dtype, {operand, 0}}}, {{1}}});
  };
  using testing::StatusIs;
  EXPECT_THAT(create(OpKind::kExp, DType::kInt64, 0), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(create(OpKind::kSum, DType::kFloat32, 0),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(create(OpKind::kExp, DType::kFloat32, 1),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fluxgate::cpu
