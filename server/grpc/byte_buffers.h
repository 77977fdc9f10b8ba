#ifndef FLUXGATE_SERVER_GRPC_BYTE_BUFFERS_H_
#define FLUXGATE_SERVER_GRPC_BYTE_BUFFERS_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/wire/chunk_codec.h"

// Messages as the bytes that gRPC carries, for the streams of tensors.
namespace fluxgate::rpc {

// INVALID_ARGUMENT saying of `what`, as "the request", that it cannot be read.
absl::Status ReadMessage(grpc::ByteBuffer& bytes, absl::string_view what,
                         google::protobuf::MessageLite* message);

grpc::ByteBuffer MessageBytes(const google::protobuf::MessageLite& message);

// The message that has `chunk` as its field number `field`, and nothing else. The chunk's data are
// not copied: the bytes hold on to the tensor until they are sent.
grpc::ByteBuffer ChunkMessage(int field, wire::OutgoingChunk chunk);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_BYTE_BUFFERS_H_
