#include "tests/fuzz/in_process_server.h"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/grpc/byte_buffers.h"
#include "server/grpc/session_export.h"
#include "server/grpc/tensor_write_reactor.h"
#include "server/session/engine_hosts.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "tests/fuzz/message_mutator.h"

namespace fluxgate::fuzz {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

// Long enough for what is no loop.
constexpr auto kTimeout = std::chrono::milliseconds(200);

constexpr char kSetUp[] =
    "m = Dense(Float32[1 2]); net = Chain(Dense(2 => 3, tanh), Dense(3 => 1));"
    "d = (x = Float32[1 2 3 4; 5 6 7 8], y = Float32[1 2 3 4]); v = [1.5, 2.5]; s = \"text\";"
    "f(x) = 3x^2";

// The RPCs; Train is left out, since its work goes on behind its back.
const std::vector<const MethodDescriptor*>& Methods() {
  static const auto& methods = *[] {
    auto* all = new std::vector<const MethodDescriptor*>;
    for (const char* name : {"Sessions", "Workspace", "Models", "Datasets", "Jobs", "Server"}) {
      const auto* service =
          DescriptorPool::generated_pool()->FindServiceByName(absl::StrCat("fluxgate.v1.", name));
      for (int i = 0; i < service->method_count(); ++i) {
        const std::string& method = service->method(i)->name();
        if (method != "Train" && method != "WatchJob") all->push_back(service->method(i));
      }
    }
    return all;
  }();
  return methods;
}

std::unique_ptr<Message> MakeRequest(const MethodDescriptor& method) {
  return std::unique_ptr<Message>(
      MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
}

[[noreturn]] void Fail(const Message& request, absl::string_view why) {
  std::cerr << request.GetDescriptor()->name() << " " << PrintMessage(request) << ": " << why
            << "\n";
  std::abort();
}

template <typename Response>
void CheckSendable(const Message& request, const Response& response) {
  const std::string bytes = response.SerializeAsString();
  if (bytes.size() > 2 * size_t{wire::kMaxResponseBytes}) Fail(request, "the answer is too large");
  // Fails for text that is not UTF-8.
  if (!Response().ParseFromString(bytes)) Fail(request, "the answer cannot be read");
}

}  // namespace

Requests ParseRequests(absl::string_view text) {
  Requests requests;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(' ', 1));
    for (const MethodDescriptor* method : Methods()) {
      if (absl::StrCat(method->service()->name(), "/", method->name()) != parts.first) continue;
      std::unique_ptr<Message> request = MakeRequest(*method);
      if (ParseMessage(std::string(parts.second), request.get())) {
        requests.push_back(std::move(request));
      }
    }
  }
  return requests;
}

std::string PrintRequests(const Requests& requests) {
  std::string text;
  for (const auto& request : requests) {
    for (const MethodDescriptor* method : Methods()) {
      if (method->input_type() != request->GetDescriptor()) continue;
      absl::StrAppend(&text, method->service()->name(), "/", method->name(), " ",
                      PrintMessage(*request), "\n");
    }
  }
  return text;
}

std::unique_ptr<Message> AnyRequest(uint64_t random) {
  return MakeRequest(*Methods()[random % Methods().size()]);
}

template <typename Handlers, typename Request, typename Response>
void InProcessServer::Add(Handlers& handlers,
                          absl::Status (Handlers::*method)(const Request&, Response*,
                                                           session::CallContext&)) {
  handlers_[Request::descriptor()] = [&handlers, method](const Message& message,
                                                         session::CallContext& context) {
    Response response;
    const absl::Status status =
        (handlers.*method)(static_cast<const Request&>(message), &response, context);
    if (status.ok()) CheckSendable(message, response);
    return status;
  };
}

template <typename Request, typename Response>
void InProcessServer::AddSink(
    std::function<std::unique_ptr<rpc::ChunkSink<Request, Response>>()> open) {
  handlers_[Request::descriptor()] = [open](const Message& message,
                                            session::CallContext& context) -> absl::Status {
    auto sink = open();
    if (absl::Status status = sink->Accept(static_cast<const Request&>(message)); !status.ok()) {
      return status;
    }
    Response response;
    return sink->Finish(&response, context);
  };
}

template <typename Request, typename Response, typename Source, typename Handlers, typename Opened>
void InProcessServer::AddSource(Handlers& handlers,
                                absl::StatusOr<Opened> (Handlers::*open)(const Request&,
                                                                         session::CallContext&)) {
  handlers_[Request::descriptor()] =
      [&handlers, open](const Message& message, session::CallContext& context) -> absl::Status {
    auto opened = (handlers.*open)(static_cast<const Request&>(message), context);
    if (!opened.ok()) return opened.status();
    Source source(*std::move(opened));
    while (auto bytes = source.Next()) {
      Response response;
      if (!rpc::ReadMessage(*bytes, "the answer", &response).ok()) {
        Fail(message, "a part of the answer cannot be read");
      }
      CheckSendable(message, response);
    }
    return absl::OkStatus();
  };
}

InProcessServer::InProcessServer()
    : pool_({}),
      sessions_(
          [] {
            session::SessionRegistry::Options options;
            options.max_sessions = 4;
            options.session_memory_bytes = int64_t{32} << 20;
            return options;
          }(),
          session::EngineHosts(int64_t{16} << 20), clock_, jobs_, requests_),
      environment_{"",  pool_, requests_, statistics_, wire::kMaxRequestBytes, *sessions_.budget(),
                   log_},
      uploads_({}, clock_),
      state_{environment_, sessions_, jobs_, uploads_, clock_, clock_.Now(), shutting_down_},
      sessions_handlers_(state_),
      workspace_handlers_(state_),
      models_handlers_(state_),
      datasets_handlers_(state_),
      jobs_handlers_(state_),
      server_handlers_(state_) {
  using rpc::DatasetsHandlers, rpc::JobsHandlers, rpc::ModelsHandlers, rpc::ServerHandlers,
      rpc::SessionsHandlers, rpc::WorkspaceHandlers;
  Add(sessions_handlers_, &SessionsHandlers::CreateSession);
  Add(sessions_handlers_, &SessionsHandlers::GetSession);
  Add(sessions_handlers_, &SessionsHandlers::ListSessions);
  Add(sessions_handlers_, &SessionsHandlers::DeleteSession);
  Add(sessions_handlers_, &SessionsHandlers::ForkSession);
  Add(sessions_handlers_, &SessionsHandlers::KeepAlive);
  Add(sessions_handlers_, &SessionsHandlers::GetUpload);
  Add(workspace_handlers_, &WorkspaceHandlers::Evaluate);
  Add(workspace_handlers_, &WorkspaceHandlers::Call);
  Add(workspace_handlers_, &WorkspaceHandlers::Gradient);
  Add(workspace_handlers_, &WorkspaceHandlers::ListNames);
  Add(workspace_handlers_, &WorkspaceHandlers::GetValue);
  Add(workspace_handlers_, &WorkspaceHandlers::SetValue);
  Add(workspace_handlers_, &WorkspaceHandlers::Check);
  Add(models_handlers_, &ModelsHandlers::DefineModel);
  Add(models_handlers_, &ModelsHandlers::GetModel);
  Add(models_handlers_, &ModelsHandlers::ListModels);
  Add(models_handlers_, &ModelsHandlers::DeleteModel);
  Add(models_handlers_, &ModelsHandlers::Predict);
  Add(models_handlers_, &ModelsHandlers::ForwardBackward);
  Add(models_handlers_, &ModelsHandlers::OptimStep);
  Add(models_handlers_, &ModelsHandlers::Rewind);
  Add(datasets_handlers_, &DatasetsHandlers::GetDataset);
  Add(datasets_handlers_, &DatasetsHandlers::ListDatasets);
  Add(datasets_handlers_, &DatasetsHandlers::DeleteDataset);
  Add(jobs_handlers_, &JobsHandlers::GetJob);
  Add(jobs_handlers_, &JobsHandlers::ListJobs);
  Add(jobs_handlers_, &JobsHandlers::CancelJob);
  Add(server_handlers_, &ServerHandlers::GetServerInfo);
  Add(server_handlers_, &ServerHandlers::GetStatistics);
  Add(server_handlers_, &ServerHandlers::Help);
  AddSink<v1::PushDatasetRequest, v1::PushDatasetResponse>(
      [this] { return datasets_handlers_.PushDataset(); });
  AddSink<v1::SetParametersRequest, v1::SetParametersResponse>(
      [this] { return models_handlers_.SetParameters(); });
  AddSource<v1::ExportSessionRequest, v1::ExportSessionResponse, rpc::ExportSource>(
      sessions_handlers_, &SessionsHandlers::ExportSession);
  AddSource<v1::GetParametersRequest, v1::GetParametersResponse,
            rpc::ChunkSource<v1::GetParametersResponse>>(models_handlers_,
                                                         &ModelsHandlers::GetParameters);
  AddSource<v1::PullDatasetRequest, v1::PullDatasetResponse,
            rpc::ChunkSource<v1::PullDatasetResponse>>(datasets_handlers_,
                                                       &DatasetsHandlers::PullDataset);
  // What comes in as one of Methods() must find its way, before the first input.
  for (const MethodDescriptor* method : Methods()) {
    if (!handlers_.contains(method->input_type())) Fail(*MakeRequest(*method), "no handler");
  }
}

void InProcessServer::Restart() {
  for (const auto& session : sessions_.List()) {
    if (!sessions_.Delete(session->name()).ok()) std::abort();
  }
  v1::EvaluateRequest set_up;
  set_up.set_source(kSetUp);
  v1::EvaluateResponse response;
  session::CallContext context;
  if (!workspace_handlers_.Evaluate(set_up, &response, context).ok()) std::abort();
}

void InProcessServer::Handle(const Message& request) {
  CancellationSource source;
  source.SetTimeout(kTimeout);
  session::CallContext context{source.token(), nullptr, {}};
  const Handler& handler = handlers_.at(request.GetDescriptor());
  absl::Status status;
  if (const auto* evaluate = dynamic_cast<const v1::EvaluateRequest*>(&request);
      evaluate != nullptr && evaluate->detach()) {
    // A job would go on while the next input runs.
    v1::EvaluateRequest attached = *evaluate;
    attached.clear_detach();
    status = handler(attached, context);
  } else {
    status = handler(request, context);
  }
  if (absl::IsInternal(status) || absl::IsUnknown(status)) Fail(request, status.ToString());
  // What an error says must travel, too.
  if (!status.ok()) CheckSendable(request, wire::ToRpcStatus(status));
}

}  // namespace fluxgate::fuzz
