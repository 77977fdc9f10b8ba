#include "engine/data/one_hot.h"

#include <cmath>
#include <memory>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/data/elements.h"
#include "engine/nn/arguments.h"
#include "engine/nn/errors.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::data {
namespace {

using nn::Arguments;
using nn::Context;
using nn::Error;

// Finds the place of a label, or of the default for a value that is none.
class Labels {
 public:
  static absl::StatusOr<Labels> Read(Context& context, const Arguments& arguments) {
    Labels labels;
    FG_ASSIGN_OR_RETURN(labels.values_, ElementsOf(context, arguments[1], "labels"));
    for (size_t i = 0; i < labels.values_.size(); ++i) {
      if (labels.places_->Find(labels.values_[i]) == nullptr) {
        labels.places_->Set(labels.values_[i], Value::Int(static_cast<int64_t>(i)));
      }
    }
    if (arguments.size() > 2) {
      FG_ASSIGN_OR_RETURN(labels.otherwise_, labels.Place(arguments[2]));
    }
    return labels;
  }

  absl::StatusOr<int64_t> Place(const Value& value) const {
    const Value* place = places_->Find(value);
    if (place != nullptr) return place->scalar().AsInt64();
    if (otherwise_ >= 0) return otherwise_;
    return Error("ErrorException", "Value ", ElementText(value), " not found in labels");
  }

  int64_t size() const { return static_cast<int64_t>(values_.size()); }

 private:
  std::vector<Value> values_;
  std::shared_ptr<Dict> places_ = std::make_shared<Dict>();
  int64_t otherwise_ = -1;
};

Value OneHot(Tensor tensor) {
  Value value = Array::Of(std::move(tensor));
  value.As<Array>()->one_hot = true;
  return value;
}

// onehot(x, labels[, default]): a Bool vector, true where the label is x.
absl::StatusOr<Value> CallOneHot(Context& context, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(Labels labels, Labels::Read(context, arguments));
  Value x = arguments[0];
  if (x.is(Kind::kTraced)) {
    FG_ASSIGN_OR_RETURN(Scalar now, context.ops().Decide(x));
    x = Value(now);
  }
  FG_ASSIGN_OR_RETURN(int64_t place, labels.Place(x));
  FG_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Zeros(DType::kBool, Shape({labels.size()})));
  tensor.mutable_data<bool>()[place] = true;
  return OneHot(std::move(tensor));
}

// onehotbatch(xs, labels[, default]): size (length(labels), size(xs)...), one column per element.
absl::StatusOr<Value> CallOneHotBatch(Context& context, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(Labels labels, Labels::Read(context, arguments));
  FG_ASSIGN_OR_RETURN(std::vector<Value> xs, ElementsOf(context, arguments[0], "onehotbatch"));
  std::vector<int64_t> dims = {labels.size()};
  const absl::optional<Shape> shape = nn::ShapeOf(arguments[0]);
  if (shape.has_value()) {
    dims.insert(dims.end(), shape->dims().begin(), shape->dims().end());
  } else {
    dims.push_back(static_cast<int64_t>(xs.size()));
  }
  FG_ASSIGN_OR_RETURN(Shape result_shape, Shape::Create(dims));
  FG_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Zeros(DType::kBool, result_shape));
  absl::Span<bool> out = tensor.mutable_data<bool>();
  for (size_t i = 0; i < xs.size(); ++i) {
    FG_ASSIGN_OR_RETURN(int64_t place, labels.Place(xs[i]));
    out[static_cast<int64_t>(i) * labels.size() + place] = true;
  }
  return OneHot(std::move(tensor));
}

// Julia's order of argmax: the first NaN, else the first of the greatest.
int64_t ArgMax(const Tensor& tensor, int64_t start, int64_t count) {
  int64_t best = 0;
  double greatest = tensor.ElementAsDouble(start);
  for (int64_t i = 1; i < count && !std::isnan(greatest); ++i) {
    const double x = tensor.ElementAsDouble(start + i);
    if (x > greatest || std::isnan(x)) {
      greatest = x;
      best = i;
    }
  }
  return best;
}

// onecold(y, labels = 1:size(y, 1)): the label of the greatest element of each column.
absl::StatusOr<Value> CallOneCold(Context& context, const Arguments& arguments) {
  const absl::optional<Shape> shape = nn::ShapeOf(arguments[0]);
  if (!shape.has_value() || shape->rank() == 0) {
    return Error("MethodError", "onecold expects an array, but got ", nn::Summary(arguments[0]));
  }
  const int64_t rows = shape->dim(0);
  std::vector<Value> labels;
  if (arguments.size() > 1) {
    FG_ASSIGN_OR_RETURN(labels, ElementsOf(context, arguments[1], "labels"));
  } else {
    for (int64_t i = 1; i <= rows; ++i) labels.push_back(Value::Int(i));
  }
  if (static_cast<int64_t>(labels.size()) != rows) {
    return Error("DimensionMismatch", "onecold got ", labels.size(), " labels for a ",
                 nn::Summary(arguments[0]), ", these must agree");
  }
  if (rows == 0) return Error("ArgumentError", "onecold of an array without rows");
  FG_ASSIGN_OR_RETURN(Tensor tensor, context.ops().Read(arguments[0]));
  if (shape->rank() == 1) return labels[ArgMax(tensor, 0, rows)];
  std::vector<Value> picked;
  for (int64_t start = 0; start < tensor.num_elements(); start += rows) {
    picked.push_back(labels[ArgMax(tensor, start, rows)]);
  }
  const absl::Span<const int64_t> rest = shape->dims().subspan(1);
  return MakeArray(std::move(picked), Shape(Dims(rest.begin(), rest.end())), labels);
}

}  // namespace

std::vector<nn::Function> OneHotRows() {
  return {
      {"onehot", "OneHotArrays", true, 2, 3, {}, CallOneHot},
      {"onehotbatch", "OneHotArrays", true, 2, 3, {}, CallOneHotBatch},
      {"onecold", "OneHotArrays", true, 1, 2, {}, CallOneCold},
  };
}

}  // namespace fluxgate::data
