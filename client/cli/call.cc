// call, describe: the API itself, method by method, as JSON.

#include <cstdio>
#include <iostream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/api.h"
#include "client/cli/commands.h"
#include "client/cli/generic_call.h"
#include "client/cli/json_messages.h"

namespace fluxgate::client {
namespace {

void PrintEntry(const std::string& name, const std::string& about) {
  std::printf("%s\n",
              about.empty() ? name.c_str() : absl::StrFormat("%-44s%s", name, about).c_str());
}

absl::Status ListServices() {
  for (const auto* service : ApiServices()) {
    PrintEntry(service->full_name(), FirstSentence(*service));
  }
  return absl::OkStatus();
}

absl::Status ListMethods(const google::protobuf::ServiceDescriptor& service) {
  for (int i = 0; i < service.method_count(); ++i) {
    const auto& method = *service.method(i);
    PrintEntry(absl::StrCat(service.full_name(), "/", method.name()), FirstSentence(method));
  }
  return absl::OkStatus();
}

// A request that leaves out its session means that of --session, as with every other command.
void FillInSession(const std::string& session, google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("session");
  if (session.empty() || field == nullptr) return;
  const auto* reflection = request.GetReflection();
  if (reflection->GetString(request, field).empty()) {
    reflection->SetString(&request, field, session);
  }
}

}  // namespace

absl::Status RunCall(Client& client, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return ListServices();
  if (arguments.size() == 1 && FindService(arguments[0]).ok()) {
    return ListMethods(**FindService(arguments[0]));
  }
  const auto method = FindMethod(arguments[0]);
  if (!method.ok()) return method.status();
  std::string json = arguments.size() > 1 ? arguments[1] : "{}";
  if (json == "-") json.assign(std::istreambuf_iterator<char>(std::cin), {});
  const auto requests = MessagesFromJson(*(*method)->input_type(), json);
  if (!requests.ok()) return requests.status();
  if (!(*method)->client_streaming() && requests->size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat((*method)->full_name(), " takes one JSON object, not ", requests->size()));
  }
  if (!requests->empty()) FillInSession(client.options().session, *requests->front());
  return WithDetailsAsJson(
      CallMethod(client, **method, *requests, [](const google::protobuf::Message& response) {
        const absl::StatusOr<std::string> text = ToJson(response);
        if (!text.ok()) return text.status();
        std::printf("%s\n", text->c_str());
        std::fflush(stdout);
        return absl::OkStatus();
      }));
}

absl::Status RunDescribe(Client& /*client*/, const std::vector<std::string>& arguments) {
  const absl::StatusOr<std::string> text = Describe(arguments[0]);
  if (!text.ok()) return text.status();
  std::printf("%s\n", text->c_str());
  return absl::OkStatus();
}

}  // namespace fluxgate::client
