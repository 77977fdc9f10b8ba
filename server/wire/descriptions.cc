#include "server/wire/descriptions.h"

#include <chrono>

#include "absl/types/optional.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"
#include "engine/value/struct.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/tensor_codec.h"
#include "server/wire/text.h"

namespace fluxgate::wire {
namespace {

// Of a plan in an answer.
constexpr int kMaxKernels = 1000;
constexpr int kMaxOps = 64;  // of a kernel

v1::Job::State ToProto(jobs::JobState state) {
  switch (state) {
    case jobs::JobState::kQueued:
      return v1::Job::QUEUED;
    case jobs::JobState::kRunning:
      return v1::Job::RUNNING;
    case jobs::JobState::kCancelling:
      return v1::Job::CANCELLING;
    case jobs::JobState::kSucceeded:
      return v1::Job::SUCCEEDED;
    case jobs::JobState::kFailed:
      return v1::Job::FAILED;
    case jobs::JobState::kCancelled:
      return v1::Job::CANCELLED;
  }
  return v1::Job::STATE_UNSPECIFIED;
}

// dtype and dims, and the numbers of a small one.
absl::Status DescribeArray(const Value& value, v1::Tensor* message) {
  FG_ASSIGN_OR_RETURN(Tensor tensor, session::TensorOf(value));
  EncodeTensor(tensor, 0, message);
  return absl::OkStatus();
}

}  // namespace

void Describe(const session::Session& session, const session::SessionRegistry& registry,
              const jobs::JobTable& jobs, v1::Session* message) {
  message->set_name(session.name());
  message->set_device(session.device());
  *message->mutable_create_time() = ToProto(session.created());
  if (const auto expires = registry.ExpiryTime(session)) {
    *message->mutable_expire_time() = ToProto(*expires);
  }
  if (const auto& time_to_live = session.time_to_live()) {
    *message->mutable_time_to_live() = ToProto(*time_to_live);
  }
  message->set_memory_used_bytes(static_cast<uint64_t>(session.budget()->used()));
  message->set_memory_limit_bytes(static_cast<uint64_t>(session.budget()->limit()));
  message->set_names(ToCount(session.num_names()));
  uint32_t active = 0;
  for (const auto& job : jobs.List(session.name())) active += IsFinal(job->state()) ? 0 : 1;
  message->set_active_jobs(active);
  message->set_seed(session.seed());
}

absl::Status DescribeParameters(const Value& model,
                                google::protobuf::RepeatedPtrField<v1::NamedTensor>* parameters,
                                uint64_t* count, uint64_t* bytes) {
  FG_ASSIGN_OR_RETURN(std::vector<Leaf> leaves, Trainables(model));
  for (const Leaf& leaf : leaves) {
    const auto* array = leaf.value.As<Array>();
    if (array == nullptr) continue;
    const int64_t elements = array->shape().num_elements();
    *count += static_cast<uint64_t>(elements);
    *bytes += static_cast<uint64_t>(elements * SizeOf(array->dtype()));
    if (parameters->size() >= kMaxElements) continue;
    v1::NamedTensor* message = parameters->Add();
    message->set_path(leaf.path);
    EncodeHeader(array->dtype(), array->shape(), message->mutable_tensor());
  }
  return absl::OkStatus();
}

absl::Status Describe(session::Visit& visit, const session::NamedValue& model, v1::Model* message) {
  message->set_name(model.name);
  if (const auto* structure = model.value.As<Struct>()) {
    message->set_type(structure->type->name);
  } else {
    message->set_type(CleanText(visit.interpreter().TypeName(model.value), kMaxNameBytes));
  }
  AddLines(visit.interpreter().Display(model.value), message->mutable_show());
  uint64_t count = 0, bytes = 0;
  FG_RETURN_IF_ERROR(
      DescribeParameters(model.value, message->mutable_parameters(), &count, &bytes));
  message->set_parameter_count(count);
  message->set_parameter_bytes(bytes);
  const session::ModelState* state = visit.FindState(model.name);
  if (state != nullptr && state->model.IdenticalTo(model.value)) {
    message->set_step(ToCount(state->step));
    if (!state->rule.is_nothing()) {
      message->set_optimiser(CleanText(visit.interpreter().Repr(state->rule), kMaxNameBytes * 8));
    }
    message->set_loss(CleanText(state->loss_text, kMaxNameBytes * 8));
    message->set_job(state->job);
  }
  return absl::OkStatus();
}

absl::Status DescribeDataset(session::Visit& visit, const session::NamedValue& dataset,
                             v1::Dataset* message) {
  message->set_name(dataset.name);
  message->set_examples(ToCount(session::NumExamples(dataset.value)));
  const auto* tuple = dataset.value.As<NamedTuple>();
  int64_t bytes = 0;
  for (const char* part : {"x", "y"}) {
    const Value* value = tuple->Find(part);
    if (value == nullptr) continue;
    const auto* array = value->As<Array>();
    bytes += array->shape().num_elements() * SizeOf(array->dtype());
    FG_RETURN_IF_ERROR(
        DescribeArray(*value, part[0] == 'x' ? message->mutable_x() : message->mutable_y()));
  }
  message->set_bytes(static_cast<uint64_t>(bytes));
  return absl::OkStatus();
}

void Describe(const jobs::Job::Snapshot& job, v1::Job* message) {
  message->set_id(job.id);
  message->set_session(job.session);
  message->set_kind(job.kind == "train" ? v1::Job::TRAIN : v1::Job::EVALUATE);
  message->set_state(ToProto(job.state));
  message->set_reason(CleanText(job.reason, kMaxNameBytes * 8));
  message->set_model(job.target);
  *message->mutable_create_time() = ToProto(job.created);
  const jobs::Job::Time never{};
  if (job.started != never) *message->mutable_start_time() = ToProto(job.started);
  if (job.finished != never) *message->mutable_end_time() = ToProto(job.finished);
  message->set_last_event(ToCount(static_cast<int64_t>(job.last_event)));
  v1::WatchJobResponse last;
  if (last.ParseFromString(job.last_payload) && last.train().has_progress()) {
    *message->mutable_progress() = last.train().progress();
  }
  message->MergeFromString(job.detail);
  if (job.state == jobs::JobState::kFailed) *message->mutable_error() = ToRpcStatus(job.status);
}

void Encode(const session::NamedTensors& tensors,
            google::protobuf::RepeatedPtrField<v1::NamedTensor>* messages) {
  size_t bytes_left = kMaxInlineBytes;
  for (const auto& [path, tensor] : tensors) {
    v1::NamedTensor* message = messages->Add();
    message->set_path(path);
    const auto bytes = static_cast<size_t>(tensor.bytes());
    if (EncodeTensor(tensor, bytes_left, message->mutable_tensor())) {
      bytes_left -= std::min(bytes, bytes_left);
    }
  }
}

void EncodePlan(const compile::PlanSummary& plan, v1::CheckResponse::Plan* message) {
  message->set_arena_bytes(static_cast<uint64_t>(plan.arena_bytes));
  for (const compile::KernelSummary& summary : plan.kernels) {
    if (message->kernels_size() >= kMaxKernels) break;
    v1::CheckResponse::Kernel* kernel = message->add_kernels();
    kernel->set_summary(summary.text);
    for (const std::string& op : summary.ops) {
      if (kernel->ops_size() < kMaxOps) kernel->add_ops(op);
    }
    for (const int64_t dim : summary.output.dims()) kernel->add_dims(ToCount(dim));
  }
}

}  // namespace fluxgate::wire
