#include "server/grpc/byte_buffers.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/slice.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fluxgate::rpc {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

uint32_t TagOf(int field) {
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

void WriteLengthPrefix(int field, size_t length, CodedOutputStream& out) {
  out.WriteTag(TagOf(field));
  out.WriteVarint32(static_cast<uint32_t>(length));
}

size_t LengthPrefixSize(int field, size_t length) {
  return CodedOutputStream::VarintSize32(TagOf(field)) +
         CodedOutputStream::VarintSize32(static_cast<uint32_t>(length));
}

}  // namespace

absl::Status ReadMessage(grpc::ByteBuffer& bytes, absl::string_view what,
                         google::protobuf::MessageLite* message) {
  if (grpc::GenericDeserialize<grpc::ProtoBufferReader, google::protobuf::MessageLite>(&bytes,
                                                                                       message)
          .ok()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(what,
                   " cannot be read: the bytes are damaged or cut off, or a text in it is not "
                   "UTF-8"));
}

grpc::ByteBuffer MessageBytes(const google::protobuf::MessageLite& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer ChunkMessage(int field, wire::OutgoingChunk chunk) {
  // Fields may come in any order, so the data can come last, as a slice of their own.
  constexpr int kData = v1::TensorChunk::kDataFieldNumber;
  const size_t data = chunk.data.size();
  const size_t head = chunk.head.ByteSizeLong() + (data > 0 ? LengthPrefixSize(kData, data) : 0);
  std::string begin;
  {
    google::protobuf::io::StringOutputStream stream(&begin);
    CodedOutputStream out(&stream);
    WriteLengthPrefix(field, head + data, out);
    chunk.head.SerializeToCodedStream(&out);
    if (data > 0) WriteLengthPrefix(kData, data, out);
  }
  std::vector<grpc::Slice> slices = {grpc::Slice(begin)};
  if (data > 0) {
    auto kept = std::make_unique<wire::OutgoingChunk>(std::move(chunk));
    char* bytes = const_cast<char*>(kept->data.data());  // gRPC only reads them.
    slices.emplace_back(
        bytes, data, [](void* done) { delete static_cast<wire::OutgoingChunk*>(done); },
        kept.release());
  }
  return grpc::ByteBuffer(slices.data(), slices.size());
}

}  // namespace fluxgate::rpc
