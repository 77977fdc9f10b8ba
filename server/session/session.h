#ifndef FLUXGATE_SERVER_SESSION_SESSION_H_
#define FLUXGATE_SERVER_SESSION_SESSION_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "engine/base/cancellation.h"
#include "engine/base/clock.h"
#include "engine/base/memory_budget.h"
#include "engine/base/mutex.h"
#include "engine/lang/interpreter.h"
#include "engine/runtime/turn.h"
#include "server/session/call_context.h"
#include "server/session/host_factory.h"
#include "server/session/model_state.h"
#include "server/session/turn_queue.h"

namespace fluxgate::session {

class Visit;

struct SessionOptions {
  std::string name;
  std::string device = "cpu";
  uint64_t seed = 0;
  // Absent: it never expires.
  absl::optional<std::chrono::nanoseconds> time_to_live;
  std::shared_ptr<MemoryBudget> budget;
};

// The actor: a workspace of named values with the language that runs in it. Whoever wants to look
// into it or change it enters, in order of arrival, and gets a Visit. Thread-safe; what is inside
// is reached through a Visit alone.
class Session : public std::enable_shared_from_this<Session> {
 public:
  static absl::StatusOr<std::shared_ptr<Session>> Create(SessionOptions options,
                                                         const HostFactory& hosts,
                                                         const Clock& clock);

  const std::string& name() const { return options_.name; }
  const std::string& device() const { return options_.device; }
  uint64_t seed() const { return options_.seed; }
  const std::shared_ptr<MemoryBudget>& budget() const { return options_.budget; }
  Clock::TimePoint created() const { return created_; }
  const absl::optional<std::chrono::nanoseconds>& time_to_live() const {
    return options_.time_to_live;
  }

  struct Entry {
    // How long the visit may last; for ever when absent.
    absl::optional<std::chrono::nanoseconds> timeout;
    // The number of a numbered call; see TurnQueue.
    absl::optional<uint32_t> number;
    // The job that enters: others have their turn between its steps and statements, and may not
    // write what it trains. Empty: a call, whose turn lasts to its end.
    std::string job;
  };
  // Waits for the turn, with the permit passed on meanwhile. NOT_FOUND once the session was
  // deleted.
  absl::StatusOr<std::unique_ptr<Visit>> Enter(CallContext& context, Entry entry);
  absl::StatusOr<std::unique_ptr<Visit>> Enter(CallContext& context) {
    return Enter(context, Entry());
  }

  // ---- Expiry ----
  // The time to live begins again.
  void Touch() { last_used_.store(clock_.Monotonic().count(), std::memory_order_relaxed); }
  // When it expires, unless it is used until then; absent: never.
  absl::optional<Clock::TimePoint> ExpiryTime() const;
  // Whether its time is over and nobody is inside.
  bool Expired() const;

  // Nobody can enter any more, and the work of those inside is cancelled.
  void Close();
  bool closed() const { return closed_.load(); }

  // Names in the workspace, as of the end of the last visit.
  int64_t num_names() const { return num_names_.load(std::memory_order_relaxed); }

 private:
  friend class Visit;
  Session(SessionOptions options, std::unique_ptr<RuntimeHost> host, const Clock& clock);

  const SessionOptions options_;
  const Clock& clock_;
  const Clock::TimePoint created_;
  std::atomic<int64_t> last_used_;
  std::atomic<int> inside_{0};  // Visits that go on or wait.
  std::atomic<bool> closed_{false};
  std::atomic<int64_t> num_names_{0};
  TurnQueue turns_;
  Mutex visits_mutex_;
  absl::flat_hash_set<Visit*> visits_ ABSL_GUARDED_BY(visits_mutex_);  // All inside.

  // ---- Under the turn ----
  std::unique_ptr<RuntimeHost> host_;
  lang::Interpreter interpreter_;
  std::map<std::string, ModelState> models_;
  int64_t inputs_ = 0;  // Texts evaluated: REPL[1], REPL[2], ...
};

// The time that one call or job has inside a session. Gives the turn back when it is destroyed. One
// thread: the one that entered.
class Visit final : public Turn {
 public:
  ~Visit() override;
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  Session& session() { return *session_; }
  lang::Interpreter& interpreter() { return session_->interpreter_; }
  RuntimeHost& host() { return *session_->host_; }
  const CancellationToken& token() const { return source_.token(); }
  CallContext& context() { return context_; }
  const std::shared_ptr<MemoryBudget>& budget() { return session_->options_.budget; }

  // What trains under this name, made when it is first asked for.
  ModelState& StateOf(const std::string& model) { return session_->models_[model]; }
  // Of every model that was trained.
  std::map<std::string, ModelState>& states() { return session_->models_; }
  // Null when nothing trained it yet.
  const ModelState* FindState(const std::string& model) const;
  void ForgetState(const std::string& model) { session_->models_.erase(model); }
  // "REPL[1]", "REPL[2]", ...
  std::string NextSourceName();
  // Texts that were named so.
  int64_t& inputs() { return session_->inputs_; }

  // What was printed since the last call. `sink`, when set, gets it at once instead.
  std::string TakeOutput() { return std::exchange(output_, {}); }
  void SetSink(std::function<void(absl::string_view)> sink) { sink_ = std::move(sink); }

  // ---- Turn, for the engine ----
  absl::Status Pause() override;
  absl::Status Yield() override;
  bool ReaderWaits() const override { return !job_.empty() && session_->turns_.someone_waits(); }

 private:
  friend class Session;
  Visit(std::shared_ptr<Session> session, CallContext& context, const Session::Entry& entry);

  void Bind();
  // Gives the host back after this visit's time with it.
  void Unbind();
  void Print(absl::string_view text);

  const std::shared_ptr<Session> session_;
  CallContext& context_;
  CancellationSource source_;
  const std::string job_;
  bool has_turn_ = false;
  std::string output_;
  int64_t printed_ = 0;  // bytes, over all turns of this visit
  std::function<void(absl::string_view)> sink_;
  absl::optional<ScopedMemoryBudget> charge_;
  absl::optional<ScopedHeap> heap_;
};

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_SESSION_H_
