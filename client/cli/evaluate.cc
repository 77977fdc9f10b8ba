// eval, run: Julia text in, what Julia's prompt prints out.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"

namespace fluxgate::client {
namespace {

void PrintInput(const v1::EvaluateResponse::Input& input) {
  std::fputs(input.output().c_str(), stdout);
  for (const std::string& line : input.show()) std::printf("%s\n", line.c_str());
}

absl::Status Evaluate(Client& client, std::string source, std::string source_name) {
  v1::EvaluateRequest request;
  request.set_source(std::move(source));
  request.set_source_name(std::move(source_name));
  request.set_each_input(true);
  auto response = client.Call(&v1::Workspace::Stub::Evaluate, request);
  if (!response.ok()) return response.status();
  for (const auto& input : response->inputs()) PrintInput(input);
  return absl::OkStatus();
}

std::string ReadAll(std::istream& stream) {
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

absl::Status RunEval(Client& client, const std::vector<std::string>& arguments) {
  return Evaluate(client, arguments[0] == "-" ? ReadAll(std::cin) : arguments[0], "");
}

absl::Status RunFile(Client& client, const std::vector<std::string>& arguments) {
  std::ifstream file(arguments[0], std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", arguments[0]));
  v1::EvaluateRequest request;
  request.set_source(ReadAll(file));
  request.set_source_name(arguments[0]);
  // A script shows nothing but what it prints.
  auto response = client.Call(&v1::Workspace::Stub::Evaluate, request);
  if (!response.ok()) return response.status();
  std::fputs(response->output().c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace fluxgate::client
