// Every wrong request of the tables: the right code, what is to blame, what would have been right,
// and a session that is bit for bit as before.

#include <gmock/gmock.h>
#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "proto/fluxgate/v1/error.pb.h"
#include "server/grpc/grpc_server.h"
#include "tests/server/grpc/api_fixture.h"
#include "tests/server/grpc/wrong_requests/wrong_request.h"

namespace fluxgate::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;

const MethodDescriptor* MethodOf(const std::string& rpc) {
  const MethodDescriptor* method = DescriptorPool::generated_pool()->FindMethodByName(
      absl::StrCat("fluxgate.v1.", absl::StrReplaceAll(rpc, {{"/", "."}})));
  EXPECT_NE(method, nullptr) << rpc;
  return method;
}

// The bytes of a message that is given as JSON or as bytes.
std::string BytesOf(const MethodDescriptor& method, const std::string& message) {
  if (!absl::StartsWith(message, "{")) return message;
  std::unique_ptr<google::protobuf::Message> request(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(method.input_type())
          ->New());
  const auto status = google::protobuf::util::JsonStringToMessage(message, request.get());
  EXPECT_TRUE(status.ok()) << message.substr(0, 1000) << ": " << status.ToString();
  return request->SerializeAsString();
}

// What an error blames, as WrongRequest::where.
std::string WhereOf(const grpc::Status& status, bool with_place) {
  google::rpc::Status rich;
  rich.ParseFromString(status.error_details());
  std::string field, place;
  for (const auto& detail : rich.details()) {
    google::rpc::BadRequest bad;
    v1::SourceDiagnostic text;
    if (detail.UnpackTo(&bad)) field = bad.field_violations(0).field();
    if (detail.UnpackTo(&text)) {
      place = with_place ? absl::StrCat("@", text.line(), ":", text.column()) : "@";
    }
  }
  return field + place;
}

class WrongRequestsTest : public ApiFixture, public ::testing::WithParamInterface<WrongRequest> {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    channel_ = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
    SetUpSession();
  }

  void SetUpSession() {
    Good(*sessions_, &v1::Sessions::Stub::CreateSession, R"({"name": "other"})");
    Evaluate(
        "using Random; Random.seed!(7);"
        "m = Dense(Float32[1 2]); net = Chain(Dense(2 => 3, tanh), Dense(3 => 1));"
        "d = (x = Float32[1 2 3 4; 5 6 7 8], y = Float32[1 2 3 4]);"
        "wide = (x = ones(Float32, 3, 4),); v = [1.5, 2.5]; s = \"text\";"
        "f(x) = 3x^2; g(x) = g(x + 1);");
    Good(*workspace_, &v1::Workspace::Stub::SetValue,
         R"({"name": "kept", "text": "by request id", "requestId": "made"})");
    std::vector<v1::TrainEvent> events;
    ASSERT_TRUE(
        Train(R"j({"model": "m", "data": "d", "optimiser": "Adam(0.1)", "epochs": 2})j", &events)
            .ok());
    Good(*models_, &v1::Models::Stub::ForwardBackward,
         R"({"model": "m", "x": {"ref": "d.x"}, "y": {"ref": "d.y"}, "seq": 1})");
  }

  // Everything of the session that can be seen from outside, and then what the next update and the
  // next random numbers are: so it ends the session as it was.
  std::vector<std::string> Digest() {
    std::vector<std::string> lines;
    const auto add = [&](const google::protobuf::Message& message) {
      lines.push_back(message.ShortDebugString());
    };
    const auto names = Good(*workspace_, &v1::Workspace::Stub::ListNames, "{}");
    add(names);
    for (const auto& name : names.names()) {
      add(Good(*workspace_, &v1::Workspace::Stub::GetValue, JsonOf("name", name.name())));
    }
    add(Good(*models_, &v1::Models::Stub::ListModels, "{}"));
    for (const char* model : {"m", "net"}) {
      lines.push_back(Stream("Models/GetParameters", JsonOf("model", model)));
    }
    add(Good(*datasets_, &v1::Datasets::Stub::ListDatasets, "{}"));
    for (const char* name : {"d", "wide"}) {
      lines.push_back(Stream("Datasets/PullDataset", JsonOf("name", name)));
    }
    auto jobs = Good(*jobs_, &v1::Jobs::Stub::ListJobs, "{}");
    for (v1::Job& job : *jobs.mutable_jobs()) {
      lines.push_back(absl::StrCat(job.id(), " ", job.state(), " ", job.last_event()));
    }
    auto sessions = Good(*sessions_, &v1::Sessions::Stub::ListSessions, "{}");
    for (const v1::Session& session : sessions.sessions()) {
      lines.push_back(absl::StrCat(session.name(), ": ", session.names(), " names, ",
                                   session.active_jobs(), " jobs"));
    }
    add(Good(*models_, &v1::Models::Stub::OptimStep, R"({"model": "m"})"));
    add(Evaluate("rand(Float32, 4)"));
    return lines;
  }

  // The messages of a stream from the server as text, and none of their bytes that would not print.
  std::string Stream(const std::string& rpc, const std::string& json) {
    std::vector<std::string> answers;
    const grpc::Status status = Send({"", rpc, {json}, absl::StatusCode::kOk, "", ""}, &answers);
    EXPECT_TRUE(status.ok()) << rpc << json << status.error_message();
    return absl::CEscape(absl::StrJoin(answers, "\n"));
  }

  // Sends a row over the wire, whatever its RPC streams.
  grpc::Status Send(const WrongRequest& row, std::vector<std::string>* answers) {
    const MethodDescriptor* method = MethodOf(row.rpc);
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const auto wait = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      EXPECT_TRUE(queue.Next(&tag, &ok));
      return ok;
    };
    auto call = stub.PrepareCall(&context, "/fluxgate.v1." + row.rpc, &queue);
    call->StartCall(nullptr);
    bool open = wait();
    for (const std::string& message : row.messages) {
      const grpc::Slice slice(BytesOf(*method, message));
      if (!open) break;
      call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
      open = wait();
    }
    if (open) {
      call->WritesDone(nullptr);
      wait();
    }
    for (grpc::ByteBuffer answer; call->Read(&answer, nullptr), wait();) {
      grpc::Slice slice;
      EXPECT_TRUE(answer.DumpToSingleSlice(&slice).ok());
      answers->emplace_back(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    grpc::Status status;
    call->Finish(&status, nullptr);
    wait();
    queue.Shutdown();
    return status;
  }

  std::shared_ptr<grpc::Channel> channel_;
};

TEST_P(WrongRequestsTest, IsRefusedAndLeavesTheSessionAsItWas) {
  const WrongRequest& row = GetParam();
  static const std::vector<std::string>* untouched = nullptr;
  if (untouched == nullptr) {
    untouched = new std::vector<std::string>(Digest());
    SetUp();
  }
  std::vector<std::string> answers;
  const grpc::Status status = Send(row, &answers);
  const bool with_place = !absl::EndsWith(row.where, "@");
  EXPECT_EQ(static_cast<absl::StatusCode>(status.error_code()), row.code);
  EXPECT_EQ(WhereOf(status, with_place), row.where);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr(row.says));
  EXPECT_TRUE(answers.empty());
  if (HasFailure()) std::cerr << "the message was: " << status.error_message() << "\n";
  const std::vector<std::string> digest = Digest();
  ASSERT_EQ(digest.size(), untouched->size());
  for (size_t i = 0; i < digest.size(); ++i) EXPECT_EQ(digest[i], (*untouched)[i]);
}

std::vector<WrongRequest> AllRequests() {
  std::vector<WrongRequest> all;
  for (auto rows : {SessionRequests(), TextRequests(), WorkspaceRequests(), TensorRequests(),
                    ModelRequests(), TrainingRequests(), DatasetRequests(), JobRequests()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, WrongRequestsTest, ::testing::ValuesIn(AllRequests()),
                         [](const auto& row) {
                           const std::vector<std::string> rpc = absl::StrSplit(row.param.rpc, '/');
                           return absl::StrCat(rpc[1], "_", row.param.name);
                         });

TEST(WrongRequestsTableTest, HasEveryRpc) {
  std::set<std::string> seen;
  for (const WrongRequest& row : AllRequests()) seen.insert(row.rpc);
  for (const char* name : {"Sessions", "Workspace", "Models", "Datasets", "Jobs", "Server"}) {
    const auto* service =
        DescriptorPool::generated_pool()->FindServiceByName(absl::StrCat("fluxgate.v1.", name));
    for (int i = 0; i < service->method_count(); ++i) {
      EXPECT_TRUE(seen.contains(absl::StrCat(name, "/", service->method(i)->name())))
          << service->method(i)->full_name();
    }
  }
}

}  // namespace

std::string WireField(int number, const std::string& bytes) {
  std::string wire;
  {
    google::protobuf::io::StringOutputStream out(&wire);
    google::protobuf::io::CodedOutputStream coded(&out);
    coded.WriteTag(static_cast<uint32_t>(number) << 3 | 2);
    coded.WriteVarint32(static_cast<uint32_t>(bytes.size()));
    coded.WriteString(bytes);
  }
  return wire;
}

}  // namespace fluxgate::rpc
