#ifndef FLUXGATE_ENGINE_NN_CONTEXT_H_
#define FLUXGATE_ENGINE_NN_CONTEXT_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/value/ops.h"
#include "engine/value/value.h"

namespace fluxgate::nn {

// What a layer, an initialiser or a loss may ask of whoever runs it. The language implements it.
class Context {
 public:
  virtual ~Context() = default;
  virtual Ops& ops() = 0;
  // Calls any callable value: an activation, an inner layer, a user's function.
  virtual absl::StatusOr<Value> Call(const Value& f, absl::Span<const Value> arguments) = 0;
  // The same for a layer that another one holds, in `field`, or at `index` (from 0) of the layers
  // there when it is not negative: whoever explains an error later can then say in which.
  virtual absl::StatusOr<Value> CallPart(absl::string_view field, int index, const Value& part,
                                         absl::Span<const Value> inputs) {
    return Call(part, inputs);
  }
  // f.(arguments...): elementwise over arrays and numbers, with Julia's broadcasting.
  virtual absl::StatusOr<Value> Broadcast(const Value& f, absl::Span<const Value> arguments) = 0;
  // Train mode: inside a gradient or train!, unless a layer says otherwise.
  virtual bool training() const = 0;
  // Random numbers in the session's sequence (Julia's default RNG): dtype Float32 or Float64.
  // Inside a trace they become draws of the trace's key, outside they are computed at once.
  virtual absl::StatusOr<Value> Random(DType dtype, Shape shape,
                                       ir::RandomAttr::Distribution distribution) = 0;
};

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_CONTEXT_H_
