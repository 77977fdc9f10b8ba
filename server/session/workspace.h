#ifndef FLUXGATE_SERVER_SESSION_WORKSPACE_H_
#define FLUXGATE_SERVER_SESSION_WORKSPACE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/value/value.h"
#include "server/session/known_names.h"
#include "server/session/session.h"

namespace fluxgate::session {

struct NamedValue {
  std::string name;
  Value value;
};

// Something with trainable arrays that can be called: a layer, a user's struct, a closure, a
// composition.
bool IsModel(const Value& value);
// What DefineModel takes: any function too.
bool CanBeModel(const Value& value);
// A named tuple of an array x, perhaps an array y with as many examples, and nothing else.
bool IsDataset(const Value& value);
// Examples of an array: its last dim; a number is one.
int64_t CountExamples(const Value& array);
// Examples of a dataset: the last dim of x; a vector is one example per element.
int64_t NumExamples(const Value& dataset);

// The value of a workspace name or of a path into it: "x", "train.x", "model.layers[1].weight".
// NOT_FOUND suggests the nearest name.
absl::StatusOr<Value> Lookup(Visit& visit, absl::string_view path);

// The model or dataset of that name, or the only one when `name` is empty.
absl::StatusOr<NamedValue> FindModel(Visit& visit, absl::string_view name);
absl::StatusOr<NamedValue> FindDataset(Visit& visit, absl::string_view name);
std::vector<NamedValue> ListModels(Visit& visit);
std::vector<NamedValue> ListDatasets(Visit& visit);

// The value of a text. Errors name it `source_name`.
absl::StatusOr<Value> ValueOf(Visit& visit, absl::string_view source,
                              absl::string_view source_name);
// The function that a client names: a workspace name, a built-in one, or Julia text of one. `sort`
// says which names an error lists.
absl::StatusOr<Value> FunctionOf(Visit& visit, absl::string_view text,
                                 absl::string_view source_name, Sort sort = Sort::kFunction);
// The values of an argument list: "1, [2, 3]".
absl::StatusOr<std::vector<Value>> ArgumentList(Visit& visit, absl::string_view source);
// A call of the built-in function of that name.
absl::StatusOr<Value> CallBuiltin(Visit& visit, absl::string_view name,
                                  absl::Span<const Value> arguments,
                                  const lang::Keywords& keywords = {});
// The dataset as a value of the workspace; `y` may be nothing.
Value MakeDataset(Value x, Value y);
// FAILED_PRECONDITION naming the job that trains this model now.
absl::Status CheckNotTraining(Visit& visit, const std::string& model);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_WORKSPACE_H_
