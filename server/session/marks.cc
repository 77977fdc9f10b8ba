#include "server/session/marks.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/workspace_copy.h"
#include "engine/value/array.h"
#include "engine/value/flatten.h"

namespace fluxgate::session {
namespace {

// Calls f(path, array) for each array of the value.
template <typename F>
absl::Status ForEachArray(const Value& value, F f) {
  FG_ASSIGN_OR_RETURN(const std::vector<Leaf> leaves, Flatten(value));
  for (const Leaf& leaf : leaves) {
    if (const auto* array = leaf.value.As<Array>()) FG_RETURN_IF_ERROR(f(leaf.path, *array));
  }
  return absl::OkStatus();
}

}  // namespace

void MarkList::Set(std::vector<MarkInfo> marks) {
  MutexLock lock(mutex_);
  marks_ = std::move(marks);
}

std::vector<MarkInfo> MarkList::Of(const std::string& job) const {
  MutexLock lock(mutex_);
  std::vector<MarkInfo> found;
  for (const MarkInfo& mark : marks_) {
    if (mark.job == job) found.push_back(mark);
  }
  return found;
}

void Marks::Keep(Mark mark) {
  bytes_ += mark.bytes;
  marks_.push_back(std::make_shared<const Mark>(std::move(mark)));
  while (marks_.size() > kMost || (bytes_ > max_bytes_ && marks_.size() > 1)) {
    bytes_ -= marks_.front()->bytes;
    marks_.pop_front();
  }
  std::vector<MarkInfo> list;
  for (const auto& kept : marks_) list.push_back(*kept);
  list_->Set(std::move(list));
}

absl::StatusOr<std::shared_ptr<const Mark>> Marks::Find(const std::string& job,
                                                        absl::optional<int64_t> step) const {
  std::vector<std::string> known;
  for (auto it = marks_.rbegin(); it != marks_.rend(); ++it) {
    const Mark& mark = **it;
    const bool is_job = mark.job == (job.empty() ? marks_.back()->job : job);
    if (is_job && (!step.has_value() || mark.step == *step)) return *it;
    known.push_back(absl::StrCat(mark.step, " of ", mark.job));
  }
  const std::string wanted =
      absl::StrCat(step.has_value() ? absl::StrCat("step ", *step) : "step",
                   job.empty() ? "" : absl::StrCat(" of ", job.substr(0, 64)));
  return absl::NotFoundError(absl::StrCat("there is no mark at ", wanted,
                                          "; marks are kept at steps ",
                                          absl::StrJoin(known.rbegin(), known.rend(), ", ")));
}

absl::Status TakeDown(const Value& model, const Value& optimiser, Mark& mark) {
  FG_RETURN_IF_ERROR(ForEachArray(model, [&](const std::string& path, const Array& array) {
    absl::StatusOr<Tensor> tensor = array.Read();
    if (!tensor.ok()) return tensor.status();
    mark.bytes += tensor->bytes();
    mark.arrays.emplace_back(path, *std::move(tensor));
    return absl::OkStatus();
  }));
  FG_ASSIGN_OR_RETURN(mark.optimiser, lang::CopyOf(optimiser));
  return ForEachArray(mark.optimiser, [&](const std::string&, const Array& array) {
    mark.bytes += array.shape().num_elements() * SizeOf(array.dtype());
    return absl::OkStatus();
  });
}

absl::Status WriteBack(const Mark& mark, const Value& model) {
  std::vector<std::pair<Value, const Tensor*>> writes;
  for (const auto& [path, tensor] : mark.arrays) {
    absl::StatusOr<Value> found = AtPath(model, path);
    auto* array = found.ok() ? found->As<Array>() : nullptr;
    if (array == nullptr || array->shape() != tensor.shape() || array->dtype() != tensor.dtype()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the model is not what it was at the mark: ", path.empty() ? "its array" : path,
          " is missing or has another shape"));
    }
    if (const std::string& job = array->storage()->locked_by(); !job.empty()) {
      return absl::FailedPreconditionError(absl::StrCat("job ", job, " trains ", path));
    }
    writes.emplace_back(*std::move(found), &tensor);
  }
  for (const auto& [array, tensor] : writes) {
    FG_RETURN_IF_ERROR(array.As<Array>()->Write(*tensor));
  }
  return absl::OkStatus();
}

}  // namespace fluxgate::session
