#include "server/session/workspace.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/nn/layer.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"
#include "engine/value/struct.h"

namespace fluxgate::session {
namespace {

constexpr size_t kNamesInErrors = 20;

std::string Shortened(std::vector<std::string> names) {
  const size_t count = names.size();
  if (count > kNamesInErrors) names.resize(kNamesInErrors);
  return absl::StrCat(absl::StrJoin(names, ", "), count > kNamesInErrors ? ", ..." : "");
}

absl::Status NoSuchName(Visit& visit, absl::string_view name) {
  const std::vector<std::string> names = visit.interpreter().Names();
  const std::string nearest = NearestName(name, names);
  return absl::NotFoundError(absl::StrCat(
      "no name \"", name.substr(0, 128), "\" in the workspace",
      nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"),
      names.empty() ? "; it is empty" : absl::StrCat("; it holds ", Shortened(names))));
}

std::vector<NamedValue> ListIf(Visit& visit, bool (*wanted)(const Value&)) {
  std::vector<NamedValue> found;
  for (const std::string& name : visit.interpreter().Names()) {
    const Value* value = visit.interpreter().Find(name);
    if (value != nullptr && wanted(*value)) found.push_back({name, *value});
  }
  return found;
}

absl::StatusOr<NamedValue> FindIf(Visit& visit, absl::string_view name, absl::string_view noun,
                                  bool (*wanted)(const Value&)) {
  if (!name.empty()) {
    FG_ASSIGN_OR_RETURN(Value value, Lookup(visit, name));
    if (wanted(value)) return NamedValue{std::string(name), std::move(value)};
    return absl::InvalidArgumentError(absl::StrCat("\"", name.substr(0, 128), "\" is ",
                                                   WithArticle(visit.interpreter().TypeName(value)),
                                                   ", not ", WithArticle(noun)));
  }
  std::vector<NamedValue> all = ListIf(visit, wanted);
  // Two names of one object are one model.
  for (size_t i = 1; i < all.size();) {
    if (all[i].value.IdenticalTo(all[0].value)) {
      all.erase(all.begin() + static_cast<int64_t>(i));
    } else {
      ++i;
    }
  }
  if (all.size() == 1) return std::move(all.front());
  if (all.empty()) return absl::NotFoundError(absl::StrCat("the session has no ", noun));
  std::vector<std::string> names;
  for (const NamedValue& one : all) names.push_back(one.name);
  return absl::InvalidArgumentError(absl::StrCat("the session has ", all.size(), " ", noun,
                                                 "s; name one of ", Shortened(std::move(names))));
}

bool IsName(absl::string_view text) {
  return !text.empty() && !absl::ascii_isdigit(text[0]) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '!' || c == '.' || c >= 0x80;
         });
}

}  // namespace

int64_t CountExamples(const Value& array) {
  const Shape& shape = array.As<Array>()->shape();
  return shape.rank() == 0 ? 1 : shape.dim(shape.rank() - 1);
}

bool CanBeModel(const Value& value) { return value.is(Kind::kStruct) || value.is(Kind::kFunction); }

bool IsModel(const Value& value) {
  if (const auto* structure = value.As<Struct>()) {
    if (optim::IsRule(value) || optim::IsLeaf(value)) return false;
    if (nn::FindLayer(*structure->type) != nullptr) return true;
  } else if (!value.is(Kind::kFunction)) {
    return false;
  }
  absl::StatusOr<std::vector<Leaf>> parameters = Trainables(value);
  return parameters.ok() && !parameters->empty();
}

bool IsDataset(const Value& value) {
  const auto* tuple = value.As<NamedTuple>();
  if (tuple == nullptr) return false;
  const Value* x = tuple->Find("x");
  const Value* y = tuple->Find("y");
  if (x == nullptr || !x->is(Kind::kArray)) return false;
  if (y == nullptr) return tuple->names.size() == 1;
  return tuple->names.size() == 2 && y->is(Kind::kArray) && CountExamples(*x) == CountExamples(*y);
}

int64_t NumExamples(const Value& dataset) {
  return CountExamples(*dataset.As<NamedTuple>()->Find("x"));
}

absl::StatusOr<Value> Lookup(Visit& visit, absl::string_view path) {
  const size_t end = std::min(path.find_first_of(".["), path.size());
  const absl::string_view name = path.substr(0, end);
  const Value* value = visit.interpreter().Find(name);
  if (value == nullptr) return NoSuchName(visit, name);
  absl::string_view rest = path.substr(end);
  if (rest.empty()) return *value;
  if (rest[0] == '.') rest.remove_prefix(1);
  return AtPath(*value, rest);
}

absl::StatusOr<NamedValue> FindModel(Visit& visit, absl::string_view name) {
  return FindIf(visit, name, "model", &IsModel);
}

absl::StatusOr<NamedValue> FindDataset(Visit& visit, absl::string_view name) {
  return FindIf(visit, name, "dataset", &IsDataset);
}

std::vector<NamedValue> ListModels(Visit& visit) { return ListIf(visit, &IsModel); }
std::vector<NamedValue> ListDatasets(Visit& visit) { return ListIf(visit, &IsDataset); }

absl::StatusOr<Value> ValueOf(Visit& visit, absl::string_view source,
                              absl::string_view source_name) {
  return visit.interpreter().Run(std::string(source_name), std::string(source));
}

absl::StatusOr<Value> FunctionOf(Visit& visit, absl::string_view text,
                                 absl::string_view source_name, Sort sort) {
  text = absl::StripAsciiWhitespace(text);
  if (!IsName(text)) return ValueOf(visit, text, source_name);
  if (const Value* value = visit.interpreter().Find(text)) return *value;
  absl::StatusOr<Value> found = visit.interpreter().Resolve(text);
  if (found.ok()) return found;
  // A path into a workspace value, or a name that only Flux knows without its package.
  if (absl::StatusOr<Value> inner = Lookup(visit, text); inner.ok()) return inner;
  absl::StatusOr<Value> qualified =
      visit.interpreter().Resolve(absl::StrCat("Flux.", std::string(text)));
  return qualified.ok() ? qualified : NoSuchFunction(visit, text, sort);
}

absl::StatusOr<std::vector<Value>> ArgumentList(Visit& visit, absl::string_view source) {
  FG_ASSIGN_OR_RETURN(Value all, ValueOf(visit, absl::StrCat("(", source, "\n,)"), "at"));
  if (const auto* tuple = all.As<Tuple>()) return tuple->elements;
  return absl::InvalidArgumentError("arguments separated by commas are expected");
}

absl::StatusOr<Value> CallBuiltin(Visit& visit, absl::string_view name,
                                  absl::Span<const Value> arguments,
                                  const lang::Keywords& keywords) {
  FG_ASSIGN_OR_RETURN(Value f, visit.interpreter().Resolve(name));
  return visit.interpreter().Call(f, arguments, keywords);
}

Value MakeDataset(Value x, Value y) {
  if (y.is_nothing()) return NamedTuple::Of({"x"}, {std::move(x)});
  return NamedTuple::Of({"x", "y"}, {std::move(x), std::move(y)});
}

absl::Status CheckNotTraining(Visit& visit, const std::string& model) {
  const ModelState* state = visit.FindState(model);
  if (state == nullptr || state->job.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("job ", state->job, " trains \"", model, "\"; cancel it or wait for its end"));
}

}  // namespace fluxgate::session
