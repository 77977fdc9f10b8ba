// What a server costs that does nothing: the Bare service in the callback style of the real one,
// and a raw socket. Prints "listening on GRPC_ADDRESS SOCKET_PORT"; ends with its standard input.

#include <arpa/inet.h>
#include <grpcpp/grpcpp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/benchmark/bare.grpc.pb.h"
#include "tests/benchmark/raw_socket.h"

namespace fluxgate::benchmark {
namespace {

class UpReactor final : public grpc::ServerReadReactor<Payload> {
 public:
  UpReactor() { StartRead(&chunk_); }
  void OnReadDone(bool ok) override {
    if (ok) return StartRead(&chunk_);
    Finish(grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  Payload chunk_;
};

class DownReactor final : public grpc::ServerWriteReactor<Payload> {
 public:
  explicit DownReactor(const DownRequest& request) : left_(request.count()) {
    chunk_.mutable_data()->assign(request.size(), 'x');
    OnWriteDone(true);
  }
  void OnWriteDone(bool ok) override {
    if (!ok || left_-- == 0) return Finish(grpc::Status::OK);
    StartWrite(&chunk_);
  }
  void OnDone() override { delete this; }

 private:
  Payload chunk_;
  uint32_t left_;
};

class Service final : public Bare::CallbackService {
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const Payload* request,
                                 Payload* response) override {
    response->set_data(request->data());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerReadReactor<Payload>* Up(grpc::CallbackServerContext*, Payload*) override {
    return new UpReactor;
  }
  grpc::ServerWriteReactor<Payload>* Down(grpc::CallbackServerContext*,
                                          const DownRequest* request) override {
    return new DownReactor(*request);
  }
};

int Main() {
  Service service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  RawListener listener;
  if (server == nullptr || !listener.ok()) return 1;
  std::thread raw([&] { listener.Serve(); });
  std::printf("listening on 127.0.0.1:%d %d\n", port, listener.port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  listener.Stop();
  raw.join();
  server->Shutdown();
  return 0;
}

}  // namespace
}  // namespace fluxgate::benchmark

int main() { return fluxgate::benchmark::Main(); }
