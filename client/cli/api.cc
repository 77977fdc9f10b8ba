#include "client/cli/api.h"

#include <google/protobuf/descriptor.pb.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "client/cli/descriptors.h"

namespace fluxgate::client {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr char kPackage[] = "fluxgate.v1.";

const google::protobuf::FileDescriptorSet& Files() {
  static const auto* files = [] {
    auto* set = new google::protobuf::FileDescriptorSet;
    set->ParseFromArray(DescriptorSet().data(), static_cast<int>(DescriptorSet().size()));
    return set;
  }();
  return *files;
}

// What `find` gives for a name as it is, or inside our package.
template <typename Find>
auto FindByName(absl::string_view name, Find find) {
  const auto* found = find(std::string(name));
  return found != nullptr ? found : find(absl::StrCat(kPackage, name));
}

std::string MethodNames(const ServiceDescriptor& service) {
  std::vector<std::string> names;
  for (int i = 0; i < service.method_count(); ++i) names.push_back(service.method(i)->name());
  return absl::StrJoin(names, ", ");
}

// A descriptor's text as its .proto file has it: names of types without the package, comments with
// one space, no names for JSON.
std::string AsInFile(absl::string_view text) {
  std::string result;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const size_t json_name = line.find(" [json_name = ");
    if (json_name != absl::string_view::npos) {
      const size_t end = line.find(']', json_name);
      absl::StrAppend(&result, line.substr(0, json_name), line.substr(end + 1), "\n");
    } else {
      absl::StrAppend(&result, line, "\n");
    }
  }
  absl::StripTrailingAsciiWhitespace(&result);
  return absl::StrReplaceAll(result, {{"//  ", "// "},
                                      {" .fluxgate.v1.", " "},
                                      {"(.fluxgate.v1.", "("},
                                      {" .google.", " google."},
                                      {"(.google.", "(google."}});
}

}  // namespace

const DescriptorPool& ApiPool() {
  static const auto* pool = [] {
    auto* made = new DescriptorPool;
    // Imports come first in the set.
    for (const auto& file : Files().file()) made->BuildFile(file);
    return made;
  }();
  return *pool;
}

std::vector<const ServiceDescriptor*> ApiServices() {
  std::vector<const ServiceDescriptor*> services;
  for (const auto& file : Files().file()) {
    const auto* built = ApiPool().FindFileByName(file.name());
    for (int i = 0; i < built->service_count(); ++i) services.push_back(built->service(i));
  }
  return services;
}

absl::StatusOr<const ServiceDescriptor*> FindService(absl::string_view name) {
  const auto* service =
      FindByName(name, [](const std::string& full) { return ApiPool().FindServiceByName(full); });
  if (service != nullptr) return service;
  return absl::NotFoundError(absl::StrCat(
      "no service \"", name, "\"; there are ",
      absl::StrJoin(ApiServices(), ", ", [](std::string* out, const ServiceDescriptor* s) {
        absl::StrAppend(out, s->full_name());
      })));
}

absl::StatusOr<const MethodDescriptor*> FindMethod(absl::string_view name) {
  const size_t slash = name.find_last_of("/.");
  if (slash == absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", name, "\" is no method: give SERVICE/METHOD, as Models/Train"));
  }
  auto service = FindService(name.substr(0, slash));
  if (!service.ok()) return service.status();
  const std::string method(name.substr(slash + 1));
  const MethodDescriptor* found = (*service)->FindMethodByName(method);
  if (found != nullptr) return found;
  return absl::NotFoundError(absl::StrCat("no method \"", method, "\" in ", (*service)->full_name(),
                                          "; it has ", MethodNames(**service)));
}

absl::StatusOr<std::string> Describe(absl::string_view name) {
  const std::string dotted = absl::StrReplaceAll(name, {{"/", "."}});
  google::protobuf::DebugStringOptions options;
  options.include_comments = true;
  std::string text;
  const auto describe = [&](auto find) {
    if (!text.empty()) return;
    const auto* found =
        FindByName(dotted, [&](const std::string& full) { return (ApiPool().*find)(full); });
    if (found != nullptr) text = found->DebugStringWithOptions(options);
  };
  describe(&DescriptorPool::FindServiceByName);
  describe(&DescriptorPool::FindMethodByName);
  describe(&DescriptorPool::FindMessageTypeByName);
  describe(&DescriptorPool::FindEnumTypeByName);
  describe(&DescriptorPool::FindFieldByName);
  if (text.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no service, method, message or field \"", name,
                     "\"; `fluxgate call` lists the services, and a service's description names "
                     "its messages"));
  }
  return AsInFile(text);
}

template <typename Descriptor>
std::string FirstSentence(const Descriptor& descriptor) {
  google::protobuf::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return "";
  std::string text = absl::StrReplaceAll(location.leading_comments, {{"\n", " "}});
  absl::StripAsciiWhitespace(&text);
  absl::RemoveExtraAsciiWhitespace(&text);
  const size_t end = text.find(". ");
  if (end != std::string::npos) text.resize(end + 1);
  return text;
}

template std::string FirstSentence(const ServiceDescriptor&);
template std::string FirstSentence(const MethodDescriptor&);

}  // namespace fluxgate::client
