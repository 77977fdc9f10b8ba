// 256 MiB up (PushDataset) and down (GetParameters), in chunks of 1 MiB, beside a bare gRPC stream
// of equal chunks and a plain socket; and the memory that the server holds meanwhile:
//
//   streams FLUXGATE_SERVER BARE_SERVER [ROUNDS]

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/crc32c.h"
#include "engine/base/status_macros.h"
#include "proto/fluxgate/v1/datasets.grpc.pb.h"
#include "proto/fluxgate/v1/models.grpc.pb.h"
#include "tests/benchmark/bare.grpc.pb.h"
#include "tests/benchmark/channel.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/raw_socket.h"
#include "tests/benchmark/rounds.h"

namespace fluxgate::benchmark {
namespace {

constexpr int64_t kSide = 8192;  // A matrix of kSide x kSide float32: 256 MiB.
constexpr int64_t kBytes = kSide * kSide * 4;
constexpr int64_t kChunk = 1 << 20;

// Milliseconds of a transfer.
template <typename Work>
absl::StatusOr<double> Timed(Work work) {
  absl::Status status;
  const double seconds = Seconds([&] { status = work(); });
  FG_RETURN_IF_ERROR(status);
  return seconds * 1e3;
}

class Streams {
 public:
  Streams(const std::string& server, const std::string& bare, int raw_port)
      : datasets_(v1::Datasets::NewStub(Connect(server))),
        models_(v1::Models::NewStub(Connect(server))),
        bare_(Bare::NewStub(Connect(bare))),
        raw_port_(raw_port) {}

  absl::Status DefineModel() {
    v1::DefineModelRequest request;
    request.set_name("big");
    request.set_source(absl::StrCat("Dense(zeros(Float32, ", kSide, ", ", kSide, "), false)"));
    v1::DefineModelResponse response;
    grpc::ClientContext context;
    return ToStatus(models_->DefineModel(&context, request, &response));
  }

  absl::Status Raw(bool up) const {
    return RawTransfer(raw_port_, kBytes, kChunk, up) ? absl::OkStatus()
                                                      : absl::UnknownError("the socket broke");
  }

  absl::Status BareUp() {
    grpc::ClientContext context;
    Payload chunk, answer;
    chunk.mutable_data()->assign(kChunk, 'x');
    auto writer = bare_->Up(&context, &answer);
    for (int64_t sent = 0; sent < kBytes && writer->Write(chunk); sent += kChunk) {
    }
    writer->WritesDone();
    return ToStatus(writer->Finish());
  }

  absl::Status Push() {
    grpc::ClientContext context;
    v1::PushDatasetResponse answer;
    auto writer = datasets_->PushDataset(&context, &answer);
    v1::PushDatasetRequest request;
    request.set_name("data");
    v1::TensorChunk& chunk = *request.mutable_chunk();
    chunk.set_path("x");
    chunk.mutable_tensor()->set_dtype(v1::Tensor::FLOAT32);
    chunk.mutable_tensor()->add_dims(kSide);
    chunk.mutable_tensor()->add_dims(kSide);
    chunk.mutable_data()->assign(kChunk, 0);
    for (int64_t sent = 0; sent < kBytes; sent += kChunk) {
      chunk.set_offset(static_cast<uint64_t>(sent));
      chunk.set_crc32c(Crc32c(chunk.data()));
      if (!writer->Write(request)) break;
      request.clear_name();
      chunk.clear_tensor();
    }
    writer->WritesDone();
    return ToStatus(writer->Finish());
  }

  absl::Status BareDown() {
    grpc::ClientContext context;
    DownRequest request;
    request.set_size(kChunk);
    request.set_count(kBytes / kChunk);
    auto reader = bare_->Down(&context, request);
    Payload chunk;
    while (reader->Read(&chunk)) {
    }
    return ToStatus(reader->Finish());
  }

  absl::Status GetParameters() {
    grpc::ClientContext context;
    v1::GetParametersRequest request;
    request.set_model("big");
    auto reader = models_->GetParameters(&context, request);
    v1::GetParametersResponse response;
    while (reader->Read(&response)) {
    }
    return ToStatus(reader->Finish());
  }

 private:
  const std::unique_ptr<v1::Datasets::Stub> datasets_;
  const std::unique_ptr<v1::Models::Stub> models_;
  const std::unique_ptr<Bare::Stub> bare_;
  const int raw_port_;
};

absl::Status Main(const std::string& server_path, const std::string& bare_path, int rounds) {
  FG_ASSIGN_OR_RETURN(auto server, ChildProcess::Start({server_path, "--listen=127.0.0.1:0"}));
  FG_ASSIGN_OR_RETURN(auto bare, ChildProcess::Start({bare_path}));
  Streams streams(server->words()[0], bare->words()[0], std::atoi(bare->words()[1].c_str()));

  std::printf("server at the start: %ld MiB resident\n", static_cast<long>(server->resident_mib()));
  FG_RETURN_IF_ERROR(
      Compare("256 MiB up", "ms", rounds,
              {{"socket", [&] { return Timed([&] { return streams.Raw(true); }); }},
               {"bare gRPC", [&] { return Timed([&] { return streams.BareUp(); }); }},
               {"PushDataset", [&] { return Timed([&] { return streams.Push(); }); }}}));
  std::printf("server after pushes of 256 MiB: %ld MiB resident, %ld at most\n",
              static_cast<long>(server->resident_mib()), static_cast<long>(server->peak_mib()));
  FG_RETURN_IF_ERROR(streams.DefineModel());
  FG_RETURN_IF_ERROR(
      Compare("256 MiB down", "ms", rounds,
              {{"socket", [&] { return Timed([&] { return streams.Raw(false); }); }},
               {"bare gRPC", [&] { return Timed([&] { return streams.BareDown(); }); }},
               {"GetParameters", [&] { return Timed([&] { return streams.GetParameters(); }); }}}));
  std::printf("server after reads of 256 MiB: %ld MiB resident, %ld at most\n",
              static_cast<long>(server->resident_mib()), static_cast<long>(server->peak_mib()));
  return absl::OkStatus();
}

}  // namespace
}  // namespace fluxgate::benchmark

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: streams FLUXGATE_SERVER BARE_SERVER [ROUNDS]\n");
    return 2;
  }
  const absl::Status status =
      fluxgate::benchmark::Main(argv[1], argv[2], argc > 3 ? std::atoi(argv[3]) : 7);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
