#include "client/cli/generic_call.h"

#include <grpcpp/generic/generic_stub.h>

#include "absl/strings/str_cat.h"

namespace fluxgate::client {
namespace {

// What the completion queue says is over.
enum Event : intptr_t { kStarted = 1, kWritten, kRead, kFinished };
void* Tag(Event event) { return reinterpret_cast<void*>(event); }

grpc::ByteBuffer Bytes(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

bool Parse(const grpc::ByteBuffer& buffer, google::protobuf::Message& message) {
  grpc::Slice slice;
  return buffer.DumpToSingleSlice(&slice).ok() &&
         message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
}

}  // namespace

absl::Status CallMethod(
    Client& client, const google::protobuf::MethodDescriptor& method,
    const std::vector<MessagePtr>& requests,
    const std::function<absl::Status(const google::protobuf::Message& response)>& on_response) {
  grpc::GenericStub stub(client.channel());
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  // On the wire every call is a stream both ways; most have one message in it.
  auto call = stub.PrepareCall(
      &context, absl::StrCat("/", method.service()->full_name(), "/", method.name()), &queue);
  grpc::ByteBuffer received;
  grpc::Status result;
  absl::Status failure;
  size_t written = 0;
  const auto write_next = [&] {
    if (written < requests.size()) {
      call->Write(Bytes(*requests[written++]), Tag(kWritten));
    } else if (written++ == requests.size()) {
      call->WritesDone(Tag(kWritten));
    }
  };

  call->StartCall(Tag(kStarted));
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
    switch (static_cast<Event>(reinterpret_cast<intptr_t>(tag))) {
      case kStarted:
        if (ok) write_next();
        call->Read(&received, Tag(kRead));
        break;
      case kWritten:
        if (ok) write_next();
        break;
      case kRead: {
        if (!ok) {
          call->Finish(&result, Tag(kFinished));
          break;
        }
        const MessagePtr response = NewMessage(*method.output_type());
        if (failure.ok()) {
          failure = Parse(received, *response)
                        ? on_response(*response)
                        : absl::InternalError(
                              absl::StrCat("the answer is no ", method.output_type()->full_name()));
        }
        if (!failure.ok()) context.TryCancel();
        call->Read(&received, Tag(kRead));
        break;
      }
      case kFinished:
        queue.Shutdown();
        break;
    }
  }
  return failure.ok() ? ToStatus(result) : failure;
}

}  // namespace fluxgate::client
