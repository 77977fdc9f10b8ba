#include "server/session/session.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace fluxgate::session {
namespace {

// What one call may print; a detached job's output leaves at once and is bounded all the same.
constexpr int64_t kMaxPrintedBytes = 1 << 20;

}  // namespace

absl::StatusOr<std::shared_ptr<Session>> Session::Create(SessionOptions options,
                                                         const HostFactory& hosts,
                                                         const Clock& clock) {
  FG_ASSIGN_OR_RETURN(std::unique_ptr<RuntimeHost> host,
                      hosts({options.device, options.seed, options.budget}));
  return absl::WrapUnique(new Session(std::move(options), std::move(host), clock));
}

Session::Session(SessionOptions options, std::unique_ptr<RuntimeHost> host, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      created_(clock.Now()),
      last_used_(clock.Monotonic().count()),
      host_(std::move(host)),
      interpreter_(*host_) {}

absl::StatusOr<std::unique_ptr<Visit>> Session::Enter(CallContext& context, Entry entry) {
  Touch();
  auto visit = absl::WrapUnique(new Visit(shared_from_this(), context, entry));
  // Calls begin beside a job: they have their turn between its steps.
  if (!entry.job.empty() && context.permit != nullptr) context.permit->Share();
  if (!turns_.TryAcquire(entry.number)) {
    const auto begin = std::chrono::steady_clock::now();
    // Nobody computes less because this call waits.
    if (context.permit != nullptr) context.permit->Release();
    absl::Status got = turns_.Acquire(visit->token(), entry.number);
    if (context.permit != nullptr) context.permit->Acquire();
    context.times.queue += std::chrono::steady_clock::now() - begin;
    visit->has_turn_ = got.ok();
    if (!closed()) FG_RETURN_IF_ERROR(got);
  } else {
    visit->has_turn_ = true;
  }
  if (closed()) {
    return absl::NotFoundError(absl::StrCat("session \"", name(), "\" was deleted"));
  }
  visit->Bind();
  return visit;
}

void Session::Close() {
  closed_.store(true);
  MutexLock lock(visits_mutex_);
  for (Visit* visit : visits_) visit->source_.Cancel();
}

absl::optional<Clock::TimePoint> Session::ExpiryTime() const {
  if (!options_.time_to_live.has_value()) return absl::nullopt;
  const std::chrono::nanoseconds idle =
      clock_.Monotonic() - std::chrono::nanoseconds(last_used_.load(std::memory_order_relaxed));
  return clock_.Now() +
         std::chrono::duration_cast<Clock::TimePoint::duration>(*options_.time_to_live - idle);
}

bool Session::Expired() const {
  if (!options_.time_to_live.has_value() || inside_.load() > 0) return false;
  return clock_.Monotonic().count() - last_used_.load(std::memory_order_relaxed) >=
         options_.time_to_live->count();
}

Visit::Visit(std::shared_ptr<Session> session, CallContext& context, const Session::Entry& entry)
    : session_(std::move(session)), context_(context), source_(context.token), job_(entry.job) {
  session_->inside_.fetch_add(1);
  if (entry.timeout.has_value()) source_.SetTimeout(*entry.timeout);
  MutexLock lock(session_->visits_mutex_);
  session_->visits_.insert(this);
  if (session_->closed()) source_.Cancel();
}

Visit::~Visit() {
  {
    MutexLock lock(session_->visits_mutex_);
    session_->visits_.erase(this);
  }
  if (has_turn_) {
    session_->num_names_.store(static_cast<int64_t>(interpreter().Names().size()),
                               std::memory_order_relaxed);
    Unbind();
    session_->turns_.Release();
  }
  session_->Touch();
  session_->inside_.fetch_sub(1);
}

void Visit::Bind() {
  charge_.emplace(session_->options_.budget);
  heap_.emplace(interpreter().heap());
  host().Begin({token(), this, [this](absl::string_view text) { Print(text); },
                kMaxPrintedBytes - printed_, job_});
}

void Visit::Unbind() {
  context_.times.compile += host().TakeCompileTime();
  host().End();
  heap_.reset();
  charge_.reset();
}

const ModelState* Visit::FindState(const std::string& model) const {
  auto it = session_->models_.find(model);
  return it == session_->models_.end() ? nullptr : &it->second;
}

std::string Visit::NextSourceName() { return absl::StrCat("REPL[", ++session_->inputs_, "]"); }

void Visit::Print(absl::string_view text) {
  printed_ += static_cast<int64_t>(text.size());
  if (sink_) {
    sink_(text);
  } else {
    output_.append(text.data(), text.size());
  }
}

absl::Status Visit::Pause() {
  if (!ReaderWaits()) return Yield();
  FG_RETURN_IF_ERROR(token().Check());
  {
    const lang::Interpreter::Interlude interlude(interpreter());
    Unbind();
    const metrics::BookTime book(context_.times.queue);
    if (context_.permit != nullptr) context_.permit->Release();
    session_->turns_.PassOn();
    if (context_.permit != nullptr) context_.permit->Acquire();
  }
  Bind();
  return token().Check();
}

absl::Status Visit::Yield() {
  FG_RETURN_IF_ERROR(token().Check());
  if (context_.permit != nullptr) context_.permit->Yield();
  return token().Check();
}

}  // namespace fluxgate::session
