#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "server/grpc/grpc_server.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using Code = grpc::StatusCode;

class UnreadableRequestsTest : public ApiFixture {
 protected:
  grpc::Status Send(const std::string& method, const std::string& bytes) {
    grpc::GenericStub stub(
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()));
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    const grpc::Slice slice(bytes);
    auto reader =
        stub.PrepareUnaryCall(&context, "/" + method, grpc::ByteBuffer(&slice, 1), &queue);
    reader->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    reader->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status;
  }
};

TEST_F(UnreadableRequestsTest, TheyAreInvalidArguments) {
  const std::string not_utf8 = "\x12\x03\xff\xfe\xfd";  // Field 2, a text of three bytes.
  for (const char* method : {"fluxgate.v1.Workspace/Evaluate", "fluxgate.v1.Models/Train"}) {
    for (const std::string& bytes : {not_utf8, std::string("\x12\x7f"), std::string("\xff")}) {
      const grpc::Status status = Send(method, bytes);
      EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT) << method;
      EXPECT_THAT(status.error_message(), ::testing::HasSubstr("UTF-8")) << method;
    }
  }
  EXPECT_EQ(Evaluate("1 + 1").show(0), "2");
}

TEST_F(UnreadableRequestsTest, MethodsThatDoNotExistStayUnimplemented) {
  for (const char* method : {"fluxgate.v1.Workspace/Nope", "nobody.Knows/This"}) {
    EXPECT_EQ(Send(method, "").error_code(), Code::UNIMPLEMENTED) << method;
  }
}

TEST_F(UnreadableRequestsTest, OfAStreamToo) {
  const grpc::Status status = Send("fluxgate.v1.Datasets/PushDataset", "\x12\x01\xff");
  EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace fluxgate::rpc
