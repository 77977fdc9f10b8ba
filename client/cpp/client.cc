#include "client/cpp/client.h"

#include <cstdint>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fluxgate::client {
namespace {

// Writes a first message and the tensors in chunks, and says that this is all. A stream that breaks
// is left to Finish, which says why.
template <typename Request>
void WriteChunks(grpc::ClientWriter<Request>& writer, const Request& first,
                 absl::Span<const NamedTensor> tensors) {
  bool sending = writer.Write(first);
  for (const NamedTensor& tensor : tensors) {
    sending = sending && SendChunks(tensor, [&](v1::TensorChunk chunk) {
                Request request;
                *request.mutable_chunk() = std::move(chunk);
                return writer.Write(request);
              });
  }
  writer.WritesDone();
}

// Reads a stream of messages with a `chunk` to its end.
template <typename Response>
absl::StatusOr<std::vector<NamedTensor>> ReadChunks(grpc::ClientContext& context,
                                                    grpc::ClientReader<Response>& reader) {
  ChunkAssembler assembler;
  Response response;
  absl::Status damaged;
  while (damaged.ok() && reader.Read(&response)) damaged = assembler.Add(response.chunk());
  if (!damaged.ok()) context.TryCancel();
  absl::Status status = ToStatus(reader.Finish());
  if (!damaged.ok()) return damaged;
  if (!status.ok()) return status;
  return assembler.Finish();
}

}  // namespace

Client::Client(Options options) : options_(std::move(options)) {
  channel_ = grpc::CreateChannel(options_.server, grpc::InsecureChannelCredentials());
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

absl::StatusOr<v1::Dataset> Client::PushDataset(const std::string& name,
                                                absl::Span<const NamedTensor> tensors) {
  const std::string request_id = NewRequestId();
  Backoff backoff(options_.retry);
  while (true) {
    grpc::ClientContext context;
    v1::PushDatasetResponse response;
    auto writer = stub<v1::Datasets::Stub>().PushDataset(&context, &response);
    v1::PushDatasetRequest first;
    first.set_session(options_.session);
    first.set_name(name);
    first.set_request_id(request_id);
    WriteChunks(*writer, first, tensors);
    absl::Status status = ToStatus(writer->Finish());
    if (status.ok()) return response.dataset();
    if (!backoff.Retry(status)) return status;
  }
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

absl::StatusOr<v1::SetParametersResponse> Client::SetParameters(
    const std::string& model, absl::Span<const NamedTensor> tensors) {
  const std::string request_id = NewRequestId();
  Backoff backoff(options_.retry);
  while (true) {
    grpc::ClientContext context;
    v1::SetParametersResponse response;
    auto writer = stub<v1::Models::Stub>().SetParameters(&context, &response);
    v1::SetParametersRequest first;
    first.set_session(options_.session);
    first.set_model(model);
    first.set_request_id(request_id);
    WriteChunks(*writer, first, tensors);
    absl::Status status = ToStatus(writer->Finish());
    if (status.ok()) return response;
    if (!backoff.Retry(status)) return status;
  }
}

absl::Status Client::Train(v1::TrainRequest request, const OnTrainEvent& on_event) {
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
  return status;
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
    bool stopped = false;
    while (reader->Read(&response)) {
      backoff.Reset();
      if (response.has_train()) after_event = response.train().event();
      if (response.has_evaluate()) after_event = response.evaluate().event();
      if (!stopped && !on_event(response)) {
        stopped = true;
        context.TryCancel();
      }
    }
    absl::Status status = ToStatus(reader->Finish());
    if (status.ok()) break;
    if (stopped) return absl::CancelledError("watching was stopped; the job goes on");
    if (!backoff.Retry(status)) return status;
  }
  v1::GetJobRequest request;
  request.set_job(job);
  absl::StatusOr<v1::GetJobResponse> ended = Call(&v1::Jobs::Stub::GetJob, request);
  if (!ended.ok()) return ended.status();
  return ended->job();
}

absl::StatusOr<v1::Job> Client::CancelJob(const std::string& job) {
  v1::CancelJobRequest request;
  request.set_job(job);
  absl::StatusOr<v1::CancelJobResponse> response = Call(&v1::Jobs::Stub::CancelJob, request);
  if (!response.ok()) return response.status();
  return response->job();
}

}  // namespace fluxgate::client
