#ifndef FLUXGATE_SERVER_WIRE_TRAIN_CODEC_H_
#define FLUXGATE_SERVER_WIRE_TRAIN_CODEC_H_

#include <string>

#include "absl/status/statusor.h"
#include "engine/lang/host.h"
#include "proto/fluxgate/v1/jobs.pb.h"
#include "proto/fluxgate/v1/models.pb.h"
#include "proto/fluxgate/v1/train.pb.h"
#include "server/jobs/job.h"
#include "server/session/training.h"

namespace fluxgate::wire {

// Everything that a Train request names, found and checked: model, loss, optimiser, data. The
// model's state has its loss and optimiser afterwards; nothing else has changed.
absl::StatusOr<session::TrainingSpec> DecodeTraining(session::Visit& visit,
                                                     const v1::TrainRequest& request);
// x and y given in a request, or the dataset it names.
struct Examples {
  Value x, y;  // y may be nothing
};
absl::StatusOr<Examples> DecodeExamples(session::Visit& visit, const v1::Tensor* x,
                                        const v1::Tensor* y, absl::string_view dataset,
                                        absl::string_view dataset_field);
// The optimiser of a request: its text, or its rule; both absent gives nothing.
absl::Status ChooseOptimiser(session::Visit& visit, session::ModelState& state,
                             const std::string& text, const v1::Optimiser* rule);

v1::TrainStarted EncodeStarted(session::Visit& visit, const session::TrainingSpec& spec);
v1::TrainProgress Encode(const session::StepReport& progress);
v1::TrainEpoch Encode(const session::EpochReport& report);
v1::TrainMark Encode(const session::MarkInfo& mark);
// The marks that a job kept and that still exist: the detail of its snapshots, which Describe
// reads.
std::string EncodeMarks(const session::MarkList& marks, const std::string& job);
v1::TrainDone Encode(const session::TrainingReport& report, bool shutting_down);

// ---- A job's events are serialised WatchJobResponses ----
v1::WatchJobResponse DecodeEvent(const jobs::Job::Event& event);

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_TRAIN_CODEC_H_
