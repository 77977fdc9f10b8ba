#include "server/grpc/explain_call.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "engine/base/status_macros.h"
#include "server/session/model_plan.h"
#include "server/session/training.h"
#include "server/wire/descriptions.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/text.h"
#include "server/wire/train_codec.h"
#include "server/wire/value_codec.h"

namespace fluxgate::rpc {
namespace {

absl::Status AddLayers(session::Visit& visit, const session::Layers& layers,
                       v1::CheckResponse* response) {
  for (const auto& layer : layers) {
    v1::CheckResponse::LayerSummary* message = response->add_layers();
    message->set_path(layer.path);
    // Without the comment that counts its parameters.
    const std::string shown = wire::Summary(visit, layer.layer);
    message->set_summary(
        std::string(absl::StripTrailingAsciiWhitespace(shown.substr(0, shown.find("  #")))));
    if (layer.output.has_value()) {
      for (const int64_t dim : layer.output->dims()) message->add_dims(wire::ToCount(dim));
    }
    uint64_t count = 0, bytes = 0;
    google::protobuf::RepeatedPtrField<v1::NamedTensor> parameters;
    FG_RETURN_IF_ERROR(wire::DescribeParameters(layer.layer, &parameters, &count, &bytes));
    message->set_parameter_count(count);
    message->set_parameter_bytes(bytes);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ExplainCall(session::Visit& visit, const v1::CheckRequest& request,
                         const std::string& name, const Value& function,
                         const std::vector<Value>& arguments, v1::CheckResponse* response) {
  FG_RETURN_IF_ERROR(wire::CheckSource(request.loss(), "loss"));
  FG_ASSIGN_OR_RETURN(const session::Layers layers, session::LayersOf(visit, function, arguments));
  FG_RETURN_IF_ERROR(AddLayers(visit, layers, response));
  FG_ASSIGN_OR_RETURN(const auto plan, session::PlanOfCall(visit, function, arguments));
  if (plan.has_value()) wire::EncodePlan(*plan, response->mutable_prediction());

  session::ModelState state;  // A copy: nothing of this is remembered.
  const session::ModelState* known = visit.FindState(name);
  if (known != nullptr && known->model.IdenticalTo(function)) state = *known;
  const bool wanted =
      !request.loss().empty() || !request.optimiser().empty() || request.has_targets();
  if (!wanted && state.loss.is_nothing()) return absl::OkStatus();
  if (layers.empty()) {
    return wire::FieldError("loss", "a step of training takes a model of one array");
  }
  FG_RETURN_IF_ERROR(wire::AtField(
      session::ChooseLoss(visit, state, request.loss(), /*has_targets=*/true), "loss"));
  FG_RETURN_IF_ERROR(wire::ChooseOptimiser(visit, state, request.optimiser(), nullptr));
  Value targets;
  if (request.has_targets()) {
    FG_ASSIGN_OR_RETURN(targets, wire::DecodeShape(visit, request.targets(), "targets"));
  } else {
    FG_ASSIGN_OR_RETURN(targets, session::LikeOutput(layers.back()));
  }
  const auto step =
      session::PlanOfStep(visit, function, state.loss, state.rule, arguments[0], targets);
  if (!step.ok()) return wire::AtField(step.status(), "loss");
  wire::EncodePlan(*step, response->mutable_training_step());
  response->set_loss(wire::CleanText(state.loss_text, wire::kMaxNameBytes * 8));
  response->set_optimiser(
      wire::CleanText(visit.interpreter().Repr(state.rule), wire::kMaxNameBytes * 8));
  return absl::OkStatus();
}

}  // namespace fluxgate::rpc
