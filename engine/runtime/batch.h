#ifndef FLUXGATE_ENGINE_RUNTIME_BATCH_H_
#define FLUXGATE_ENGINE_RUNTIME_BATCH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/value/value.h"

namespace fluxgate {

// The arrays of a batch, in walk order, and what else a staged loss depends on.
struct Batch {
  Value value;
  std::vector<Tensor> arrays;
  // Equal for batches that one staging serves: dtypes and shapes of the arrays, and everything that
  // is not an array by its value or identity.
  std::string signature;
};

absl::StatusOr<Batch> ReadBatch(Value value);

// `like` with its arrays replaced by new ones.
absl::StatusOr<Value> WithArrays(const Value& like, absl::Span<const Tensor> arrays);

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_RUNTIME_BATCH_H_
