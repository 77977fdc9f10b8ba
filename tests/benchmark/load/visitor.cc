#include "tests/benchmark/load/visitor.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "client/cpp/tensor_stream.h"

namespace fluxgate::benchmark {
namespace {

// A connection that shares nothing with other visitors' in this process.
std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

Visitor::Visitor(const std::string& address, std::string session, Ledger& ledger, uint64_t seed)
    : address_(address), session_(std::move(session)), ledger_(ledger), random_(seed) {
  const auto channel = OwnChannel(address);
  std::apply(
      [&](auto&... stub) {
        const auto make = [&]<typename Stub>(std::unique_ptr<Stub>& one) {
          one = std::make_unique<Stub>(channel);
        };
        (make(stub), ...);
      },
      stubs_);
}

void Visitor::Push(absl::string_view json, const client::HostTensor& x, const Codes& allowed,
                   int chunks) {
  grpc::ClientContext context;
  v1::PushDatasetResponse response;
  auto writer = stub<v1::Datasets::Stub>().PushDataset(&context, &response);
  auto message = Make<v1::PushDatasetRequest>(json);
  client::SendChunks({"x", x}, [&](v1::TensorChunk chunk) {
    if (chunks-- == 0) {
      AwaitMemory(x.bytes.size());
      context.TryCancel();
      return false;
    }
    *message.mutable_chunk() = std::move(chunk);
    const bool written = writer->Write(message);
    message.Clear();
    return written;
  });
  writer->WritesDone();
  Record<v1::PushDatasetRequest>(writer->Finish(), allowed);
}

void Visitor::AwaitMemory(uint64_t bytes) {
  while (Call(&v1::Sessions::Stub::GetSession, "{}").session().memory_used_bytes() < bytes) {
    std::this_thread::sleep_for(Milliseconds(1));
  }
}

void Visitor::Enter(int seconds_to_live) {
  Call(&v1::Sessions::Stub::CreateSession,
       absl::StrCat(R"({"name": ")", session_, R"(", "timeToLive": ")", seconds_to_live, "s\"}"));
}

void Visitor::Leave() { Call(&v1::Sessions::Stub::DeleteSession, "{}"); }

void Visitor::Evaluate(absl::string_view source, const Codes& allowed) {
  grpc::ClientContext context;
  Evaluate(source, allowed, context);
}

void Visitor::Evaluate(absl::string_view source, const Codes& allowed,
                       grpc::ClientContext& context) {
  auto request = Make<v1::EvaluateRequest>("{}");
  request.set_source(std::string(source));
  request.mutable_timeout()->set_seconds(1200);
  v1::EvaluateResponse response;
  const grpc::Status status = stub<v1::Workspace::Stub>().Evaluate(&context, request, &response);
  Record<v1::EvaluateRequest>(status, allowed);
}

}  // namespace fluxgate::benchmark
