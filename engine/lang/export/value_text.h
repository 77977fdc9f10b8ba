#ifndef FLUXGATE_ENGINE_LANG_EXPORT_VALUE_TEXT_H_
#define FLUXGATE_ENGINE_LANG_EXPORT_VALUE_TEXT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {

// Writes values as Julia expressions that make them anew in Flux. The numbers of larger arrays, and
// of all parameters, are not in the text: it reads them as saved["path"], and they are collected
// here under these paths.
//
// An object that has been written before, and remembered, is referred to by where it is, so that
// what was one object is one again: tied parameters, a dataset under two names.
class ValueText {
 public:
  using NamedArray = std::pair<std::string, Tensor>;

  // The machine is asked what names mean, and its host whether to go on.
  explicit ValueText(Machine& machine) : machine_(machine) {}

  // An expression for a value that will be found under `path`, in lines indented by `indent` but
  // for the first. FAILED_PRECONDITION with the reason when there is none; RESOURCE_EXHAUSTED when
  // all text becomes longer than kMaxBytes.
  absl::StatusOr<std::string> Of(const Value& value, const std::string& path, int indent = 0);

  // From now on `path` is the expression of the value, and path + ".field" that of its parts.
  absl::Status Remember(const Value& value, const std::string& path);
  // Objects inside the value to which more than one way leads, inner ones first.
  // FAILED_PRECONDITION for a value that contains itself.
  absl::StatusOr<std::vector<Value>> Shared(const Value& value);

  std::vector<NamedArray> TakeArrays() { return std::move(arrays_); }

  // The text of all methods of a function, without those of its captures.
  static std::vector<std::string> Definitions(const GenericFunction& function);

  static constexpr int64_t kMaxBytes = 16 << 20;

 private:
  struct Part {
    std::string before;  // "name = "
    Value value;
    std::string path;
  };

  // One object deeper, of which `bytes` are written: an error when that is too much.
  absl::Status Enter(size_t bytes);
  absl::StatusOr<std::string> Dispatch(const Value& value, const std::string& path, int indent);
  // open, the parts between commas, close: on one line if they fit.
  absl::StatusOr<std::string> List(absl::string_view open, const std::vector<Part>& parts,
                                   absl::string_view close, int indent);

  // ---- array_text.cc ----
  absl::StatusOr<std::string> ArrayText(const Array& array, const Value& value,
                                        const std::string& path);
  absl::StatusOr<std::string> OneHotText(const Tensor& tensor, const std::string& path);
  // The array as other dims or a part of one that was remembered; empty when there is none.
  std::string SharingText(const Array& array) const;
  absl::StatusOr<std::string> SavedText(Tensor tensor, const std::string& path);

  // ---- value_text.cc ----
  absl::StatusOr<std::string> VectorText(const fluxgate::List& list, const Value& value,
                                         const std::string& path, int indent);
  absl::StatusOr<std::string> DictText(const Dict& dict, const Value& value,
                                       const std::string& path, int indent);
  absl::StatusOr<std::string> SetText(const fluxgate::Set& set, const Value& value,
                                      const std::string& path, int indent);
  absl::StatusOr<std::string> PairText(const Pair& pair, const std::string& path, int indent);
  absl::StatusOr<std::string> TupleText(const Tuple& tuple, const std::string& path, int indent);
  absl::StatusOr<std::string> NamedTupleText(const NamedTuple& tuple, const std::string& path,
                                             int indent);

  // ---- struct_text.cc ----
  absl::StatusOr<std::string> StructText(const Struct& structure, const Value& value,
                                         const std::string& path, int indent);
  absl::StatusOr<std::string> LayerText(const Struct& layer, const std::string& path, int indent);
  absl::StatusOr<std::string> OpaqueText(const Value& value, const std::string& path, int indent);

  // ---- function_text.cc ----
  absl::StatusOr<std::string> FunctionText(const Value& value, const std::string& path, int indent);
  absl::StatusOr<std::string> GenericText(const GenericFunction& function, const Value& value,
                                          const std::string& path, int indent);

  Machine& machine_;
  std::vector<NamedArray> arrays_;
  absl::flat_hash_map<const Object*, std::string> remembered_;
  absl::flat_hash_map<uint64_t, std::string> storages_;  // of remembered whole arrays, by id
  int depth_ = 0;
  int in_struct_ = 0;  // structs around the value that is being written
  int64_t objects_ = 0, bytes_ = 0;
};

// The name by which a function or type of the library is known: "tanh", "Flux.mse".
std::string LibraryName(absl::string_view name);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EXPORT_VALUE_TEXT_H_
