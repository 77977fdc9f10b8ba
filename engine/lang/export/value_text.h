#ifndef FLUXGATE_ENGINE_LANG_EXPORT_VALUE_TEXT_H_
#define FLUXGATE_ENGINE_LANG_EXPORT_VALUE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/base/memory_charge.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/export/script_names.h"
#include "engine/lang/export/sharing.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {

// Writes values as Julia expressions that make them anew in Flux. The numbers of larger arrays, and
// of all parameters, are not in the text: it reads them as saved["path"], and they are collected
// here under these names.
//
// What was one object is one again (tied parameters, a dataset under two names, an array and its
// view): an object to which more ways lead is written once, and is known afterwards by where it is,
// `train.x`, or by a name of the script's own, for which a statement goes before the expression.
class ValueText {
 public:
  using NamedArray = std::pair<std::string, Tensor>;

  // The machine is asked what names mean, and its host whether to go on.
  ValueText(Machine& machine, ScriptNames& names);

  // Says which values are going to be written, before the first one is.
  absl::Status Announce(const Value& value);
  // The expression for the value of `name`, which is known by that name from now on.
  // FAILED_PRECONDITION with the reason when there is none; RESOURCE_EXHAUSTED when all text
  // becomes longer than kMaxBytes.
  absl::StatusOr<std::string> Define(const std::string& name, const Value& value);
  // An expression to stand inside of others, in lines indented by `indent` but for the first.
  // `path` leads to the value in the end, or is empty.
  absl::StatusOr<std::string> Of(const Value& value, const std::string& path, int indent = 0);

  // Statements that must stand before what was written since the last call.
  std::vector<std::string> TakeStatements() { return std::exchange(statements_, {}); }
  std::vector<NamedArray> TakeArrays() { return std::move(arrays_); }
  // What the script calls the file of arrays.
  const std::string& saved() const { return saved_; }

  // The text of all methods of a function, without what they captured.
  static std::vector<std::string> Definitions(const GenericFunction& function);

  static constexpr int64_t kMaxBytes = 16 << 20;

 private:
  struct Part {
    std::string before;  // "name = "
    Value value;
    std::string path;
  };
  // The paths of parts of what `path` leads to; empty where that is.
  static std::string FieldPath(const std::string& path, absl::string_view field);
  static std::string ElementPath(const std::string& path, size_t i);  // i from 0
  static std::vector<Part> Elements(const std::vector<Value>& elements, const std::string& path);
  static std::vector<Part> Fields(const NamedTuple& tuple, const std::string& path);
  // Not a part of its storage, nor under other dims.
  static bool IsWhole(const Array& array);

  // So many more bytes of text: an error when that is too much, or when the writing must end.
  absl::Status Grow(size_t bytes);
  absl::Status Pause() { return Grow(0); }
  // The text, once it has been counted.
  absl::StatusOr<std::string> Counted(std::string text);
  // A statement that gives the value a name of the script's own: that name.
  absl::StatusOr<std::string> Hoist(const Value& value, const std::string& wish);
  // From now on `path` leads to the value, and path + ".field" to its parts.
  void Remember(const Value& value, const std::string& path, int depth = 0);
  absl::StatusOr<std::string> Dispatch(const Value& value, const std::string& path, int indent);
  // open, the parts between commas, close: on one line if they fit.
  absl::StatusOr<std::string> List(absl::string_view open, const std::vector<Part>& parts,
                                   absl::string_view close, int indent);

  // ---- array_text.cc ----
  absl::StatusOr<std::string> ArrayText(const Array& array, const Value& value,
                                        const std::string& path);
  absl::StatusOr<std::string> OneHotText(const Tensor& tensor, const std::string& path);
  // The array as other dims, or as a part, of one that is known.
  std::string SharingText(const Array& array, const std::string& known) const;
  absl::StatusOr<std::string> SavedText(Tensor tensor, const std::string& path);

  // ---- container_text.cc ----
  static std::string RangeText(const Range& range, const Value& value);
  absl::StatusOr<std::string> VectorText(const fluxgate::List& list, const Value& value,
                                         const std::string& path, int indent);
  absl::StatusOr<std::string> DictText(const Dict& dict, const Value& value, int indent);
  absl::StatusOr<std::string> SetText(const fluxgate::Set& set, const Value& value, int indent);
  absl::StatusOr<std::string> PairText(const Pair& pair, const std::string& path, int indent);
  absl::StatusOr<std::string> TupleText(const Tuple& tuple, const std::string& path, int indent);
  absl::StatusOr<std::string> NamedTupleText(const NamedTuple& tuple, const std::string& path,
                                             int indent);

  // ---- struct_text.cc ----
  absl::StatusOr<std::string> TypeText(const Type& type) const;
  absl::StatusOr<std::string> StructText(const Struct& structure, const Value& value,
                                         const std::string& path, int indent);
  absl::StatusOr<std::string> InstanceText(const Struct& structure, const Value& value,
                                           const std::string& path, int indent);
  absl::StatusOr<std::string> LayerText(const Struct& layer, const std::string& path, int indent);
  absl::StatusOr<std::string> RuleText(const Struct& rule, int indent);
  absl::StatusOr<std::string> OpaqueText(const Value& value, const std::string& path, int indent);

  // ---- function_text.cc ----
  absl::StatusOr<std::string> FunctionText(const Value& value, int indent);
  absl::StatusOr<std::string> GenericText(const GenericFunction& function, const Value& value,
                                          int indent);
  // Of a captured variable's value, inside of a let that binds all of `captures`.
  absl::StatusOr<std::string> CapturedText(
      const Value& value, const std::vector<std::pair<std::string, BoxPtr>>& captures);

  Machine& machine_;
  ScriptNames& names_;
  const std::string saved_;
  std::vector<std::string> statements_;
  std::vector<NamedArray> arrays_;
  absl::flat_hash_set<std::string> array_names_;
  Sharing everywhere_, here_;  // among all that was announced, in the value that is being written
  absl::flat_hash_map<const Object*, std::string> known_;      // by expression
  absl::flat_hash_map<uint64_t, std::string> known_storages_;  // of whole arrays, by id
  std::vector<Value> hoisted_;        // kept, since objects go by their addresses
  const Object* defining_ = nullptr;  // has a name already, or is about to get one
  int depth_ = 0;
  int in_struct_ = 0;  // structs around the value that is being written
  int64_t steps_ = 0, bytes_ = 0;
  MemoryCharge charge_{0};
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EXPORT_VALUE_TEXT_H_
