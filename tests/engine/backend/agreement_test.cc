// Every op, on every backend, against the interpreter: one line adds a backend.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "engine/backend/registry.h"
#include "engine/ir/builder.h"
#include "engine/ir/interpreter.h"
#include "tests/testing/random_graph.h"
#include "tests/testing/run_plan.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate {
namespace {

using ir::Builder;
using ir::NodeId;
using ir::OpKind;
using testing::RandomTensor;

struct Case {
  std::string name;
  ir::Graph graph;
  std::vector<Tensor> inputs;
};

const Shape kShapes[] = {Shape({}),       Shape({1}),       Shape({7}),
                         Shape({0, 3}),   Shape({5, 3}),    Shape({1, 9}),
                         Shape({33, 70}), Shape({4, 1, 6}), Shape({2, 3, 2, 3})};

class CaseList {
 public:
  void Add(const std::string& name, Builder& b, NodeId output, std::vector<Tensor> inputs) {
    // What the builder refuses (a bitwise op on floats) has nothing to agree on.
    if (!b.status().ok()) return;
    cases.push_back({name, *b.Finish({output}), std::move(inputs)});
  }

  void AddElementwise(OpKind op, int arity, double lo, double hi) {
    for (DType dtype : kAllDTypes) {
      for (const Shape& shape : kShapes) {
        Builder b;
        std::vector<Tensor> inputs;
        std::vector<NodeId> x;
        for (int i = 0; i < arity; ++i) {
          inputs.push_back(RandomTensor(dtype, shape, lo, hi, 17 * i + 1));
          x.push_back(b.Input(dtype, shape));
        }
        const NodeId y = arity == 1 ? b.Unary(op, x[0]) : b.Binary(op, x[0], x[1]);
        const absl::string_view text = ir::GetOpInfo(op).name;
        Add(std::string(text.data(), text.size()) + Suffix(dtype, shape), b, y, inputs);
      }
    }
  }

  using Emit = std::function<NodeId(Builder&, NodeId)>;
  void AddUnary(const std::string& name, const Emit& emit) {
    for (DType dtype : kAllDTypes) {
      for (const Shape& shape : kShapes) {
        if (shape.rank() == 0) continue;
        Builder b;
        const NodeId x = b.Input(dtype, shape);
        Add(name + Suffix(dtype, shape), b, emit(b, x), {RandomTensor(dtype, shape, -3, 3, 5)});
      }
    }
  }

  static std::string Suffix(DType dtype, const Shape& shape) {
    const absl::string_view text = DTypeName(dtype);
    return " " + std::string(text.data(), text.size()) + shape.ToString();
  }

  std::vector<Case> cases;
};

ir::SliceAttr Backwards(const Shape& shape) {
  ir::SliceAttr slice;
  for (int64_t dim : shape.dims()) {
    slice.start.push_back(dim > 0 ? dim - 1 : 0);
    slice.count.push_back((dim + 1) / 2);
    slice.step.push_back(-2);
  }
  return slice;
}

const std::vector<Case>& Cases() {
  static const auto& list = *new CaseList([] {
    CaseList l;
#define UNARY(name, text, result, lo, hi, smooth) l.AddElementwise(OpKind::k##name, 1, lo, hi);
#define BINARY(name, text, result, lo, hi, smooth) l.AddElementwise(OpKind::k##name, 2, lo, hi);
#include "engine/ir/op.def"
    for (OpKind op : {OpKind::kSum, OpKind::kProd, OpKind::kReduceMax, OpKind::kReduceMin}) {
      l.AddUnary("reduce all", [op](Builder& b, NodeId x) { return b.Reduce(op, x, {}); });
      l.AddUnary("reduce first", [op](Builder& b, NodeId x) { return b.Reduce(op, x, {0}); });
      l.AddUnary("reduce last",
                 [op](Builder& b, NodeId x) { return b.Reduce(op, x, {b.shape(x).rank() - 1}); });
    }
    for (OpKind op : {OpKind::kArgMax, OpKind::kArgMin}) {
      l.AddUnary("argreduce", [op](Builder& b, NodeId x) { return b.ArgReduce(op, x, 0); });
    }
    l.AddUnary("cumsum", [](Builder& b, NodeId x) { return b.CumSum(x, 0); });
    l.AddUnary("cast to float", [](Builder& b, NodeId x) { return b.Cast(x, DType::kFloat32); });
    l.AddUnary("cast to int", [](Builder& b, NodeId x) { return b.Cast(x, DType::kInt64); });
    l.AddUnary("cast to bool", [](Builder& b, NodeId x) { return b.Cast(x, DType::kBool); });
    l.AddUnary("transpose", [](Builder& b, NodeId x) { return b.Transpose(x); });
    l.AddUnary("permute", [](Builder& b, NodeId x) {
      std::vector<int> dims;
      for (int d = b.shape(x).rank() - 1; d >= 0; --d) dims.push_back(d);
      return b.Permute(x, dims);
    });
    l.AddUnary("reshape", [](Builder& b, NodeId x) {
      return b.Reshape(x, Shape({b.shape(x).num_elements()}));
    });
    l.AddUnary("slice", [](Builder& b, NodeId x) { return b.Slice(x, Backwards(b.shape(x))); });
    l.AddUnary("pad slice", [](Builder& b, NodeId x) {
      const Shape shape = b.shape(x);
      const ir::SliceAttr slice = Backwards(shape);
      return b.PadSlice(b.Slice(x, slice), shape, slice);
    });
    l.AddUnary("update slice", [](Builder& b, NodeId x) {
      const ir::SliceAttr slice = Backwards(b.shape(x));
      return b.UpdateSlice(x, b.Unary(OpKind::kAbs, b.Slice(x, slice)), slice);
    });
    l.AddUnary("concat", [](Builder& b, NodeId x) {
      return b.Concat({x, b.Unary(OpKind::kAbs, x), x}, b.shape(x).rank() - 1);
    });
    l.AddUnary("broadcast", [](Builder& b, NodeId x) {
      Dims dims(b.shape(x).dims().begin(), b.shape(x).dims().end());
      for (int64_t& dim : dims) dim = dim == 1 ? 5 : dim;
      dims.push_back(3);
      return b.BroadcastTo(x, Shape(dims));
    });
    l.AddUnary("fused broadcast", [](Builder& b, NodeId x) {
      return b.Binary(OpKind::kMax, x, b.Reduce(OpKind::kReduceMin, x, {0}));
    });
    l.AddUnary("gather", [](Builder& b, NodeId x) {
      if (b.shape(x).dim(0) < 4) return b.Gather(x, b.Iota(DType::kInt64, Shape({1}), 0), 0);
      return b.Gather(x, b.Iota(DType::kInt64, Shape({4}), 0), 0);
    });
    l.AddUnary("scatter add", [](Builder& b, NodeId x) {
      const int64_t count = b.shape(x).dim(0);
      const NodeId indices = b.Binary(OpKind::kRem, b.Iota(DType::kInt64, Shape({count}), 0),
                                      b.Scalar(DType::kInt64, 3));
      Dims dims(b.shape(x).dims().begin(), b.shape(x).dims().end());
      dims[0] = 4;
      return b.ScatterAdd(x, indices, Shape(dims), 0);
    });
    l.AddUnary("select", [](Builder& b, NodeId x) {
      return b.Select(b.Binary(OpKind::kLt, x, b.Scalar(DType::kInt64, 1)), x,
                      b.Unary(OpKind::kNeg, x));
    });
    for (DType dtype : {DType::kInt64, DType::kFloat32, DType::kFloat64}) {
      Builder b;
      l.Add("iota", b, b.Iota(dtype, Shape({4, 5}), 1), {});
    }
    for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
      for (auto distribution :
           {ir::RandomAttr::Distribution::kUniform, ir::RandomAttr::Distribution::kNormal}) {
        Builder b;
        const NodeId key = b.Input(DType::kInt64, Shape({2}));
        l.Add("random", b, b.Random(dtype, Shape({37}), key, {distribution, 3}),
              {RandomTensor(DType::kInt64, Shape({2}), -1e18, 1e18, 3)});
      }
    }
    for (DType dtype : kAllDTypes) {
      for (int64_t m : {1, 3, 40}) {
        for (int64_t k : {0, 1, 33}) {
          for (int transposes = 0; transposes < 4; ++transposes) {
            const bool ta = transposes & 1, tb = transposes & 2;
            const Shape a = ta ? Shape({k, m}) : Shape({m, k});
            const Shape c = tb ? Shape({17, k}) : Shape({k, 17});
            Builder b;
            const NodeId left = b.Input(dtype, a), right = b.Input(dtype, c);
            const NodeId y = b.MatMul(left, right, ta, tb);
            l.Add("matmul" + CaseList::Suffix(dtype, a), b, y,
                  {RandomTensor(dtype, a, -3, 3, 1), RandomTensor(dtype, c, -3, 3, 2)});
          }
        }
      }
      Builder b;
      const NodeId left = b.Input(dtype, Shape({4, 5, 3}));
      const NodeId y = b.MatMul(left, b.Input(dtype, Shape({5, 6, 1})));
      l.Add("matmul batch", b, y,
            {RandomTensor(dtype, Shape({4, 5, 3}), -3, 3, 1),
             RandomTensor(dtype, Shape({5, 6, 1}), -3, 3, 2)});
    }
    return l;
  }());
  return list.cases;
}

// Bit for bit, but for products of floats: those are summed in whatever order is fast.
void ExpectAgree(const Tensor& actual, const Tensor& expected, bool product,
                 const std::string& name) {
  ASSERT_EQ(actual.dtype(), expected.dtype()) << name;
  ASSERT_EQ(actual.shape(), expected.shape()) << name;
  if (!product || !IsFloat(actual.dtype())) {
    ASSERT_TRUE(BitIdentical(actual, expected)) << name;
    return;
  }
  const double tolerance = actual.dtype() == DType::kFloat32 ? 1e-4 : 1e-12;
  for (int64_t i = 0; i < actual.num_elements(); ++i) {
    ASSERT_NEAR(actual.ElementAsDouble(i), expected.ElementAsDouble(i), tolerance) << name;
  }
}

class AgreementTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { backend_ = *GetBackend(GetParam()); }
  std::shared_ptr<Backend> backend_;
};

TEST_P(AgreementTest, EveryOpAgreesWithTheInterpreter) {
  EXPECT_GT(Cases().size(), 1000u);
  for (const Case& c : Cases()) {
    const ir::Node& last = c.graph.node(c.graph.outputs[0]);
    const auto expected = ir::Evaluate(c.graph, c.inputs);
    const auto planned = testing::RunPlan(*backend_, c.graph, c.inputs);
    const auto direct = testing::RunNodes(*backend_, c.graph, c.inputs);
    ASSERT_EQ(expected.status().code(), planned.status().code())
        << c.name << ": " << expected.status() << " " << planned.status();
    ASSERT_EQ(expected.status().code(), direct.status().code())
        << c.name << ": " << expected.status() << " " << direct.status();
    if (!expected.ok()) continue;
    const bool product = last.op == OpKind::kMatMul;
    ExpectAgree((*planned)[0], (*expected)[0], product, c.name + ", as a plan");
    ExpectAgree((*direct)[0], (*expected)[0], product, c.name + ", as a node");
    ASSERT_TRUE(BitIdentical((*planned)[0], (*direct)[0])) << c.name;
  }
}

TEST_P(AgreementTest, PlansGiveTheBitsOfTheirNodes) {
  for (uint32_t seed = 0; seed < 120; ++seed) {
    const testing::RandomGraph random = testing::MakeRandomGraph(seed, {.nodes = 60, .outputs = 5});
    ASSERT_OK_AND_ASSIGN(const std::vector<Tensor> expected,
                         testing::RunNodes(*backend_, random.graph, random.inputs));
    for (bool fuse : {true, false}) {
      ASSERT_OK_AND_ASSIGN(
          const std::vector<Tensor> actual,
          testing::RunPlan(*backend_, random.graph, random.inputs, {.fuse = fuse}));
      for (size_t o = 0; o < expected.size(); ++o) {
        ASSERT_TRUE(BitIdentical(actual[o], expected[o]))
            << "output " << o << " of seed " << seed << (fuse ? ", fused" : "");
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, AgreementTest, ::testing::Values("reference", "cpu"));

}  // namespace
}  // namespace fluxgate
