#include "server/wire/layout_hint.h"

#include <algorithm>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/array.h"
#include "server/session/known_names.h"
#include "server/session/model_check.h"
#include "server/wire/error_codec.h"

namespace fluxgate::wire {

absl::Status WithLayoutHint(session::Visit& visit, const absl::Status& status, const Value& f,
                            absl::Span<const Value> inputs, absl::string_view field) {
  if (!absl::IsInvalidArgument(status) || inputs.empty()) return status;
  const absl::optional<SourceDiagnostic> diagnostic = GetDiagnostic(status);
  if (diagnostic.has_value() && diagnostic->kind != "DimensionMismatch") return status;
  const auto* array = inputs[0].As<Array>();
  if (array == nullptr || array->shape().rank() < 2) return AtField(status, field);
  Dims dims(array->shape().dims().begin(), array->shape().dims().end());
  std::reverse(dims.begin(), dims.end());
  absl::StatusOr<Tensor> zeros = Tensor::Zeros(array->dtype(), Shape(dims));
  if (!zeros.ok()) return AtField(status, field);
  std::vector<Value> reversed(inputs.begin(), inputs.end());
  reversed[0] = Array::Of(*std::move(zeros));
  if (!session::CheckCall(visit, f, reversed).ok()) return AtField(status, field);
  return AtField(session::Hinted(status, absl::StrCat("; with \"layout\": \"REVERSED\" its dims "
                                                      "would be ",
                                                      Shape(dims).ToString(), ", which fits")),
                 field);
}

}  // namespace fluxgate::wire
