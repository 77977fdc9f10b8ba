#ifndef FLUXGATE_SERVER_SESSION_BATCHES_H_
#define FLUXGATE_SERVER_SESSION_BATCHES_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/data/loader.h"
#include "engine/lang/host.h"
#include "engine/value/value.h"
#include "server/session/marks.h"
#include "server/session/session.h"

namespace fluxgate::session {

// How typed training cuts its data: as Flux.DataLoader((x, y); batchsize, shuffle, partial) does.
struct BatchOptions {
  int64_t batch_size = 0;  // 0: all examples
  bool shuffle = false;
  bool partial = true;
};

// Steps of one epoch over `examples`.
int64_t StepsPerEpoch(int64_t examples, const BatchOptions& options);

// Makes the batches of each epoch: tuples of x and, unless it is nothing, y. Arrays are cut along
// their last dimension.
using StartEpoch = std::function<absl::StatusOr<std::unique_ptr<TrainRequest::Epoch>>()>;
struct Batches {
  StartEpoch start_epoch;
  std::shared_ptr<const data::DataLoader> loader;  // that cuts them
};
// `order` is that of an earlier training to go on with; null: one of its own.
absl::StatusOr<Batches> CutBatches(Visit& visit, const Value& x, const Value& y,
                                   const BatchOptions& options, const BatchOrder* order);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_BATCHES_H_
