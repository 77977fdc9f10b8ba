#include "server/grpc/models_handlers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "server/grpc/list_values.h"
#include "server/grpc/parameter_streams.h"
#include "server/grpc/train_job.h"
#include "server/session/training.h"
#include "server/session/workspace.h"
#include "server/wire/constructor_codec.h"
#include "server/wire/descriptions.h"
#include "server/wire/error_codec.h"
#include "server/wire/layout_hint.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/tensor_codec.h"
#include "server/wire/text.h"
#include "server/wire/train_codec.h"
#include "server/wire/value_codec.h"

namespace fluxgate::rpc {
namespace {

absl::StatusOr<session::NamedValue> ModelOf(session::Visit& visit, absl::string_view name) {
  auto model = session::FindModel(visit, name);
  return model.ok() ? model : wire::AtField(model.status(), "model");
}

}  // namespace

absl::Status ModelsHandlers::DefineModel(const v1::DefineModelRequest& request,
                                         v1::DefineModelResponse* response,
                                         session::CallContext& context) {
  FG_RETURN_IF_ERROR(wire::CheckRequired(request.name(), "name"));
  FG_RETURN_IF_ERROR(wire::CheckSource(request.source(), "source"));
  if (request.has_layer() != request.source().empty()) {
    return wire::FieldError("layer", "give either layer or source");
  }
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kChange, context, ShortEntry()));
  FG_RETURN_IF_ERROR(session::CheckNotTraining(*visit, request.name()));
  const KeySequence keys = visit->host().keys();
  absl::Status defined = Define(*visit, request, response);
  // A model that is refused has drawn no random numbers.
  if (!defined.ok()) visit->host().keys() = keys;
  return defined;
}

absl::Status ModelsHandlers::Define(session::Visit& visit, const v1::DefineModelRequest& request,
                                    v1::DefineModelResponse* response) {
  const bool typed = request.has_layer();
  auto value = typed ? wire::DecodeLayer(visit, request.layer(), "layer")
                     : session::ValueOf(visit, request.source(), "source");
  if (!value.ok()) return wire::AtField(value.status(), typed ? "layer" : "source");
  if (!session::CanBeModel(*value)) {
    return wire::FieldError(typed ? "layer" : "source",
                            "this is no model: a layer, a struct that can be called or a function");
  }
  FG_RETURN_IF_ERROR(wire::AtField(visit.interpreter().Assign(request.name(), *value), "name"));
  return wire::Describe(visit, {request.name(), *value}, response->mutable_model());
}

absl::Status ModelsHandlers::GetModel(const v1::GetModelRequest& request,
                                      v1::GetModelResponse* response,
                                      session::CallContext& context) {
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  FG_ASSIGN_OR_RETURN(const session::NamedValue model, ModelOf(*visit, request.model()));
  return wire::Describe(*visit, model, response->mutable_model());
}

absl::Status ModelsHandlers::ListModels(const v1::ListModelsRequest& request,
                                        v1::ListModelsResponse* response,
                                        session::CallContext& context) {
  return ListValues<v1::Model>(state_, request, response, context, &session::ListModels,
                               &wire::Describe, &v1::ListModelsResponse::add_models);
}

absl::Status ModelsHandlers::DeleteModel(const v1::DeleteModelRequest& request,
                                         v1::DeleteModelResponse*, session::CallContext& context) {
  FG_RETURN_IF_ERROR(wire::CheckRequired(request.model(), "model"));
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  FG_ASSIGN_OR_RETURN(const session::NamedValue model, ModelOf(*visit, request.model()));
  FG_RETURN_IF_ERROR(session::CheckNotTraining(*visit, model.name));
  if (!visit->interpreter().Erase(model.name)) {
    return wire::FieldError("model", "is a part of a value, not a name of the workspace");
  }
  visit->ForgetState(model.name);
  return absl::OkStatus();
}

absl::Status ModelsHandlers::Predict(const v1::PredictRequest& request,
                                     v1::PredictResponse* response, session::CallContext& context) {
  session::Session::Entry entry;
  FG_ASSIGN_OR_RETURN(entry.timeout, wire::TimeoutOf(request));
  if (request.inputs_size() >= wire::kMaxArguments) {
    return wire::FieldError("inputs", absl::StrCat("at most ", wire::kMaxArguments - 1));
  }
  FG_ASSIGN_OR_RETURN(auto visit, Enter(state_, request.session(), Access::kRead, context, entry));
  FG_ASSIGN_OR_RETURN(const session::NamedValue model, ModelOf(*visit, request.model()));
  std::vector<Value> inputs;
  FG_ASSIGN_OR_RETURN(Value x, wire::DecodeNumbers(*visit, request.x(), "x"));
  FG_ASSIGN_OR_RETURN(inputs, wire::DecodeArguments(*visit, request.inputs(), "inputs"));
  inputs.insert(inputs.begin(), std::move(x));
  absl::StatusOr<Value> result = visit->interpreter().Call(model.value, inputs);
  if (!result.ok()) return wire::WithLayoutHint(*visit, result.status(), model.value, inputs, "x");
  absl::StatusOr<Tensor> tensor = session::TensorOf(*result);
  if (!tensor.ok()) return wire::EncodeValue(*visit, *result, response->mutable_value());
  const metrics::BookTime book(context.times.copy_out);
  if (!wire::EncodeTensor(*tensor, wire::kMaxInlineBytes, response->mutable_y())) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the output has ", tensor->bytes(), " bytes, an answer at most ",
                     wire::kMaxInlineBytes, "; predict fewer examples at a time"));
  }
  return absl::OkStatus();
}

absl::Status ModelsHandlers::ForwardBackward(const v1::ForwardBackwardRequest& request,
                                             v1::ForwardBackwardResponse* response,
                                             session::CallContext& context) {
  // A numbered call takes its turn before anything can fail, so that the next one need not wait for
  // a number that never comes.
  session::Session::Entry entry;
  entry.timeout = wire::kDefaultTimeout;
  absl::StatusOr<std::chrono::nanoseconds> timeout = wire::TimeoutOf(request);
  if (timeout.ok()) entry.timeout = *timeout;
  if (request.has_seq()) entry.number = request.seq();
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kChange, context, entry));
  FG_RETURN_IF_ERROR(timeout.status());
  FG_RETURN_IF_ERROR(wire::CheckSource(request.loss(), "loss"));
  FG_ASSIGN_OR_RETURN(const session::NamedValue model, ModelOf(*visit, request.model()));
  FG_RETURN_IF_ERROR(session::CheckNotTraining(*visit, model.name));
  FG_ASSIGN_OR_RETURN(const wire::Examples batch,
                      wire::DecodeExamples(*visit, request.has_x() ? &request.x() : nullptr,
                                           request.has_y() ? &request.y() : nullptr, "", "x"));
  session::ModelState& kept = session::StateOf(*visit, model);
  session::ModelState state = kept;  // Kept when all went well.
  FG_RETURN_IF_ERROR(wire::AtField(
      session::ChooseLoss(*visit, state, request.loss(), !batch.y.is_nothing()), "loss"));
  auto found = session::ForwardBackward(*visit, model, state, batch.x, batch.y, request.reset());
  if (!found.ok()) return wire::AtField(found.status(), "loss");
  const session::BatchGradient gradient = *std::move(found);
  kept = std::move(state);
  response->set_loss(gradient.loss);
  response->set_batches(wire::ToCount(gradient.batches));
  FG_ASSIGN_OR_RETURN(const session::NamedTensors few, session::SmallParameters(model.value));
  if (few.empty()) return absl::OkStatus();
  FG_ASSIGN_OR_RETURN(const session::NamedTensors gradients,
                      session::GradientTensors(model.value, gradient.gradient));
  wire::Encode(gradients, response->mutable_gradients());
  return absl::OkStatus();
}

absl::Status ModelsHandlers::OptimStep(const v1::OptimStepRequest& request,
                                       v1::OptimStepResponse* response,
                                       session::CallContext& context) {
  session::Session::Entry entry = ShortEntry();
  if (request.has_seq()) entry.number = request.seq();
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kChange, context, entry));
  FG_ASSIGN_OR_RETURN(const session::NamedValue model, ModelOf(*visit, request.model()));
  FG_RETURN_IF_ERROR(session::CheckNotTraining(*visit, model.name));
  session::ModelState& kept = session::StateOf(*visit, model);
  session::ModelState state = kept;  // Kept when all went well.
  if (request.has_expected_step() && request.expected_step() != state.step) {
    return wire::FieldError("expected_step",
                            absl::StrCat("is ", request.expected_step(), ", but ", state.step,
                                         " updates have been made"),
                            absl::StatusCode::kAborted);
  }
  FG_RETURN_IF_ERROR(wire::ChooseOptimiser(*visit, state, request.optimiser(),
                                           request.has_rule() ? &request.rule() : nullptr));
  FG_RETURN_IF_ERROR(wire::AtField(session::OptimStep(*visit, model, state), "model"));
  kept = std::move(state);
  response->set_step(wire::ToCount(kept.step));
  FG_ASSIGN_OR_RETURN(const session::NamedTensors few, session::SmallParameters(model.value));
  wire::Encode(few, response->mutable_parameters());
  return absl::OkStatus();
}

absl::Status ModelsHandlers::Rewind(const v1::RewindRequest& request, v1::RewindResponse* response,
                                    session::CallContext& context) {
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  FG_ASSIGN_OR_RETURN(const session::NamedValue model, ModelOf(*visit, request.model()));
  FG_RETURN_IF_ERROR(session::CheckNotTraining(*visit, model.name));
  session::ModelState& state = session::StateOf(*visit, model);
  if (state.marks == nullptr) {
    return wire::FieldError(
        "model",
        absl::StrCat("no training of \"", model.name, "\" has kept marks; Train takes mark_every"),
        absl::StatusCode::kNotFound);
  }
  absl::optional<int64_t> step;
  if (request.has_step()) step = request.step();
  const auto mark = state.marks->Find(request.job(), step);
  if (!mark.ok()) return wire::AtField(mark.status(), request.has_step() ? "step" : "job");
  FG_RETURN_IF_ERROR(wire::AtField(session::Rewind(*visit, model, state, **mark), "model"));
  response->set_job((*mark)->job);
  *response->mutable_mark() = wire::Encode(**mark);
  FG_ASSIGN_OR_RETURN(const session::NamedTensors few, session::SmallParameters(model.value));
  wire::Encode(few, response->mutable_parameters());
  return absl::OkStatus();
}

absl::StatusOr<wire::ChunkEncoder> ModelsHandlers::GetParameters(
    const v1::GetParametersRequest& request, session::CallContext& context) {
  return OpenParameters(state_, request, context);
}

std::unique_ptr<ModelsHandlers::ParameterSink> ModelsHandlers::SetParameters() {
  return MakeParameterSink(state_);
}

absl::StatusOr<WatchedJob> ModelsHandlers::Train(const v1::TrainRequest& request,
                                                 session::CallContext& context) {
  return StartTraining(state_, request, context);
}

}  // namespace fluxgate::rpc
