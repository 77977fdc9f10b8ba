#ifndef FLUXGATE_ENGINE_LANG_WORKSPACE_COPY_H_
#define FLUXGATE_ENGINE_LANG_WORKSPACE_COPY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "engine/lang/interpreter.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

class ValueCopier;

// A copy of one value with all that it reaches, as WorkspaceCopy makes them, in the current heap.
absl::StatusOr<Value> CopyOf(const Value& value);

// Copies a workspace into another, so that nothing that one of them does from then on is seen in
// the other. What was one object is one object in the copy: names of one array, tied parameters,
// views, variables that closures share, values that contain themselves. The bytes of arrays are
// shared until one side writes them.
class WorkspaceCopy {
 public:
  // `to` has evaluated nothing yet. Both outlive the object; neither evaluates meanwhile.
  WorkspaceCopy(Interpreter& from, Interpreter& to);
  ~WorkspaceCopy();

  // All names and definitions. FAILED_PRECONDITION naming the first one that cannot be copied: a
  // function or lazy value that the library made around others. `to` is good for nothing then.
  absl::Status CopyNames();
  // The copy of a value; what CopyNames copied has that copy.
  absl::StatusOr<Value> Copy(const Value& value);

 private:
  Interpreter& from_;
  Interpreter& to_;
  const std::unique_ptr<ValueCopier> copier_;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_WORKSPACE_COPY_H_
