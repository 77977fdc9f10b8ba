// object[indices...] = value and its dotted form.
#include <algorithm>
#include <cstring>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

absl::Status CannotConvert(const Value& value, absl::string_view type) {
  return JuliaError("MethodError", absl::StrCat("Cannot `convert` an object of type ",
                                                TypeName(value), " to an object of type ", type));
}

// The elements at `offsets` of the trace's array replaced by `values`, later ones winning.
ir::Expr Scattered(ir::Expr whole, ir::Expr values, const std::vector<int64_t>& offsets) {
  if (!whole.ok() || !values.ok()) return whole;
  ir::Builder& builder = whole.builder();
  const Shape shape = whole.shape();
  const int64_t total = shape.num_elements();
  absl::flat_hash_map<int64_t, int64_t> last;
  for (size_t i = 0; i < offsets.size(); ++i) last[offsets[i]] = static_cast<int64_t>(i);
  std::vector<int64_t> targets, sources;
  for (size_t i = 0; i < offsets.size(); ++i) {
    if (last[offsets[i]] != static_cast<int64_t>(i)) continue;
    targets.push_back(offsets[i]);
    sources.push_back(static_cast<int64_t>(i));
  }
  absl::StatusOr<Tensor> mask = Tensor::Zeros(DType::kBool, Shape({total}));
  const Shape count({static_cast<int64_t>(targets.size())});
  absl::StatusOr<Tensor> to = Tensor::FromVector<int64_t>(count, targets);
  absl::StatusOr<Tensor> from = Tensor::FromVector<int64_t>(count, sources);
  for (const absl::Status& status : {mask.status(), to.status(), from.status()}) {
    if (!status.ok()) return {builder, builder.Fail(status)};
  }
  for (const int64_t t : targets) mask->mutable_data<bool>()[t] = true;
  const ir::NodeId picked =
      targets.size() == offsets.size()
          ? values.id()
          : builder.Gather(values.id(), builder.Constant(*std::move(from)), 0);
  const ir::NodeId placed =
      builder.ScatterAdd(picked, builder.Constant(*std::move(to)), Shape({total}), 0);
  const ir::NodeId chosen =
      builder.Select(builder.Constant(*std::move(mask)), placed, Flatten(whole).id());
  return ir::Reshape({builder, chosen}, shape);
}

class ArrayWriter {
 public:
  ArrayWriter(Evaluator& eval, Array& array) : eval_(eval), array_(array) {}

  absl::Status WriteElement(int64_t flat, const Value& value) {
    if (!IsNumeric(value)) return CannotConvert(value, DTypeName(array_.dtype()));
    const int64_t offset = array_.StorageOffset(flat);
    if (eval_.ops().tracing()) return WriteTraced({offset}, value, Shape());
    FG_ASSIGN_OR_RETURN(const Scalar s, eval_.ops().Decide(value));
    FG_RETURN_IF_ERROR(CheckConvertible(eval_, Value(s), array_.dtype()));
    return WritePlain({offset}, s.ConvertTo(array_.dtype()).ToTensor());
  }

  absl::Status WriteSelection(const Selection& selection, const Value& value, bool broadcast) {
    Value source = value;
    if (source.is(Kind::kTuple)) source = List::Of(source.As<Tuple>()->elements);
    FG_ASSIGN_OR_RETURN(source, Densify(eval_, source));
    const int64_t count = selection.shape.num_elements();
    if (IsNumeric(source) && !broadcast) {
      return ArgumentError(
          "indexed assignment with a single value to possibly many locations is not supported; "
          "perhaps use broadcasting `.=` instead?");
    }
    if (!IsNumeric(source) && !IsNumericArray(source)) {
      if (LengthOf(source) == 0 && count == 0) return absl::OkStatus();
      return CannotConvert(source, DTypeName(array_.dtype()));
    }
    if (!broadcast && ShapeOf(source).num_elements() != count) {
      return DimensionMismatch(absl::StrCat("tried to assign ", ShapeText(ShapeOf(source)), " to ",
                                            ShapeText(selection.shape), " destination"));
    }
    std::vector<int64_t> offsets = selection.Offsets();
    for (int64_t& offset : offsets) offset = array_.StorageOffset(offset);
    if (eval_.ops().tracing()) {
      return WriteTraced(offsets, source, broadcast ? selection.shape : Shape({count}));
    }
    FG_RETURN_IF_ERROR(CheckConvertible(eval_, source, array_.dtype()));
    FG_ASSIGN_OR_RETURN(const Value flat, Converted(source, broadcast, selection.shape));
    FG_ASSIGN_OR_RETURN(const Tensor elements, eval_.ops().Read(flat));
    return WritePlain(offsets, elements);
  }

 private:
  static std::string ShapeText(const Shape& shape) {
    if (shape.rank() == 1) return absl::StrCat(shape.dim(0), " elements");
    return absl::StrCat(absl::StrJoin(shape.dims(), "×"), " array");
  }

  // The source as the array's dtype, flat.
  ir::Expr Convert(ir::Expr x, bool broadcast, const Shape& shape) const {
    x = ir::Cast(x, array_.dtype());
    if (broadcast) x = ir::BroadcastTo(x, shape);
    return Flatten(x);
  }

  absl::StatusOr<Value> Converted(const Value& source, bool broadcast, const Shape& shape) {
    return eval_.ops().Apply(
        {source}, [&](absl::Span<const ir::Expr> x) { return Convert(x[0], broadcast, shape); });
  }

  absl::Status WritePlain(const std::vector<int64_t>& offsets, const Tensor& elements) {
    const int64_t size = SizeOf(array_.dtype());
    if (array_.storage()->node()) {
      // An array that outlived its trace becomes an ordinary one.
      FG_ASSIGN_OR_RETURN(Tensor now, array_.storage()->Read());
      FG_RETURN_IF_ERROR(array_.storage()->Write(std::move(now)));
    }
    return array_.storage()->Update([&](Tensor& stored) {
      std::byte* to = stored.mutable_raw();
      const std::byte* from = elements.raw();
      for (size_t i = 0; i < offsets.size(); ++i) {
        std::memcpy(to + offsets[i] * size, from + static_cast<int64_t>(i) * size, size);
      }
    });
  }

  absl::Status WriteTraced(const std::vector<int64_t>& offsets, const Value& value,
                           const Shape& shape) {
    FG_RETURN_IF_ERROR(CheckMutable(eval_, array_, "setindex!"));
    const Value whole(std::make_shared<Array>(array_.storage(), array_.storage()->shape()));
    FG_ASSIGN_OR_RETURN(
        const Value written, eval_.ops().Apply({whole, value}, [&](absl::Span<const ir::Expr> x) {
          if (offsets.size() == 1) return OneReplaced(x[0], x[1], offsets[0]);
          const bool same =
              x[1].ok() && x[1].shape().num_elements() == static_cast<int64_t>(offsets.size());
          return Scattered(x[0], Convert(x[1], !same, shape), offsets);
        }));
    FG_ASSIGN_OR_RETURN(const ir::Expr node, eval_.ops().Lift(written));
    return array_.storage()->Write(NodeRef{eval_.ops().trace(), node.id()});
  }

  ir::Expr OneReplaced(ir::Expr whole, ir::Expr value, int64_t offset) const {
    if (!whole.ok() || !value.ok()) return whole;
    ir::SliceAttr slice;
    for (int d = 0; d < whole.shape().rank(); ++d) {
      slice.start.push_back(offset % whole.shape().dim(d));
      slice.count.push_back(1);
      slice.step.push_back(1);
      offset /= whole.shape().dim(d);
    }
    const ir::Expr cast = ir::Reshape(ir::Cast(value, array_.dtype()), Shape(slice.count));
    return {whole.builder(), whole.builder().UpdateSlice(whole.id(), cast.id(), slice)};
  }

  Evaluator& eval_;
  Array& array_;
};

absl::Status SetArray(Evaluator& eval, const Value& object, absl::Span<const Value> indices,
                      const Value& value, bool broadcast) {
  Array& array = *object.As<Array>();
  FG_RETURN_IF_ERROR(CheckMutable(eval, array, "setindex!"));
  ArrayWriter writer(eval, array);
  if (indices.empty() && array.shape().num_elements() == 1) return writer.WriteElement(0, value);
  FG_ASSIGN_OR_RETURN(const Selection selection, Select(eval, object, array.shape(), indices));
  if (selection.scalar) return writer.WriteElement(selection.offset(), value);
  if (selection.shape.num_elements() == 0 && broadcast) return absl::OkStatus();
  return writer.WriteSelection(selection, value, broadcast);
}

absl::Status SetList(Evaluator& eval, const Value& object, absl::Span<const Value> indices,
                     const Value& value, bool broadcast) {
  List& list = *object.As<List>();
  FG_ASSIGN_OR_RETURN(const Selection selection, Select(eval, object, list.shape(), indices));
  FixTypes(object);
  const auto convert = [&](const Value& v) { return ConvertElement(eval, list.element_type, v); };
  if (eval.ops().tracing()) eval.ops().trace()->MarkEffect();
  if (selection.scalar && broadcast && LengthOf(list.elements[selection.offset()]) >= 0) {
    return BroadcastAssign(eval, list.elements[selection.offset()], value);
  }
  if (selection.scalar) {
    FG_ASSIGN_OR_RETURN(list.elements[selection.offset()], convert(value));
    return absl::OkStatus();
  }
  const std::vector<int64_t> offsets = selection.Offsets();
  const bool collection = IsNumericArray(value) || value.is(Kind::kList) || value.is(Kind::kTuple);
  if (!collection && !broadcast) {
    return ArgumentError(
        "indexed assignment with a single value to possibly many locations is not supported; "
        "perhaps use broadcasting `.=` instead?");
  }
  std::vector<Value> elements;
  FG_RETURN_IF_ERROR(eval.CheckElements(static_cast<int64_t>(offsets.size()), sizeof(Value)));
  if (collection) {
    FG_ASSIGN_OR_RETURN(elements, ElementsOf(eval, value));
    if (broadcast && elements.size() == 1) elements.resize(offsets.size(), elements[0]);
  } else {
    elements.assign(offsets.size(), value);
  }
  if (elements.size() != offsets.size()) {
    return DimensionMismatch(absl::StrCat("tried to assign ", elements.size(), " elements to ",
                                          offsets.size(), " destinations"));
  }
  for (size_t i = 0; i < offsets.size(); ++i) {
    FG_ASSIGN_OR_RETURN(list.elements[offsets[i]], convert(elements[i]));
  }
  return absl::OkStatus();
}

absl::Status Set(Evaluator& eval, const Value& object, absl::Span<const Value> indices,
                 const Value& value, bool broadcast) {
  switch (object.kind()) {
    case Kind::kArray:
      return SetArray(eval, object, indices, value, broadcast);
    case Kind::kList:
      return SetList(eval, object, indices, value, broadcast);
    case Kind::kDict: {
      if (broadcast) {
        FG_ASSIGN_OR_RETURN(const Value held, GetIndex(eval, object, indices));
        return BroadcastAssign(eval, held, value);
      }
      Dict& dict = *object.As<Dict>();
      const Value key = indices.size() == 1
                            ? indices[0]
                            : Tuple::Of(std::vector<Value>(indices.begin(), indices.end()));
      FixTypes(object);
      if (eval.ops().tracing()) eval.ops().trace()->MarkEffect();
      return SetEntry(eval, dict, key, value);
    }
    case Kind::kOpaque:
      if (auto* reference = object.AsClass<Reference>(); reference && indices.empty()) {
        if (eval.ops().tracing()) eval.ops().trace()->MarkEffect();
        reference->value = value;
        return absl::OkStatus();
      }
      break;
    default:
      break;
  }
  std::vector<Value> arguments = {object, value};
  arguments.insert(arguments.end(), indices.begin(), indices.end());
  return MethodError("setindex!", arguments);
}

}  // namespace

absl::Status SetIndex(Evaluator& eval, const Value& object, absl::Span<const Value> indices,
                      const Value& value) {
  return Set(eval, object, indices, value, false);
}

absl::Status BroadcastSetIndex(Evaluator& eval, const Value& object,
                               absl::Span<const Value> indices, const Value& value) {
  return Set(eval, object, indices, value, true);
}

}  // namespace fluxgate::lang
