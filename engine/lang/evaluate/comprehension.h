#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_COMPREHENSION_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_COMPREHENSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "engine/lang/evaluate/machine.h"

namespace fluxgate::lang {

// One pass over the clauses of a comprehension or generator, an element at a time.
class ComprehensionRun {
 public:
  // `first` is what the first clause iterates over; the others are evaluated in `frame`.
  ComprehensionRun(Machine& machine, const Node& node, int32_t scope, Value first, Frame& frame);

  absl::StatusOr<bool> Next(Value* element);
  // The dims that the result keeps: the product of the iterables' when there is one `for` and no
  // filter. Known once Next has been called, or Start.
  absl::Status Start();
  const absl::optional<Shape>& shape() const { return shape_; }

 private:
  struct Level {
    const Node* clause;
    int group;
    std::vector<const Node*> filters;  // to be checked when this level is bound
  };

  absl::Status EnterGroup(size_t level);
  absl::StatusOr<bool> Passes(const Level& level);
  absl::Status Bind(size_t up_to);

  Machine& machine_;
  const Node& node_;
  const int32_t scope_;
  Value first_;
  Frame& frame_;
  std::vector<Level> levels_;  // outermost first
  std::vector<Value> iterables_;
  std::vector<std::unique_ptr<Iterator>> iterators_;
  std::vector<Value> elements_;
  int depth_ = -1;
  bool started_ = false;
  absl::optional<Shape> shape_;
};

// (f(x) for x in xs): runs its body when it is iterated over, each time anew.
class GeneratorObject : public Iterable {
 public:
  GeneratorObject(Machine& machine, std::shared_ptr<const Code> code, std::vector<BoxPtr> captured,
                  Value first)
      : machine_(machine),
        code_(std::move(code)),
        captured_(std::move(captured)),
        first_(std::move(first)) {}
  absl::StatusOr<std::unique_ptr<Iterator>> Begin(Evaluator& eval) const override;
  int64_t size() const override;
  std::string Show() const override { return "Base.Generator(...)"; }
  std::string TypeName() const override { return "Base.Generator"; }

 private:
  class Pass;
  Machine& machine_;
  const std::shared_ptr<const Code> code_;
  const std::vector<BoxPtr> captured_;
  const Value first_;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_COMPREHENSION_H_
