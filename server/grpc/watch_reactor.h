#ifndef FLUXGATE_SERVER_GRPC_WATCH_REACTOR_H_
#define FLUXGATE_SERVER_GRPC_WATCH_REACTOR_H_

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "engine/base/mutex.h"
#include "server/grpc/call_scope.h"
#include "server/grpc/handlers.h"

namespace fluxgate::rpc {

// A server stream of a job's events: those kept, then new ones as they come, then the end. `open`
// finds or starts the job on a worker. A slow reader holds back nobody: it reads from the job's
// kept events at its own pace. Owns itself until OnDone; the job's notifications hold it weakly.
template <typename Request, typename Event>
class WatchReactor final : public grpc::ServerWriteReactor<Event>,
                           public std::enable_shared_from_this<WatchReactor<Request, Event>> {
 public:
  using Open = std::function<absl::StatusOr<WatchedJob>(ServerState&, const Request&,
                                                        session::CallContext&)>;

  template <typename Handlers>
  static grpc::ServerWriteReactor<Event>* Run(
      Tenants& tenants, grpc::CallbackServerContext* context, std::string method, Where where,
      const Request* request, JobStream<Event> stream,
      absl::StatusOr<WatchedJob> (Handlers::*open)(const Request&, session::CallContext&)) {
    std::shared_ptr<WatchReactor> reactor(
        new WatchReactor(tenants, *context, std::move(method), request, stream,
                         [open](ServerState& state, const Request& r, session::CallContext& call) {
                           return (Handlers(state).*open)(r, call);
                         }));
    reactor->self_ = reactor;
    reactor->Begin(where);
    return reactor.get();
  }

 private:
  static constexpr size_t kEventsAtATime = 16;

  WatchReactor(Tenants& tenants, grpc::CallbackServerContext& context, std::string method,
               const Request* request, JobStream<Event> stream, Open open)
      : scope_(tenants, context, std::move(method)),
        request_(request),
        stream_(stream),
        open_(std::move(open)) {}

  void Begin(Where where) {
    scope_.Note(*request_);
    if (!scope_.admitted().ok()) return End(scope_.admitted());
    if (where == Where::kHere) return Start(nullptr);
    absl::Status queued = scope_.environment().Submit(
        SessionOf(*request_), [self = self_](jobs::Permit& permit) { self->Start(&permit); });
    if (!queued.ok()) End(queued);
  }

  void Start(jobs::Permit* permit) {
    absl::Status status = scope_.cancellation().token().Check();
    if (status.ok()) {
      status = scope_.Measure(permit, [this](session::CallContext& context) {
        auto watched = open_(scope_.state(), *request_, context);
        if (watched.ok()) watched_ = *std::move(watched);
        return watched.status();
      });
    }
    if (!status.ok()) return End(status);
    watcher_ = watched_.job->Watch([weak = this->weak_from_this()] {
      if (auto reactor = weak.lock()) reactor->Pump();
    });
    {
      MutexLock lock(mutex_);
      seen_ = watched_.after_event;
      started_ = true;
    }
    // A cancel that came meanwhile has found nothing to cancel yet.
    if (scope_.cancellation().token().cancelled()) OnCancel();
    Pump();
  }

  // Sends the next message unless one is on its way; ends the call after the last one.
  void Pump() {
    absl::Status end;
    {
      MutexLock lock(mutex_);
      if (!started_ || writing_ || ended_) return;
      if (SendNextLocked()) return;
      if (!ended_) return;  // Nothing to send yet: the job will notify.
      end = EndStatus();
    }
    End(end);
  }

  absl::Status EndStatus() const {
    const absl::Status left = scope_.cancellation().token().Check();
    if (!watched_.attached && !left.ok()) return left;
    return watched_.one_event ? absl::OkStatus() : stream_.status(watched_.job->snapshot());
  }

  // True when a message was sent; sets ended_ when there will be no more.
  bool SendNextLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if ((watched_.one_event && seen_ > watched_.after_event) ||
        (!watched_.attached && scope_.cancellation().token().cancelled())) {
      ended_ = true;
      return false;
    }
    bool final = false;
    if (pending_.empty()) {
      jobs::Job::Batch batch = watched_.job->EventsAfter(seen_, kEventsAtATime);
      pending_.assign(batch.events.begin(), batch.events.end());
      final = batch.final;
    }
    if (!pending_.empty()) {
      seen_ = pending_.front().number;
      message_ = stream_.event(pending_.front());
      pending_.pop_front();
    } else if (!final) {
      return false;
    } else {
      message_.Clear();
      if (sent_end_ || !stream_.end(watched_.job->snapshot(), &message_)) {
        ended_ = true;
        return false;
      }
      sent_end_ = true;
    }
    writing_ = true;
    this->StartWrite(&message_);
    return true;
  }

  void OnWriteDone(bool ok) override {
    {
      MutexLock lock(mutex_);
      writing_ = false;
      if (!ok) scope_.cancellation().Cancel();
    }
    Pump();
  }

  void OnCancel() override {
    scope_.cancellation().Cancel();
    std::shared_ptr<jobs::Job> attached;
    {
      MutexLock lock(mutex_);
      if (!started_) return;
      if (watched_.attached) attached = watched_.job;
    }
    // A job that has just ended needs no cancelling.
    if (attached != nullptr) {
      attached->Cancel("the caller went away", std::chrono::system_clock::now()).IgnoreError();
    }
    Pump();
  }

  void End(const absl::Status& status) { this->Finish(scope_.Finished(status)); }

  void OnDone() override {
    if (watcher_ != 0) watched_.job->Unwatch(watcher_);
    self_.reset();
  }

  std::shared_ptr<WatchReactor> self_;
  CallScope scope_;
  const Request* const request_;
  const JobStream<Event> stream_;
  const Open open_;
  WatchedJob watched_;  // These two are written once, before started_.
  uint64_t watcher_ = 0;
  Mutex mutex_;
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool sent_end_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t seen_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<jobs::Job::Event> pending_ ABSL_GUARDED_BY(mutex_);
  Event message_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_WATCH_REACTOR_H_
