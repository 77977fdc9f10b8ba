#include "engine/lang/evaluate/comprehension.h"

#include <utility>

#include "engine/base/status_macros.h"
#include "engine/lang/operations/support.h"

namespace fluxgate::lang {

ComprehensionRun::ComprehensionRun(Machine& machine, const Node& node, int32_t scope, Value first,
                                   Frame& frame)
    : machine_(machine), node_(node), scope_(scope), first_(std::move(first)), frame_(frame) {
  // Within one `for` the first clause moves fastest, so it is the innermost of its group.
  std::vector<Level> group;
  auto close = [&] {
    levels_.insert(levels_.end(), group.rbegin(), group.rend());
    group.clear();
  };
  for (const NodePtr& child : node.children) {
    if (child->kind == NodeKind::kForClause) {
      if (!group.empty() && group.back().group != child->dim) close();
      group.push_back({child.get(), child->dim, {}});
    } else if (child->kind == NodeKind::kFilter) {
      close();
      levels_.back().filters.push_back(&child->child(0));
    }
  }
  close();
  iterables_.resize(levels_.size());
  iterators_.resize(levels_.size());
  elements_.resize(levels_.size());
}

absl::Status ComprehensionRun::EnterGroup(size_t level) {
  size_t end = level;
  while (end < levels_.size() && levels_[end].group == levels_[level].group) ++end;
  // In the order written, which is the reverse of the nesting.
  for (size_t i = end; i-- > level;) {
    if (level == 0 && i + 1 == end) {
      iterables_[i] = first_;
      continue;
    }
    FG_ASSIGN_OR_RETURN(iterables_[i], machine_.Eval(levels_[i].clause->child(1), frame_));
  }
  return absl::OkStatus();
}

absl::Status ComprehensionRun::Start() {
  if (started_) return absl::OkStatus();
  started_ = true;
  machine_.EnterScope(scope_, frame_);
  FG_RETURN_IF_ERROR(EnterGroup(0));
  bool product = true;
  for (const Level& level : levels_) {
    product = product && level.group == levels_[0].group && level.filters.empty();
  }
  if (product) {
    Dims dims;
    for (size_t i = levels_.size(); i-- > 0;) {
      const Value& iterable = iterables_[i];
      const auto* lazy = iterable.AsClass<Iterable>();
      const Shape shape = lazy == nullptr ? ShapeOf(iterable) : Shape();
      if (shape.rank() == 0 && !iterable.is_number() && !iterable.is(Kind::kTraced)) {
        const int64_t length = lazy == nullptr ? LengthOf(iterable) : lazy->size();
        if (length < 0) {  // Only the end tells.
          product = false;
          break;
        }
        dims.push_back(length);
      }
      for (const int64_t d : shape.dims()) dims.push_back(d);
    }
    if (product) {
      FG_ASSIGN_OR_RETURN(shape_, Shape::Create(dims));
      FG_RETURN_IF_ERROR(machine_.CheckElements(shape_->num_elements()));
    }
  }
  FG_ASSIGN_OR_RETURN(iterators_[0], Iterate(machine_, iterables_[0]));
  depth_ = 0;
  return absl::OkStatus();
}

absl::Status ComprehensionRun::Bind(size_t up_to) {
  machine_.EnterScope(scope_, frame_);
  for (size_t i = 0; i <= up_to; ++i) {
    FG_RETURN_IF_ERROR(machine_.AssignTo(levels_[i].clause->child(0), elements_[i], frame_));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ComprehensionRun::Passes(const Level& level) {
  for (const Node* filter : level.filters) {
    FG_ASSIGN_OR_RETURN(const bool holds, machine_.EvalCondition(*filter, frame_));
    if (!holds) return false;
  }
  return true;
}

absl::StatusOr<bool> ComprehensionRun::Next(Value* element) {
  FG_RETURN_IF_ERROR(Start());
  while (depth_ >= 0) {
    FG_RETURN_IF_ERROR(machine_.Step());
    FG_ASSIGN_OR_RETURN(const bool more, iterators_[depth_]->Next(&elements_[depth_]));
    if (!more) {
      iterators_[depth_].reset();
      --depth_;
      continue;
    }
    const Level& level = levels_[depth_];
    const bool innermost = depth_ + 1 == static_cast<int>(levels_.size());
    if (innermost || !level.filters.empty() || levels_[depth_ + 1].group != level.group) {
      FG_RETURN_IF_ERROR(Bind(depth_));
      FG_ASSIGN_OR_RETURN(const bool passes, Passes(level));
      if (!passes) continue;
    }
    if (innermost) {
      FG_ASSIGN_OR_RETURN(*element, machine_.Eval(node_.child(0), frame_));
      return true;
    }
    if (levels_[depth_ + 1].group != level.group) FG_RETURN_IF_ERROR(EnterGroup(depth_ + 1));
    FG_ASSIGN_OR_RETURN(iterators_[depth_ + 1], Iterate(machine_, iterables_[depth_ + 1]));
    ++depth_;
  }
  return false;
}

// One iteration over a generator, with variables of its own.
class GeneratorObject::Pass : public Iterator {
 public:
  Pass(Machine& machine, std::shared_ptr<const Code> code, const std::vector<BoxPtr>& captured,
       Value first)
      : code_(std::move(code)),
        frame_(code_.get()),
        run_(machine, *code_->definition, 0, std::move(first), frame_) {
    for (size_t i = 0; i < captured.size(); ++i) {
      frame_.slots[code_->captures[i].slot] = Value(captured[i]);
    }
  }
  absl::StatusOr<bool> Next(Value* element) override { return run_.Next(element); }

 private:
  const std::shared_ptr<const Code> code_;
  Frame frame_;
  ComprehensionRun run_;
};

absl::StatusOr<std::unique_ptr<Iterator>> GeneratorObject::Begin(Evaluator& eval) const {
  return std::unique_ptr<Iterator>(std::make_unique<Pass>(machine_, code_, captured_, first_));
}

int64_t GeneratorObject::size() const {
  int clauses = 0;
  for (const NodePtr& child : code_->definition->children) {
    if (child->kind == NodeKind::kFilter) return -1;
    if (child->kind == NodeKind::kForClause) ++clauses;
  }
  if (clauses != 1) return -1;
  if (const auto* lazy = first_.AsClass<Iterable>()) return lazy->size();
  return LengthOf(first_);
}

absl::StatusOr<Value> Machine::EvalComprehension(const Node& node, Frame& frame) {
  const Node* first_clause = nullptr;
  for (const NodePtr& child : node.children) {
    if (child->kind == NodeKind::kForClause) {
      first_clause = child.get();
      break;
    }
  }
  FG_ASSIGN_OR_RETURN(Value first, Eval(first_clause->child(1), frame));
  if (node.name == "generator") {
    const std::shared_ptr<const Code>& code = frame.code->inner[node.slot];
    std::vector<BoxPtr> captured;
    for (const Code::Capture& capture : code->captures) {
      captured.push_back(BoxOf(frame, capture.outer));
    }
    return Value(
        std::make_shared<GeneratorObject>(*this, code, std::move(captured), std::move(first)));
  }
  ComprehensionRun run(*this, node, node.slot, std::move(first), frame);
  FG_RETURN_IF_ERROR(run.Start());
  std::vector<Value> elements;
  while (true) {
    Value element;
    FG_ASSIGN_OR_RETURN(const bool more, run.Next(&element));
    if (!more) break;
    FG_RETURN_IF_ERROR(AddElement(*this, std::move(element), &elements));
  }
  const Shape flat({static_cast<int64_t>(elements.size())});
  const Shape shape =
      run.shape().has_value() && run.shape()->num_elements() == flat.dim(0) ? *run.shape() : flat;
  if (node.name == "typed") {
    FG_ASSIGN_OR_RETURN(const TypePtr type, EvalType(*node.extra, {}, frame));
    FG_ASSIGN_OR_RETURN(Value vector, MakeTypedVector(*this, type, elements));
    if (shape.rank() == 1) return vector;
    return ConvertShape(vector, shape);
  }
  return CollectElements(*this, std::move(elements), shape);
}

}  // namespace fluxgate::lang
