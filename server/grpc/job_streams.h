#ifndef FLUXGATE_SERVER_GRPC_JOB_STREAMS_H_
#define FLUXGATE_SERVER_GRPC_JOB_STREAMS_H_

#include "proto/fluxgate/v1/jobs.pb.h"
#include "proto/fluxgate/v1/models.pb.h"
#include "server/grpc/handlers.h"

namespace fluxgate::rpc {

// Train: the events of the training, then the status with which it ended.
JobStream<v1::TrainResponse> TrainEvents();
// WatchJob: the events of any job, then the job itself.
JobStream<v1::WatchJobResponse> JobEvents();

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_JOB_STREAMS_H_
