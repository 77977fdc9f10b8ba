#ifndef FLUXGATE_SERVER_SESSION_MARKS_H_
#define FLUXGATE_SERVER_SESSION_MARKS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "engine/base/mutex.h"
#include "engine/runtime/key_sequence.h"
#include "engine/tensor/tensor.h"
#include "engine/value/value.h"

namespace fluxgate::session {

// The order of a training's batches: with its options all that gives the same order again.
struct BatchOrder {
  bool shuffle = false;
  uint64_t seed = 0;
  int64_t epochs_started = 0;
};

// Where a training goes on.
struct TrainingPosition {
  KeySequence keys;
  BatchOrder order;
};

struct MarkInfo {
  std::string job;
  int64_t step = 0, epoch = 0;  // of the job
  double batch_loss = 0;
};

// A step that a training can be taken back to. Its tensors share their bytes with what was trained
// until that is trained further.
struct Mark : MarkInfo {
  int64_t model_step = 0;  // updates since the optimiser was given
  TrainingPosition position;
  std::vector<std::pair<std::string, Tensor>> arrays;  // of the model, by path
  Value rule;
  std::string optimiser_text;
  Value optimiser;  // a copy of the tree of leaves
  int64_t bytes = 0;
};

// What the marks of a model are, without the marks: who holds it keeps no value of the session
// alive. Thread-safe.
class MarkList {
 public:
  void Set(std::vector<MarkInfo> marks);
  // Those that a job kept.
  std::vector<MarkInfo> Of(const std::string& job) const;

 private:
  mutable Mutex mutex_;
  std::vector<MarkInfo> marks_ ABSL_GUARDED_BY(mutex_);
};

// The marks of one model, oldest first. Used under the session's turn alone.
class Marks {
 public:
  static constexpr size_t kMost = 16;

  explicit Marks(int64_t max_bytes) : max_bytes_(max_bytes) {}

  // The oldest go when there are too many, or too many bytes in them. One that is too large alone
  // is kept alone.
  void Keep(Mark mark);
  // The job's mark at the step. No job: that of the newest mark; no step: the job's newest mark.
  // NOT_FOUND lists the marks.
  absl::StatusOr<std::shared_ptr<const Mark>> Find(const std::string& job,
                                                   absl::optional<int64_t> step) const;
  const std::shared_ptr<MarkList>& list() const { return list_; }

 private:
  const int64_t max_bytes_;
  const std::shared_ptr<MarkList> list_ = std::make_shared<MarkList>();
  std::deque<std::shared_ptr<const Mark>> marks_;
  int64_t bytes_ = 0;
};

// Of a session's memory that the marks of one model may hold.
inline constexpr int64_t kMarksShareOfMemory = 4;  // a quarter

// Takes down a model's arrays and its optimiser's state.
absl::Status TakeDown(const Value& model, const Value& optimiser, Mark& mark);
// Writes the arrays back into the model, all or none: whoever shares them sees it.
// FAILED_PRECONDITION when they have other dims now, or a job writes them.
absl::Status WriteBack(const Mark& mark, const Value& model);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_MARKS_H_
