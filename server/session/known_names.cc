#include "server/session/known_names.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_message.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/nn/activations.h"
#include "engine/nn/initialisers.h"
#include "engine/nn/losses.h"
#include "engine/optim/update.h"

namespace fluxgate::session {
namespace {

constexpr size_t kNamesInErrors = 20;

absl::string_view NameOf(Sort sort) {
  switch (sort) {
    case Sort::kFunction:
      return "function";
    case Sort::kLoss:
      return "loss";
    case Sort::kMetric:
      return "metric";
    case Sort::kActivation:
      return "activation";
    case Sort::kInitialiser:
      return "initialiser";
    case Sort::kOptimiser:
      return "optimiser";
  }
  return "function";
}

// Empty for any function: there are hundreds.
std::vector<std::string> BuiltIn(Sort sort) {
  std::vector<nn::Function> rows;
  std::vector<std::string> names;
  switch (sort) {
    case Sort::kFunction:
      return {};
    case Sort::kMetric:
      names.push_back("accuracy");
      [[fallthrough]];
    case Sort::kLoss:
      rows = nn::LossRows();
      break;
    case Sort::kActivation:
      rows = nn::ActivationRows();
      break;
    case Sort::kInitialiser:
      rows = nn::InitialiserRows();
      break;
    case Sort::kOptimiser:
      // Rules are the functions with capitals.
      for (const nn::Function& function : optim::Functions()) {
        if (absl::ascii_isupper(function.name[0])) rows.push_back(function);
      }
      break;
  }
  for (const nn::Function& row : rows) names.emplace_back(row.name);
  return names;
}

std::vector<std::string> FunctionsOfWorkspace(Visit& visit) {
  std::vector<std::string> names;
  for (std::string& name : visit.interpreter().Names()) {
    const Value* value = visit.interpreter().Find(name);
    const bool callable =
        value != nullptr && (value->is(Kind::kFunction) || value->is(Kind::kStruct));
    if (callable) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

std::string BuiltInNames(Sort sort) { return absl::StrJoin(BuiltIn(sort), ", "); }

absl::Status NoSuchFunction(Visit& visit, absl::string_view name, Sort sort) {
  std::string message =
      absl::StrCat("there is no ", NameOf(sort), " \"", name.substr(0, 128), "\"");
  std::vector<std::string> mine = FunctionsOfWorkspace(visit);
  std::vector<std::string> all = BuiltIn(sort);
  all.insert(all.end(), mine.begin(), mine.end());
  std::string nearest = NearestName(name, all);
  if (nearest.empty()) {
    // The language knows more names than those of the sort.
    const std::string other = visit.interpreter().Suggestion(name);
    if (!other.empty()) absl::StrAppend(&message, "; did you mean `", other, "`?");
  } else {
    absl::StrAppend(&message, "; did you mean \"", nearest, "\"?");
  }
  if (sort != Sort::kFunction) absl::StrAppend(&message, "; built in are ", BuiltInNames(sort));
  const bool cut = mine.size() > kNamesInErrors;
  if (cut) mine.resize(kNamesInErrors);
  absl::StrAppend(&message, "; functions of the workspace: ",
                  mine.empty() ? "none" : absl::StrJoin(mine, ", "), cut ? ", ..." : "");
  return absl::NotFoundError(message);
}

absl::Status Hinted(const absl::Status& status, absl::string_view hint) {
  return WithMessage(status, absl::StrCat(status.message(), hint));
}

std::string WithArticle(absl::string_view noun) {
  const bool vowel = !noun.empty() && absl::string_view("AEIOaeio").find(noun[0]) != noun.npos;
  return absl::StrCat(vowel ? "an " : "a ", noun);
}

std::string Counted(int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

}  // namespace fluxgate::session
