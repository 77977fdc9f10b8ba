#ifndef FLUXGATE_ENGINE_DATA_OBSERVATIONS_H_
#define FLUXGATE_ENGINE_DATA_OBSERVATIONS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/value/array.h"
#include "engine/value/value.h"

namespace fluxgate::data {

// A container of observations, as MLUtils' numobs and getobs see it: an array (its last dim counts
// them), a range, a vector of anything, or a tuple or NamedTuple of such.

// DimensionMismatch when the parts disagree, MethodError when there is nothing to count.
absl::StatusOr<int64_t> CountObservations(const Value& data);

// The same structure with only the observations at `indices` (0-based), in that order.
absl::StatusOr<Value> GetObservations(const Value& data, absl::Span<const int64_t> indices);
// One observation: arrays lose their last dim.
absl::StatusOr<Value> GetObservation(const Value& data, int64_t index);

// The arrays of numbers among the parts, in walk order; nothing when some part is of another kind.
struct DenseParts {
  // What an array was when it was read.
  struct Source {
    std::shared_ptr<const Storage> storage;
    uint64_t version;
  };
  bool all_dense = false;
  std::vector<Tensor> arrays;   // ranges as arrays
  std::vector<Source> sources;  // of those that are no ranges

  // Whether nobody has written the data since. REQUIRES: all_dense.
  bool IsCurrent() const;
};
absl::StatusOr<DenseParts> Densify(const Value& data);

// Copies observations of `source` (each a run of elements along its last dim) to `target`.
void Gather(const Tensor& source, absl::Span<const int64_t> indices, std::byte* target);

// "::Tuple{Matrix{Float64}, Vector{Int64}}" without the colons, for display.
std::string TypeText(const Value& data);
// MLUtils' summary of a batch: "2×3 Matrix{Float64}", "(2×3 Matrix{Float64}, …,)".
std::string SummaryText(const Value& data);

}  // namespace fluxgate::data

#endif  // FLUXGATE_ENGINE_DATA_OBSERVATIONS_H_
