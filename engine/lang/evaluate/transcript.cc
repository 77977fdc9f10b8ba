#include "engine/lang/evaluate/transcript.h"

#include <algorithm>
#include <utility>

namespace fluxgate::lang {
namespace {

bool Has(const std::vector<Excerpt>& excerpts, const Excerpt& excerpt) {
  return std::any_of(excerpts.begin(), excerpts.end(),
                     [&](const Excerpt& e) { return e.text() == excerpt.text(); });
}

}  // namespace

void Transcript::NoteUsing(Excerpt statement) {
  if (usings_.size() < kMaxUsings && !Has(usings_, statement)) {
    usings_.push_back(std::move(statement));
  }
}

void Transcript::NoteTraining(Excerpt statement) {
  if (statement.text().size() > kMaxTrainingBytes || Has(trainings_, statement)) return;
  if (trainings_.size() == kMaxTrainings) trainings_.erase(trainings_.begin());
  trainings_.push_back(std::move(statement));
}

const Excerpt* Transcript::FindType(absl::string_view name) const {
  const auto it = types_.find(name);
  return it == types_.end() ? nullptr : &it->second;
}

}  // namespace fluxgate::lang
