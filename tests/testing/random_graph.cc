#include "tests/testing/random_graph.h"

#include <algorithm>
#include <random>
#include <utility>

#include "engine/ir/builder.h"

namespace fluxgate::testing {
namespace {

using ir::NodeId;
using ir::OpKind;

class Generator {
 public:
  Generator(uint32_t seed, const RandomGraphOptions& options) : options_(options), random_(seed) {}

  RandomGraph Run() {
    for (const Shape& shape : {Shape({}), Shape({3}), Shape({4, 3}), Shape({4, 1}), Shape({3, 4}),
                               Shape({70, 3}), Shape({3, 3})}) {
      AddInput(DType::kFloat32, shape);
    }
    AddInput(DType::kFloat64, Shape({4, 3}));
    AddInput(DType::kInt64, Shape({4, 3}));
    while (static_cast<int>(nodes_.size()) < options_.nodes) AddNode();
    std::vector<NodeId> outputs;
    for (int o = 0; o < options_.outputs; ++o) {
      outputs.push_back(o == 0 ? nodes_.back() : Any());
    }
    result_.graph = *builder_.Finish(outputs);
    return std::move(result_);
  }

 private:
  int Below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  NodeId Any() { return nodes_[Below(static_cast<int>(nodes_.size()))]; }

  void AddInput(DType dtype, const Shape& shape) {
    nodes_.push_back(builder_.Input(dtype, shape));
    result_.inputs.push_back(RandomTensor(dtype, shape, -2, 2, random_()));
  }

  NodeId Make() {
    const NodeId x = Any();
    const Shape shape = builder_.shape(x);
    switch (Below(14)) {
      case 0:
      case 1:
      case 2:
        return builder_.Binary(Pick({OpKind::kAdd, OpKind::kSub, OpKind::kMul, OpKind::kMax}), x,
                               Any());
      case 3:
      case 4:
        return builder_.Unary(Pick({OpKind::kNeg, OpKind::kAbs, OpKind::kTanh, OpKind::kSigmoid,
                                    OpKind::kExp, OpKind::kSin, OpKind::kBarrier}),
                              x);
      case 5:
        return builder_.Binary(OpKind::kMul, x, builder_.Scalar(DType::kFloat32, 0.25 * Below(6)));
      case 6: {
        const NodeId y = Any();
        return builder_.Select(builder_.Binary(OpKind::kLt, x, y), x, y);
      }
      case 7:
        return builder_.Cast(x, Pick({DType::kFloat32, DType::kFloat64}));
      case 8:
        if (shape.rank() == 0) return builder_.Reshape(x, Shape({1, 1}));
        return builder_.Sum(x, {Below(shape.rank())});
      case 9:
        return builder_.BroadcastTo(x, Pick({Shape({4, 3}), Shape({70, 3}), Shape({3, 3, 2})}));
      case 10:
        return builder_.Transpose(x);
      case 11: {
        if (shape.rank() == 0) return x;
        ir::SliceAttr slice;
        for (int64_t dim : shape.dims()) {
          const bool reversed = Below(2) == 0;
          slice.start.push_back(reversed ? dim - 1 : 0);
          slice.step.push_back(reversed ? -1 : 1);
          slice.count.push_back(std::max<int64_t>(1, dim - Below(2)));
        }
        return builder_.Slice(x, slice);
      }
      case 12:
        if (!options_.products) return x;
        return builder_.MatMul(x, Any(), Below(2) == 0, Below(2) == 0);
      default:
        return builder_.Reshape(x, Shape({shape.num_elements()}));
    }
  }

  template <typename T>
  T Pick(std::initializer_list<T> choices) {
    return choices.begin()[Below(static_cast<int>(choices.size()))];
  }

  // Combinations that do not fit are refused by the builder and tried again.
  void AddNode() {
    const NodeId id = Make();
    if (!builder_.status().ok() || id == ir::kNoNode || builder_.shape(id).num_elements() > 4096) {
      builder_.ClearError();
      return;
    }
    nodes_.push_back(id);
  }

  const RandomGraphOptions options_;
  std::mt19937 random_;
  ir::Builder builder_;
  std::vector<NodeId> nodes_;
  RandomGraph result_;
};

}  // namespace

RandomGraph MakeRandomGraph(uint32_t seed, const RandomGraphOptions& options) {
  return Generator(seed, options).Run();
}

Tensor RandomTensor(DType dtype, const Shape& shape, double lo, double hi, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> draw(lo, hi);
  Tensor tensor = *Tensor::Create(dtype, shape);
  DispatchDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    for (T& element : tensor.mutable_data<T>()) {
      const double value = draw(random);
      if constexpr (std::is_same_v<T, bool>) {
        element = value > (lo + hi) / 2;
      } else {
        element = static_cast<T>(value);
      }
    }
  });
  return tensor;
}

}  // namespace fluxgate::testing
