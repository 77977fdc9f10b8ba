#include "engine/lang/training/not_finite.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/ir/not_finite.h"
#include "engine/lang/evaluate/origins.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/syntax/float_format.h"
#include "engine/value/array.h"

namespace fluxgate::lang {
namespace {

using ir::OpKind;

// From here on a product of two is near the end of Float32.
constexpr double kHuge = 1e15;

std::string Number(DType dtype, double value) {
  if (dtype == DType::kFloat32) {
    return FormatFloat(static_cast<float>(value), Float32Style::kPrinted);
  }
  return IsFloat(dtype) ? FormatFloat(value) : absl::StrCat(static_cast<int64_t>(value));
}

// "[2, 5]", 1-based; "" for a number.
std::string IndexText(const Shape& shape, int64_t flat) {
  if (shape.rank() == 0) return "";
  std::vector<int64_t> index;
  for (int d = 0; d < shape.rank(); ++d) {
    index.push_back(flat % shape.dim(d) + 1);
    flat /= shape.dim(d);
  }
  return absl::StrCat("[", absl::StrJoin(index, ", "), "]");
}

// "2×3", "a vector of 3", "a number".
std::string SizeText(const Shape& shape) {
  if (shape.rank() == 0) return "a number";
  if (shape.rank() == 1) return absl::StrCat("a vector of ", shape.dim(0));
  return absl::StrJoin(shape.dims(), "×");
}

// Julia's operator, or "" for what is called by its name.
absl::string_view Infix(OpKind op) {
  switch (op) {
    case OpKind::kAdd:
      return "+";
    case OpKind::kSub:
      return "-";
    case OpKind::kMul:
      return "*";
    case OpKind::kDiv:
      return "/";
    case OpKind::kPow:
      return "^";
    default:
      return "";
  }
}

std::string OpName(OpKind op) {
  const absl::string_view infix = Infix(op);
  if (!infix.empty()) return std::string(infix);
  if (op == OpKind::kMatMul) return "the matrix product";
  return std::string(ir::GetOpInfo(op).name);
}

// What only moves or converts elements is not worth a name.
bool Computes(OpKind op) {
  return (ir::GetOpInfo(op).elementwise && op != OpKind::kBarrier && op != OpKind::kStopGradient) ||
         op == OpKind::kMatMul || op == OpKind::kSum || op == OpKind::kProd;
}

class Explanation {
 public:
  Explanation(Machine& machine, const FailedStep& step)
      : machine_(machine),
        step_(step),
        trace_(*step.staged.trace),
        graph_(trace_.builder().graph()) {}

  absl::Status Status() {
    const absl::StatusOr<absl::optional<ir::NotFinite>> found = ir::FindNotFinite(
        graph_, step_.staged.loss, step_.inputs,
        [this](const ir::Node& node, absl::Span<const Tensor> operands) -> absl::StatusOr<Tensor> {
          FG_RETURN_IF_ERROR(machine_.host().Pause());
          return machine_.ops().evaluator().EvaluateNode(node, operands);
        });
    if (absl::IsCancelled(found.status()) || absl::IsDeadlineExceeded(found.status())) {
      return found.status();
    }
    std::string headline = absl::StrCat("Loss is ", Number(DType::kFloat64, step_.loss)), when;
    if (step_.epoch_data != nullptr) {
      absl::StrAppend(&headline, " on data item ", step_.batch, ", stopping training");
      when = absl::StrCat(" (epoch ", step_.epoch, ", batch ", step_.batch, ")");
    }
    if (!found.ok() || !found->has_value()) {
      return JuliaError("DomainError", absl::StrCat(headline, when));
    }
    const ir::NotFinite& origin = **found;
    const Origins::Place place = step_.staged.origins == nullptr
                                     ? Origins::Place()
                                     : step_.staged.origins->PlaceOf(origin.node);
    const absl::Status status =
        JuliaError("DomainError", absl::StrCat(headline, ": ", Cause(origin, place), when));
    return place.source == nullptr ? status : AtSource(status, *place.source, place.span);
  }

 private:
  static std::string Where(const Origins::Place& place) {
    if (place.in_layer) return place.layer.empty() ? " in the model" : " in " + place.layer;
    return place.source == nullptr ? " in the loss" : "";
  }

  std::string Cause(const ir::NotFinite& origin, const Origins::Place& place) const {
    for (const ir::NotFinite::Operand& operand : origin.operands) {
      if (operand.finite) continue;
      const OpKind op = graph_.node(origin.node).op;
      return absl::StrCat(
          Given(operand.node, operand.element, operand.value), "; ",
          Computes(op) ? absl::StrCat("the first to use it is ", OpName(op), Where(place))
                       : absl::StrCat("it is used", Where(place).empty() ? " here" : Where(place)));
    }
    if (origin.operands.empty()) return Given(origin.node, origin.element, origin.value);
    return Computed(origin, place);
  }

  // A number that came in as it is: from the batch, a parameter, a constant, another array.
  std::string Given(ir::NodeId id, int64_t element, double value) const {
    const ir::Node& node = graph_.node(id);
    const std::string number = Number(node.dtype, value);
    const std::string index = IndexText(node.shape, element);
    const std::string holds = absl::StrCat(index.empty() ? " is " : " holds ", number,
                                           index.empty() ? "" : " at ", index);
    if (node.op == OpKind::kConstant) return absl::StrCat("the constant ", number);
    const Origins* origins = step_.staged.origins.get();
    for (size_t i = 0; i < step_.staged.batch_inputs.size(); ++i) {
      if (step_.staged.batch_inputs[i] != id) continue;
      return absl::StrCat("the data ", origins == nullptr ? "" : origins->BatchName(i), holds,
                          Example(node, element));
    }
    for (const Trace::Captured& captured : trace_.captured()) {
      if (captured.input != id) continue;
      const std::string path = origins == nullptr ? "" : origins->PathOf(captured.storage.get());
      if (path.empty()) return absl::StrCat(GlobalName(captured.storage.get()), holds);
      return absl::StrCat("the parameter ", path, holds,
                          step_.step > 1 ? " after the update before: try a smaller learning rate"
                                         : " from the start");
    }
    return absl::StrCat("a number that the loss reads", holds);
  }

  // ", example 17": the element's place in the data before it was cut into batches.
  std::string Example(const ir::Node& node, int64_t element) const {
    if (node.shape.rank() == 0) return "";
    const int64_t columns = node.shape.dim(node.shape.rank() - 1);
    const int64_t column = element / (node.shape.num_elements() / columns);
    const int64_t example =
        step_.epoch_data == nullptr ? column : step_.epoch_data->ExampleAt(column);
    return example < 0 ? "" : absl::StrCat(", which is example ", example + 1);
  }

  std::string GlobalName(const Storage* storage) const {
    for (const std::string& name : machine_.environment().Names()) {
      const Environment::Cell* cell = machine_.environment().Find(name);
      const Array* array = cell == nullptr ? nullptr : cell->value.As<Array>();
      if (array != nullptr && array->storage().get() == storage) {
        return absl::StrCat("`", name, "`");
      }
    }
    return "an array that the loss reads";
  }

  // A number that the op made of finite ones.
  std::string Computed(const ir::NotFinite& origin, const Origins::Place& place) const {
    const ir::Node& node = graph_.node(origin.node);
    const std::string number = Number(node.dtype, origin.value);
    const std::string index = IndexText(node.shape, origin.element);
    std::vector<std::string> numbers, sizes;
    bool huge = false;
    for (const ir::NotFinite::Operand& operand : origin.operands) {
      const ir::Node& from = graph_.node(operand.node);
      numbers.push_back(Number(from.dtype, operand.value));
      sizes.push_back(SizeText(from.shape));
      huge = huge || std::abs(operand.value) >= kHuge;
    }
    std::string text;
    if (ir::GetOpInfo(node.op).elementwise) {
      const absl::string_view infix = Infix(node.op);
      text = infix.empty() ? absl::StrCat(OpName(node.op), "(", absl::StrJoin(numbers, ", "), ")")
                           : absl::StrJoin(numbers, absl::StrCat(" ", infix, " "));
      absl::StrAppend(&text, " is ", number, Where(place));
      if (!index.empty()) absl::StrAppend(&text, ", at ", index, " of ", SizeText(node.shape));
    } else {
      text = absl::StrCat(OpName(node.op), " of ", absl::StrJoin(sizes, " and "), " gives ", number,
                          index.empty() ? "" : " at ", index, Where(place),
                          "; its operands go up to ", absl::StrJoin(numbers, " and "));
    }
    if (huge) {
      absl::StrAppend(&text, "; numbers so large are often the work of a learning rate too high");
    }
    return text;
  }

  Machine& machine_;
  const FailedStep& step_;
  Trace& trace_;
  const ir::Graph& graph_;
};

}  // namespace

absl::Status ExplainNotFinite(Machine& machine, const FailedStep& step) {
  return Explanation(machine, step).Status();
}

}  // namespace fluxgate::lang
