#ifndef FLUXGATE_SERVER_GRPC_HANDLERS_H_
#define FLUXGATE_SERVER_GRPC_HANDLERS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/jobs/job.h"
#include "server/session/call_context.h"

// What the services give to the stream reactors. Unary handlers are plain functions
// (const Request&, Response*, CallContext&) -> absl::Status.
namespace fluxgate::rpc {

// The messages of one incoming tensor stream, taken one by one, and what they make in the end. A
// sink that is dropped before Finish leaves nothing behind.
template <typename Request, typename Response>
class ChunkSink {
 public:
  virtual ~ChunkSink() = default;
  // Called for each message in order. Only checks and copies: it never waits nor computes.
  virtual absl::Status Accept(const Request& message) = 0;
  // Called once on a worker after the client's last message.
  virtual absl::Status Finish(Response* response, session::CallContext& context) = 0;
  // The client left before its last message, or there was no room to finish: what has come may be
  // kept. Nothing is called afterwards.
  virtual void Interrupted() = 0;
  // The session that Finish queues under: that of the first message, "default" before it.
  virtual std::string session() const = 0;
};

// A job to stream to a caller, from event `after_event` on.
struct WatchedJob {
  std::shared_ptr<jobs::Job> job;
  uint64_t after_event = 0;
  // An attached call: the job is cancelled when the caller leaves or its deadline passes.
  bool attached = false;
  // The stream ends after one event; the job goes on.
  bool one_event = false;
};

// What a watch stream sends: one message per event, perhaps one more once the job has ended, and
// then a status.
template <typename Response>
struct JobStream {
  Response (*event)(const jobs::Job::Event& event);
  // False: no message at the end.
  bool (*end)(const jobs::Job::Snapshot& job, Response* message);
  absl::Status (*status)(const jobs::Job::Snapshot& job);
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_HANDLERS_H_
