#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_TRANSCRIPT_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_TRANSCRIPT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "engine/lang/syntax/ast.h"

namespace fluxgate::lang {

// A piece of a text, which it does not keep alive.
class Excerpt {
 public:
  Excerpt() = default;
  Excerpt(const std::shared_ptr<const Source>& source, Span span)
      : text_(source->text.substr(span.begin, span.end - span.begin)),
        source_(source),
        span_(span) {}

  const std::string& text() const { return text_; }
  // Whether `other` is this piece of the same text, or a part of it.
  bool Contains(const Excerpt& other) const {
    return !source_.owner_before(other.source_) && !other.source_.owner_before(source_) &&
           span_.begin <= other.span_.begin && other.span_.end <= span_.end;
  }

 private:
  std::string text_;
  std::weak_ptr<const Source> source_;
  Span span_;
};

// What text did that the values it left do not tell, for those who want it as a script: how types
// were written, what was taken from packages, what trained.
class Transcript {
 public:
  // `using` and `import`, each text once; no more than kMaxUsings.
  void NoteUsing(Excerpt statement);
  // The last definition of a type.
  void NoteType(const std::string& name, Excerpt statement) { types_[name] = std::move(statement); }
  // A statement at top level that trained, as often as it was typed: a repeated one is noted once,
  // and the last kMaxTrainings stay, but for those longer than kMaxTrainingBytes.
  void NoteTraining(Excerpt statement);

  const std::vector<Excerpt>& usings() const { return usings_; }
  const std::vector<Excerpt>& trainings() const { return trainings_; }
  // Null when text did not define it.
  const Excerpt* FindType(absl::string_view name) const;

 private:
  static constexpr size_t kMaxUsings = 256;
  static constexpr size_t kMaxTrainings = 16;
  static constexpr size_t kMaxTrainingBytes = size_t{1} << 16;

  std::vector<Excerpt> usings_, trainings_;
  absl::flat_hash_map<std::string, Excerpt> types_;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_TRANSCRIPT_H_
