#include "client/cpp/client.h"

#include <cstdint>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cpp/bearer_channel.h"

namespace fluxgate::client {
namespace {

// Writes a first message and the tensors in chunks, from where `begun` says that an earlier stream
// broke, and says that this is all. A stream that breaks is left to Finish, which says why.
template <typename Request>
void WriteChunks(grpc::ClientWriter<Request>& writer, const Request& first,
                 absl::Span<const NamedTensor> tensors, const v1::GetUploadResponse& begun) {
  bool sending = writer.Write(first);
  bool skipping = !begun.path().empty();
  for (const NamedTensor& tensor : tensors) {
    const bool is_begun = skipping && tensor.path == begun.path();
    if (skipping && !is_begun) continue;
    skipping = false;
    const size_t offset = is_begun ? begun.offset() : 0;
    sending = sending && SendChunks(
                             tensor,
                             [&](v1::TensorChunk chunk) {
                               Request request;
                               *request.mutable_chunk() = std::move(chunk);
                               return writer.Write(request);
                             },
                             offset);
  }
  writer.WritesDone();
}

// Reads a stream of messages with a `chunk` to its end; `rest` sees what else a message has.
template <typename Response>
absl::StatusOr<std::vector<NamedTensor>> ReadChunks(
    grpc::ClientContext& context, grpc::ClientReader<Response>& reader,
    absl::FunctionRef<void(Response&)> rest = [](Response&) {}) {
  ChunkAssembler assembler;
  Response response;
  absl::Status damaged;
  while (damaged.ok() && reader.Read(&response)) {
    rest(response);
    if (response.has_chunk()) damaged = assembler.Add(response.chunk());
  }
  if (!damaged.ok()) context.TryCancel();
  absl::Status status = ToStatus(reader.Finish());
  if (!damaged.ok()) return damaged;
  if (!status.ok()) return status;
  return assembler.Finish();
}

}  // namespace

Client::Client(Options options) : options_(std::move(options)) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = options_.tls_ca;
  channel_ = MakeChannel(
      options_.server,
      options_.tls_ca.empty() ? grpc::InsecureChannelCredentials() : grpc::SslCredentials(tls),
      options_.token);
  stubs_ = {v1::Sessions::NewStub(channel_), v1::Workspace::NewStub(channel_),
            v1::Models::NewStub(channel_),   v1::Datasets::NewStub(channel_),
            v1::Jobs::NewStub(channel_),     v1::Server::NewStub(channel_)};
}

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(Options options) {
  std::unique_ptr<Client> client(new Client(std::move(options)));
  const auto deadline = std::chrono::system_clock::now() + client->options_.connect_timeout;
  if (!client->channel_->WaitForConnected(deadline)) {
    return absl::UnavailableError(
        absl::StrCat("no server answers at ", client->options_.server,
                     "; start one with `fluxgate-server`, or name another with --server"));
  }
  return client;
}

std::string Client::NewRequestId() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return absl::StrFormat("%016x%016x", random(), random());
}

template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Client::Upload(
    std::unique_ptr<grpc::ClientWriter<Request>> (Stub::*method)(grpc::ClientContext*, Response*),
    Request first, absl::Span<const NamedTensor> tensors) {
  FillIn(first);
  first.set_tensors(static_cast<uint32_t>(tensors.size()));
  v1::GetUploadRequest question;
  question.set_upload(first.request_id());
  v1::GetUploadResponse begun;
  Backoff backoff(options_.retry);
  while (true) {
    grpc::ClientContext context;
    Response response;
    auto writer = (stub<Stub>().*method)(&context, &response);
    WriteChunks(*writer, first, tensors, begun);
    absl::Status status = ToStatus(writer->Finish());
    if (status.ok()) return response;
    // What the server kept may be forgotten between its answer and the stream that goes on.
    const bool forgotten = first.resume() && absl::IsNotFound(status);
    if (!forgotten && !backoff.Retry(status)) return status;
    absl::StatusOr<v1::GetUploadResponse> kept = Call(&v1::Sessions::Stub::GetUpload, question);
    if (!kept.ok() && !absl::IsNotFound(kept.status())) return status;
    const bool further =
        kept.ok() && (kept->path() != begun.path() || kept->offset() > begun.offset());
    if (further) backoff.Reset();
    first.set_resume(kept.ok());
    begun = kept.ok() ? *std::move(kept) : v1::GetUploadResponse();
  }
}

absl::StatusOr<v1::EvaluateResponse> Client::Evaluate(const std::string& source) {
  v1::EvaluateRequest request;
  request.set_source(source);
  return Call(&v1::Workspace::Stub::Evaluate, std::move(request));
}

absl::StatusOr<v1::Dataset> Client::PushDataset(const std::string& name,
                                                absl::Span<const NamedTensor> tensors) {
  v1::PushDatasetRequest first;
  first.set_name(name);
  auto response = Upload(&v1::Datasets::Stub::PushDataset, std::move(first), tensors);
  if (!response.ok()) return response.status();
  return response->dataset();
}

absl::StatusOr<std::vector<NamedTensor>> Client::PullDataset(const std::string& name) {
  v1::PullDatasetRequest request;
  request.set_session(options_.session);
  request.set_name(name);
  grpc::ClientContext context;
  auto reader = stub<v1::Datasets::Stub>().PullDataset(&context, request);
  return ReadChunks(context, *reader);
}

absl::StatusOr<std::vector<NamedTensor>> Client::GetParameters(
    const std::string& model, absl::Span<const std::string> paths) {
  v1::GetParametersRequest request;
  request.set_session(options_.session);
  request.set_model(model);
  for (const std::string& path : paths) request.add_paths(path);
  grpc::ClientContext context;
  auto reader = stub<v1::Models::Stub>().GetParameters(&context, request);
  return ReadChunks(context, *reader);
}

absl::StatusOr<Client::Export> Client::ExportSession() {
  v1::ExportSessionRequest request;
  request.set_session(options_.session);
  grpc::ClientContext context;
  auto reader = stub<v1::Sessions::Stub>().ExportSession(&context, request);
  Export made;
  auto arrays = ReadChunks<v1::ExportSessionResponse>(
      context, *reader, [&](v1::ExportSessionResponse& response) {
        made.script += response.script();
        for (std::string& reason : *response.mutable_left_out()) {
          made.left_out.push_back(std::move(reason));
        }
      });
  if (!arrays.ok()) return arrays.status();
  made.arrays = *std::move(arrays);
  return made;
}

absl::StatusOr<v1::SetParametersResponse> Client::SetParameters(
    const std::string& model, absl::Span<const NamedTensor> tensors) {
  v1::SetParametersRequest first;
  first.set_model(model);
  return Upload(&v1::Models::Stub::SetParameters, std::move(first), tensors);
}

absl::StatusOr<v1::TrainEvent> Client::Train(v1::TrainRequest request,
                                             const OnTrainEvent& on_event) {
  FillIn(request);
  grpc::ClientContext context;
  auto reader = stub<v1::Models::Stub>().Train(&context, request);
  v1::TrainResponse response;
  bool stopped = false;
  while (reader->Read(&response)) {
    if (!stopped && !on_event(response.event())) {
      stopped = true;
      context.TryCancel();
    }
  }
  absl::Status status = ToStatus(reader->Finish());
  if (stopped && absl::IsCancelled(status)) return absl::CancelledError("training was stopped");
  if (!status.ok()) return status;
  return std::move(*response.mutable_event());
}

absl::StatusOr<v1::Job> Client::WatchJob(const std::string& job, const OnJobEvent& on_event,
                                         uint32_t after_event) {
  Backoff backoff(options_.retry);
  while (true) {
    v1::WatchJobRequest request;
    request.set_session(options_.session);
    request.set_job(job);
    request.set_after_event(after_event);
    grpc::ClientContext context;
    auto reader = stub<v1::Jobs::Stub>().WatchJob(&context, request);
    v1::WatchJobResponse response;
    absl::optional<v1::Job> ended;
    bool stopped = false;
    while (reader->Read(&response)) {
      backoff.Reset();
      if (response.has_job()) ended = response.job();
      if (response.has_train()) after_event = response.train().event();
      if (response.has_evaluate()) after_event = response.evaluate().event();
      if (!stopped && !on_event(response)) {
        stopped = true;
        context.TryCancel();
      }
    }
    absl::Status status = ToStatus(reader->Finish());
    if (status.ok() && ended.has_value()) return *std::move(ended);
    if (status.ok()) status = absl::UnavailableError("the watch ended before the job");
    if (stopped) return absl::CancelledError("watching was stopped; the job goes on");
    if (!backoff.Retry(status)) return status;
  }
}

absl::StatusOr<v1::Job> Client::CancelJob(const std::string& job) {
  v1::CancelJobRequest request;
  request.set_job(job);
  absl::StatusOr<v1::CancelJobResponse> response = Call(&v1::Jobs::Stub::CancelJob, request);
  if (!response.ok()) return response.status();
  return response->job();
}

}  // namespace fluxgate::client
