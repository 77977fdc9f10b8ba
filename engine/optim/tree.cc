#include "engine/optim/tree.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/nn/arguments.h"
#include "engine/nn/errors.h"
#include "engine/optim/leaf.h"
#include "engine/optim/rule.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::optim {
namespace {

using ir::Expr;
using nn::Error;

// Models and trees nest by layers; a deeper one is damaged or hostile.
constexpr int kMaxDepth = 500;
absl::Status TooDeep() {
  return absl::InvalidArgumentError("a model is nested more than 500 levels deep");
}

std::vector<Child> ChildrenOf(const Value& value) {
  return value.object() == nullptr ? std::vector<Child>() : value.object()->Children();
}

std::string NameOf(const Child& child) {
  return child.step.empty() || child.step[0] != '.' ? child.step : child.step.substr(1);
}

bool Trains(const Value& parent, const std::string& field) {
  const auto* s = parent.As<Struct>();
  if (s == nullptr || !s->type->trainable) return true;
  const std::vector<std::string>& names = *s->type->trainable;
  return std::find(names.begin(), names.end(), field) != names.end();
}

bool IsParameter(const Value& value) {
  const auto* array = value.As<Array>();
  return array != nullptr && IsFloat(array->dtype());
}

// A tree node around the parts of `like`: by name where it has names, by place otherwise.
Value Assemble(const Value& like, const std::vector<Child>& children, std::vector<Value> parts) {
  if (like.is(Kind::kList)) return List::Of(std::move(parts));
  const bool named = !children.empty() && children[0].step[0] == '.';
  if (like.is(Kind::kDict)) {
    auto dict = std::make_shared<Dict>();
    size_t i = 0;
    for (const auto& [key, value] : like.As<Dict>()->Entries()) dict->Set(key, parts[i++]);
    return Value(std::move(dict));
  }
  if (!named) return Tuple::Of(std::move(parts));
  std::vector<std::string> names;
  for (const Child& child : children) names.push_back(NameOf(child));
  return NamedTuple::Of(std::move(names), std::move(parts));
}

class SetupWalk {
 public:
  explicit SetupWalk(const Value& rule) : rule_(rule) {}

  absl::StatusOr<Value> Walk(const Value& value, int depth) {
    if (depth > kMaxDepth) return TooDeep();
    if (IsParameter(value)) {
      Value& leaf = leaves_[value.As<Array>()->storage().get()];
      if (leaf.is_nothing()) {
        FG_ASSIGN_OR_RETURN(leaf, MakeLeaf(rule_, value));
      }
      return leaf;
    }
    const std::vector<Child> children = ChildrenOf(value);
    std::vector<Value> parts;
    for (const Child& child : children) {
      Value part = Tuple::Of({});
      if (Trains(value, NameOf(child))) {
        FG_ASSIGN_OR_RETURN(part, Walk(child.value, depth + 1));
      }
      parts.push_back(std::move(part));
    }
    if (children.empty() || IsRule(value)) return Tuple::Of({});
    return Assemble(value, children, std::move(parts));
  }

 private:
  const Value& rule_;
  absl::flat_hash_map<const Storage*, Value> leaves_;
};

// The part of a tree or gradient that belongs to one child of the model: by the same step, or by
// place among as many.
Value PartFor(const std::vector<Child>& parts, const Child& child, size_t place, size_t count) {
  for (const Child& part : parts) {
    if (part.step == child.step) return part.value;
  }
  return parts.size() == count && parts[place].step[0] != '.' ? parts[place].value : Value();
}

// Visits each parameter with its leaf and its gradient (nothing where there is none).
using VisitParameter = absl::FunctionRef<absl::Status(const Value& leaf, const Value& parameter,
                                                      const Value& gradient)>;
absl::Status WalkModel(const Value& tree, const Value& model, const Value& gradient,
                       const std::string& path, VisitParameter visit, int depth) {
  if (depth > kMaxDepth) return TooDeep();
  if (IsParameter(model)) {
    if (IsLeaf(tree)) return visit(tree, model, gradient);
    // A field that does not train.
    if (tree.is_nothing() || ChildrenOf(tree).empty()) return absl::OkStatus();
    return Error("ArgumentError", "the optimiser's state has no Leaf at ",
                 path.empty() ? "the top" : path, "; was it set up for another model?");
  }
  if (IsLeaf(tree)) {
    return Error("ArgumentError", "the optimiser's state has a Leaf at ",
                 path.empty() ? "the top" : path, " where the model has ", nn::Summary(model));
  }
  const std::vector<Child> children = ChildrenOf(model);
  const std::vector<Child> trees = ChildrenOf(tree), gradients = ChildrenOf(gradient);
  for (size_t i = 0; i < children.size(); ++i) {
    const Child& child = children[i];
    FG_RETURN_IF_ERROR(WalkModel(PartFor(trees, child, i, children.size()), child.value,
                                 PartFor(gradients, child, i, children.size()),
                                 absl::StrCat(path, path.empty() ? NameOf(child) : child.step),
                                 visit, depth + 1));
  }
  return absl::OkStatus();
}

absl::Status UpdateOne(nn::Context& context, const Value& leaf, const Value& parameter,
                       const std::vector<Value>& gradients) {
  if (IsFrozen(*AsLeaf(leaf))) return absl::OkStatus();
  auto& array = *parameter.As<Array>();
  Value gradient = gradients[0];
  for (size_t i = 1; i < gradients.size(); ++i) {
    FG_ASSIGN_OR_RETURN(
        gradient, context.ops().Apply({gradient, gradients[i]},
                                      [](absl::Span<const Expr> xs) { return xs[0] + xs[1]; }));
  }
  const absl::optional<Shape> shape = nn::ShapeOf(gradient);
  if (!shape.has_value() || *shape != array.shape()) {
    return Error("DimensionMismatch", "the gradient of a parameter ", nn::Summary(parameter),
                 " is ", nn::Summary(gradient));
  }

  FG_ASSIGN_OR_RETURN(std::vector<Tensor> numbers, ReadHyperparameters(leaf));
  FG_ASSIGN_OR_RETURN(std::vector<Tensor> state, ReadState(leaf));
  std::vector<Value> operands = {parameter, gradient};
  const auto add = [&](const Tensor& t) {
    operands.push_back(t.shape().rank() == 0 ? Value(Scalar::FromTensor(t)) : Array::Of(t));
  };
  for (const Tensor& t : numbers) add(t);
  for (const Tensor& t : state) add(t);
  FG_ASSIGN_OR_RETURN(
      std::vector<Value> results,
      context.ops().ApplyMany(
          operands,
          [&](ir::Builder&, absl::Span<const Expr> xs) -> absl::StatusOr<std::vector<Expr>> {
            FG_ASSIGN_OR_RETURN(Update update,
                                EmitUpdate(leaf, xs[0], xs[1], xs.subspan(2, numbers.size()),
                                           xs.subspan(2 + numbers.size())));
            std::vector<Expr> all = {update.parameter};
            all.insert(all.end(), update.state.begin(), update.state.end());
            all.insert(all.end(), update.norms.begin(), update.norms.end());
            return all;
          }));
  std::vector<Tensor> tensors;
  for (const Value& result : results) {
    FG_ASSIGN_OR_RETURN(Tensor tensor, context.ops().Read(result));
    tensors.push_back(std::move(tensor));
  }
  for (size_t i = 1 + state.size(); i < tensors.size(); ++i) {
    FG_RETURN_IF_ERROR(CheckNorm(tensors[i].ElementAsDouble(0)));
  }
  FG_RETURN_IF_ERROR(array.Write(tensors[0]));
  return WriteState(leaf, absl::MakeConstSpan(tensors).subspan(1, state.size()));
}

class Copier {
 public:
  absl::StatusOr<Value> Copy(const Value& value, int depth) {
    if (depth > kMaxDepth) return TooDeep();
    if (const auto* array = value.As<Array>()) {
      Value& copy = arrays_[{array->storage().get(), array->shape()}];
      if (copy.is_nothing()) {
        FG_ASSIGN_OR_RETURN(Tensor tensor, array->Read());
        copy = Array::Of(std::move(tensor));
      }
      return copy;
    }
    const std::vector<Child> children = ChildrenOf(value);
    if (children.empty()) return value;
    const auto found = objects_.find(value.object().get());
    if (found != objects_.end()) return found->second;
    std::vector<Value> parts;
    for (const Child& child : children) {
      FG_ASSIGN_OR_RETURN(Value part, Copy(child.value, depth + 1));
      parts.push_back(std::move(part));
    }
    Value copy = value.object()->WithChildren(std::move(parts));
    objects_[value.object().get()] = copy;
    return copy;
  }

 private:
  absl::flat_hash_map<std::pair<const Storage*, Shape>, Value> arrays_;
  absl::flat_hash_map<const Object*, Value> objects_;
};

}  // namespace

absl::StatusOr<Value> Setup(const Value& rule, const Value& model) {
  if (!IsRule(rule)) {
    return Error("ArgumentError", "setup needs an optimisation rule such as Adam(), not ",
                 nn::Summary(rule));
  }
  return SetupWalk(rule).Walk(model, 0);
}

absl::StatusOr<Bound> Bind(const Value& tree, const Value& model) {
  Bound bound;
  absl::flat_hash_map<const Storage*, bool> seen;
  FG_RETURN_IF_ERROR(WalkModel(
      tree, model, Value(), "",
      [&](const Value& leaf, const Value& parameter, const Value&) {
        bool& known = seen[parameter.As<Array>()->storage().get()];
        if (!std::exchange(known, true)) {
          bound.parameters.push_back(parameter);
          bound.leaves.push_back(leaf);
        }
        return absl::OkStatus();
      },
      0));
  return bound;
}

absl::Status ForEachLeaf(absl::string_view function, const Value& tree,
                         absl::FunctionRef<absl::Status(const Value& leaf)> visit) {
  std::vector<std::pair<Value, int>> pending = {{tree, 0}};
  while (!pending.empty()) {
    const auto [value, depth] = std::move(pending.back());
    pending.pop_back();
    if (depth > kMaxDepth) return TooDeep();
    if (IsLeaf(value)) {
      FG_RETURN_IF_ERROR(visit(value));
      continue;
    }
    if (value.is(Kind::kArray) || value.is_number() || value.is(Kind::kStruct)) {
      return Error("ArgumentError", "`", function,
                   "` must not be applied to a model, only to the state tree from `setup`");
    }
    std::vector<Child> children = ChildrenOf(value);
    for (size_t i = children.size(); i-- > 0;) pending.push_back({children[i].value, depth + 1});
  }
  return absl::OkStatus();
}

absl::Status UpdateInPlace(nn::Context& context, const Value& tree, const Value& model,
                           const Value& gradient) {
  struct Pending {
    Value leaf, parameter;
    std::vector<Value> gradients;
  };
  std::vector<Pending> pending;
  absl::flat_hash_map<const Storage*, size_t> index;
  FG_RETURN_IF_ERROR(WalkModel(
      tree, model, gradient, "",
      [&](const Value& leaf, const Value& parameter, const Value& dx) {
        if (dx.is_nothing()) return absl::OkStatus();
        const auto [it, inserted] =
            index.insert({parameter.As<Array>()->storage().get(), pending.size()});
        if (inserted) pending.push_back({leaf, parameter, {}});
        pending[it->second].gradients.push_back(dx);
        return absl::OkStatus();
      },
      0));
  for (const Pending& p : pending) {
    FG_RETURN_IF_ERROR(UpdateOne(context, p.leaf, p.parameter, p.gradients));
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> DeepCopy(const Value& value) { return Copier().Copy(value, 0); }

}  // namespace fluxgate::optim
