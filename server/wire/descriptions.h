#ifndef FLUXGATE_SERVER_WIRE_DESCRIPTIONS_H_
#define FLUXGATE_SERVER_WIRE_DESCRIPTIONS_H_

#include "absl/status/status.h"
#include "engine/compile/plan_summary.h"
#include "proto/fluxgate/v1/datasets.pb.h"
#include "proto/fluxgate/v1/jobs.pb.h"
#include "proto/fluxgate/v1/models.pb.h"
#include "proto/fluxgate/v1/sessions.pb.h"
#include "proto/fluxgate/v1/workspace.pb.h"
#include "server/jobs/job.h"
#include "server/jobs/job_table.h"
#include "server/session/derivatives.h"
#include "server/session/session.h"
#include "server/session/session_registry.h"
#include "server/session/workspace.h"

// How answers describe what the server holds.
namespace fluxgate::wire {

void Describe(const session::Session& session, const session::SessionRegistry& registry,
              const jobs::JobTable& jobs, v1::Session* message);
absl::Status Describe(session::Visit& visit, const session::NamedValue& model, v1::Model* message);
absl::Status DescribeDataset(session::Visit& visit, const session::NamedValue& dataset,
                             v1::Dataset* message);
void Describe(const jobs::Job::Snapshot& job, v1::Job* message);

// Paths, dtypes and dims of a model's parameters, and their sums.
absl::Status DescribeParameters(const Value& model,
                                google::protobuf::RepeatedPtrField<v1::NamedTensor>* parameters,
                                uint64_t* count, uint64_t* bytes);
void EncodePlan(const compile::PlanSummary& plan, v1::CheckResponse::Plan* message);
// Paths and numbers.
void Encode(const session::NamedTensors& tensors,
            google::protobuf::RepeatedPtrField<v1::NamedTensor>* messages);

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_DESCRIPTIONS_H_
