#include "server/grpc/workspace_handlers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "server/grpc/evaluate_job.h"
#include "server/grpc/explain_call.h"
#include "server/session/derivatives.h"
#include "server/session/evaluation.h"
#include "server/session/model_check.h"
#include "server/session/parameters.h"
#include "server/session/workspace.h"
#include "server/wire/descriptions.h"
#include "server/wire/error_codec.h"
#include "server/wire/layout_hint.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/tensor_codec.h"
#include "server/wire/text.h"
#include "server/wire/value_codec.h"

namespace fluxgate::rpc {
namespace {

template <typename Request>
absl::StatusOr<session::Session::Entry> EntryOf(const Request& request) {
  session::Session::Entry entry;
  FG_ASSIGN_OR_RETURN(entry.timeout, wire::TimeoutOf(request));
  return entry;
}

// The arguments of a derivative: Julia text separated by commas, or tensors.
absl::StatusOr<std::vector<Value>> ArgumentsOf(session::Visit& visit,
                                               const v1::GradientRequest& request) {
  if (request.at().empty()) {
    return wire::DecodeArguments(visit, request.arguments(), "arguments");
  }
  if (request.arguments_size() > 0) {
    return wire::FieldError("at", "both at and arguments are given; give one");
  }
  FG_RETURN_IF_ERROR(wire::CheckSource(request.at(), "at"));
  auto values = session::ArgumentList(visit, request.at());
  if (!values.ok()) return wire::AtField(values.status(), "at");
  return values;
}

}  // namespace

absl::Status WorkspaceHandlers::Evaluate(const v1::EvaluateRequest& request,
                                         v1::EvaluateResponse* response,
                                         session::CallContext& context) {
  FG_RETURN_IF_ERROR(wire::CheckSource(request.source(), "source"));
  if (request.source_name().size() > wire::kMaxNameBytes) {
    return wire::FieldError("source_name",
                            absl::StrCat("is longer than ", wire::kMaxNameBytes, " bytes"));
  }
  FG_ASSIGN_OR_RETURN(const session::Session::Entry entry, EntryOf(request));
  if (request.detach()) {
    if (request.each_input()) return wire::FieldError("each_input", "cannot be detached");
    FG_ASSIGN_OR_RETURN(*response->mutable_job(), StartEvaluateJob(state_, request, context));
    return absl::OkStatus();
  }
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kChange, context, entry));
  session::Evaluation evaluation;
  if (request.each_input()) {
    absl::Status stopped;
    evaluation = session::EvaluateInputs(*visit, request.source(), request.source_name(), &stopped);
    if (!stopped.ok()) *response->mutable_error() = wire::ToRpcStatus(stopped);
    for (const session::Evaluation::Input& input : evaluation.inputs) {
      v1::EvaluateResponse::Input* message = response->add_inputs();
      message->set_line(wire::ToCount(input.line));
      message->set_output(wire::CleanText(input.output, wire::kMaxOutputBytes));
      wire::AddLines(input.show, message->mutable_show());
    }
  } else {
    FG_ASSIGN_OR_RETURN(evaluation,
                        session::EvaluateText(*visit, request.source(), request.source_name()));
    response->set_output(wire::CleanText(evaluation.output, wire::kMaxOutputBytes));
  }
  wire::AddLines(evaluation.show, response->mutable_show());
  return wire::EncodeValue(*visit, evaluation.value, response->mutable_value());
}

absl::Status WorkspaceHandlers::Call(const v1::CallRequest& request, v1::CallResponse* response,
                                     session::CallContext& context) {
  FG_RETURN_IF_ERROR(wire::CheckRequired(request.function(), "function"));
  FG_RETURN_IF_ERROR(wire::CheckSource(request.function(), "function"));
  FG_ASSIGN_OR_RETURN(const session::Session::Entry entry, EntryOf(request));
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kChange, context, entry));
  auto function = session::FunctionOf(*visit, request.function(), "function");
  if (!function.ok()) return wire::AtField(function.status(), "function");
  FG_ASSIGN_OR_RETURN(std::vector<Value> arguments,
                      wire::DecodeArguments(*visit, request.arguments(), "arguments"));
  FG_ASSIGN_OR_RETURN(auto keywords, wire::DecodeKeywords(*visit, request.keywords(), "keywords"));
  FG_ASSIGN_OR_RETURN(Value result, visit->interpreter().Call(*function, arguments, keywords));
  response->set_output(wire::CleanText(visit->TakeOutput(), wire::kMaxOutputBytes));
  return wire::EncodeValue(*visit, result, response->mutable_value());
}

absl::Status WorkspaceHandlers::Gradient(const v1::GradientRequest& request,
                                         v1::GradientResponse* response,
                                         session::CallContext& context) {
  FG_RETURN_IF_ERROR(wire::CheckRequired(request.source(), "source"));
  FG_RETURN_IF_ERROR(wire::CheckSource(request.source(), "source"));
  const int order = request.has_order() ? static_cast<int>(std::min(request.order(), 1000u)) : 1;
  if (order < 1 || order > wire::kMaxOrder) {
    return wire::FieldError("order", absl::StrCat("must be from 1 to ", wire::kMaxOrder));
  }
  if (request.parameters_size() > 0 && order != 1) {
    return wire::FieldError("order", "derivatives by parameters have order 1");
  }
  if (request.parameters_size() > 0 && request.as_text()) {
    return wire::FieldError("as_text", "derivatives by parameters have no text");
  }
  if (request.parameters_size() > wire::kMaxPaths) {
    return wire::FieldError("parameters", absl::StrCat("more than ", wire::kMaxPaths));
  }
  FG_ASSIGN_OR_RETURN(const session::Session::Entry entry, EntryOf(request));
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kChange, context, entry));
  auto function = session::FunctionOf(*visit, request.source(), "source");
  if (!function.ok()) return wire::AtField(function.status(), "source");
  FG_ASSIGN_OR_RETURN(std::vector<Value> arguments, ArgumentsOf(*visit, request));
  if (request.as_text()) {
    if (!arguments.empty()) {
      FG_RETURN_IF_ERROR(wire::AtField(session::CheckOrder(*visit, arguments, order), "order"));
    }
    auto texts = session::DerivativeTexts(*visit, *function, arguments, order);
    if (!texts.ok()) return wire::AtField(texts.status(), "source");
    for (auto& text : *texts) {
      v1::GradientResponse::Formula* formula = response->add_formulas();
      formula->set_argument(std::move(text.parameter));
      formula->set_text(std::move(text.text));
    }
    if (arguments.empty()) return absl::OkStatus();
  }
  session::Derivatives derivatives;
  if (request.parameters_size() > 0) {
    std::vector<session::NamedValue> models;
    for (int i = 0; i < request.parameters_size(); ++i) {
      auto value = session::Lookup(*visit, request.parameters(i));
      const std::string field = absl::StrCat("parameters[", i, "]");
      if (!value.ok()) return wire::AtField(value.status(), field);
      FG_RETURN_IF_ERROR(wire::AtField(session::ReadTensors(*value, {}).status(), field));
      models.push_back({request.parameters(i), *std::move(value)});
    }
    FG_ASSIGN_OR_RETURN(derivatives,
                        session::ParameterDerivatives(*visit, *function, arguments, models));
  } else {
    if (arguments.empty()) {
      return wire::FieldError("at", "where to differentiate: give at, arguments or parameters");
    }
    FG_RETURN_IF_ERROR(wire::AtField(session::CheckOrder(*visit, arguments, order), "order"));
    FG_ASSIGN_OR_RETURN(derivatives, session::DerivativesAt(*visit, *function, arguments, order));
  }
  FG_RETURN_IF_ERROR(wire::EncodeValue(*visit, derivatives.value, response->mutable_value()));
  for (const Value& gradient : derivatives.arguments) {
    FG_RETURN_IF_ERROR(wire::EncodeValue(*visit, gradient, response->add_gradients()));
  }
  wire::Encode(derivatives.parameters, response->mutable_parameters());
  return absl::OkStatus();
}

absl::Status WorkspaceHandlers::ListNames(const v1::ListNamesRequest& request,
                                          v1::ListNamesResponse* response,
                                          session::CallContext& context) {
  FG_ASSIGN_OR_RETURN(const wire::Page page,
                      wire::DecodePage(request.page_size(), request.page_token()));
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  const std::vector<std::string> names = visit->interpreter().Names();
  for (size_t i = page.begin; i < std::min(names.size(), page.begin + page.size); ++i) {
    const Value* value = visit->interpreter().Find(names[i]);
    if (value == nullptr) continue;
    v1::ListNamesResponse::Name* name = response->add_names();
    name->set_name(names[i]);
    name->set_kind(wire::KindOf(*value));
    name->set_type(wire::CleanText(visit->interpreter().TypeName(*value), wire::kMaxNameBytes));
    name->set_summary(wire::Summary(*visit, *value));
  }
  response->set_next_page_token(wire::NextPageToken(page, names.size()));
  return absl::OkStatus();
}

absl::Status WorkspaceHandlers::GetValue(const v1::GetValueRequest& request,
                                         v1::GetValueResponse* response,
                                         session::CallContext& context) {
  FG_RETURN_IF_ERROR(wire::CheckRequired(request.name(), "name"));
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  auto value = session::Lookup(*visit, request.name());
  if (!value.ok()) return wire::AtField(value.status(), "name");
  return wire::EncodeValue(*visit, *value, response->mutable_value());
}

absl::Status WorkspaceHandlers::SetValue(const v1::SetValueRequest& request,
                                         v1::SetValueResponse* response,
                                         session::CallContext& context) {
  FG_RETURN_IF_ERROR(wire::CheckRequired(request.name(), "name"));
  if (request.has_value() == request.has_text()) {
    return wire::FieldError("value", "give either value or text");
  }
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kChange, context, ShortEntry()));
  Value value;
  if (request.has_text()) {
    value = Value::String(request.text());
  } else {
    FG_ASSIGN_OR_RETURN(value, wire::DecodeValue(*visit, request.value(), "value"));
  }
  FG_RETURN_IF_ERROR(wire::AtField(visit->interpreter().Assign(request.name(), value), "name"));
  return wire::EncodeValue(*visit, value, response->mutable_value());
}

absl::Status WorkspaceHandlers::Check(const v1::CheckRequest& request, v1::CheckResponse* response,
                                      session::CallContext& context) {
  FG_RETURN_IF_ERROR(wire::CheckSource(request.function(), "function"));
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  Value function;
  std::string name = request.function();
  if (name.empty()) {
    auto model = session::FindModel(*visit, "");
    if (!model.ok()) return wire::AtField(model.status(), "function");
    function = model->value;
    name = model->name;
  } else {
    auto named = session::FunctionOf(*visit, request.function(), "function");
    if (!named.ok()) return wire::AtField(named.status(), "function");
    function = *named;
  }
  FG_ASSIGN_OR_RETURN(std::vector<Value> arguments,
                      wire::DecodeShapes(*visit, request.arguments(), "arguments"));
  absl::StatusOr<session::CheckedCall> found = session::CheckCall(*visit, function, arguments);
  if (!found.ok()) {
    const absl::string_view blamed = arguments.size() == 1 ? "arguments[0]" : "arguments";
    return wire::AtField(wire::WithLayoutHint(*visit, found.status(), function, arguments, blamed),
                         blamed);
  }
  const session::CheckedCall checked = *std::move(found);
  response->set_type(checked.type);
  if (checked.shape.has_value()) {
    for (int64_t dim : checked.shape->dims()) response->add_dims(wire::ToCount(dim));
  }
  response->set_activation_bytes(static_cast<uint64_t>(checked.activation_bytes));
  response->set_nodes(wire::ToCount(checked.nodes));
  uint64_t count = 0, bytes = 0;
  FG_RETURN_IF_ERROR(
      wire::DescribeParameters(function, response->mutable_parameters(), &count, &bytes));
  response->set_parameter_count(count);
  response->set_parameter_bytes(bytes);
  return request.explain() ? ExplainCall(*visit, request, name, function, arguments, response)
                           : absl::OkStatus();
}

}  // namespace fluxgate::rpc
