#include "server/grpc/job_streams.h"

#include "server/wire/descriptions.h"
#include "server/wire/train_codec.h"

namespace fluxgate::rpc {

JobStream<v1::TrainResponse> TrainEvents() {
  JobStream<v1::TrainResponse> stream;
  stream.event = [](const jobs::Job::Event& event) {
    v1::TrainResponse response;
    *response.mutable_event() = wire::DecodeEvent(event).train();
    return response;
  };
  stream.end = [](const jobs::Job::Snapshot&, v1::TrainResponse*) { return false; };
  stream.status = [](const jobs::Job::Snapshot& job) { return job.status; };
  return stream;
}

JobStream<v1::WatchJobResponse> JobEvents() {
  JobStream<v1::WatchJobResponse> stream;
  stream.event = [](const jobs::Job::Event& event) { return wire::DecodeEvent(event); };
  stream.end = [](const jobs::Job::Snapshot& job, v1::WatchJobResponse* response) {
    wire::Describe(job, response->mutable_job());
    return true;
  };
  stream.status = [](const jobs::Job::Snapshot&) { return absl::OkStatus(); };
  return stream;
}

}  // namespace fluxgate::rpc
