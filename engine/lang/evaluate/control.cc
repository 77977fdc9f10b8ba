#include <utility>

#include "absl/cleanup/cleanup.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

// What `catch` may not hold up: the end of the evaluation's time, memory or turn.
bool IsFinal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
      return true;
    default:
      return false;
  }
}

bool IsCatchable(const absl::Status& status) {
  if (!IsFinal(status)) return true;
  const auto diagnostic = GetDiagnostic(status);
  return diagnostic && diagnostic->kind == "StackOverflowError";
}

}  // namespace

absl::StatusOr<Value> Machine::EvalIf(const Node& node, Frame& frame) {
  const size_t count = node.children.size();
  for (size_t i = 0; i + 1 < count; i += 2) {
    FG_ASSIGN_OR_RETURN(const bool holds, EvalCondition(node.child(i), frame));
    if (holds) return Eval(node.child(i + 1), frame);
  }
  if (count % 2 == 1) return Eval(node.child(count - 1), frame);
  return Value();
}

absl::Status Machine::RunLoopBody(const Node& body, Frame& frame, bool* stop) {
  FG_RETURN_IF_ERROR(meter_.Step());
  absl::StatusOr<Value> result = Eval(body, frame);
  if (result.ok()) return absl::OkStatus();
  if (frame.signal == Frame::Signal::kContinue) {
    frame.signal = Frame::Signal::kNone;
    return absl::OkStatus();
  }
  if (frame.signal == Frame::Signal::kBreak) {
    frame.signal = Frame::Signal::kNone;
    *stop = true;
    return absl::OkStatus();
  }
  return std::move(result).status();
}

absl::StatusOr<Value> Machine::EvalWhile(const Node& node, Frame& frame) {
  bool stop = false;
  while (!stop) {
    FG_ASSIGN_OR_RETURN(const bool holds, EvalCondition(node.child(0), frame));
    if (!holds) break;
    EnterScope(node.slot, frame);
    FG_RETURN_IF_ERROR(RunLoopBody(node.child(1), frame, &stop));
  }
  return Value();
}

absl::StatusOr<Value> Machine::EvalFor(const Node& node, Frame& frame) {
  std::vector<Value> elements;
  bool stop = false;
  EnterScope(node.slot, frame);
  FG_RETURN_IF_ERROR(RunFor(node, 0, &elements, frame, &stop));
  return Value();
}

absl::Status Machine::RunFor(const Node& node, size_t clause, std::vector<Value>* elements,
                             Frame& frame, bool* stop) {
  const size_t clauses = node.children.size() - 1;
  const Node& target = node.child(clause).child(0);
  const bool innermost = clause + 1 == clauses;
  FG_ASSIGN_OR_RETURN(Value iterable, Eval(node.child(clause).child(1), frame));
  if (const Value* layers = ChainLayers(iterable)) iterable = Value(*layers);
  elements->resize(clause + 1);

  auto visit = [&](Value element) -> absl::Status {
    (*elements)[clause] = std::move(element);
    if (!innermost) {
      FG_RETURN_IF_ERROR(AssignTo(target, (*elements)[clause], frame));
      return RunFor(node, clause + 1, elements, frame, stop);
    }
    // Every iteration has variables of its own.
    EnterScope(node.slot, frame);
    for (size_t i = 0; i < clauses; ++i) {
      FG_RETURN_IF_ERROR(AssignTo(node.child(i).child(0), (*elements)[i], frame));
    }
    return RunLoopBody(*node.children.back(), frame, stop);
  };

  if (const Range* range = iterable.As<Range>()) {
    for (int64_t i = 0; i < range->length && !*stop; ++i) {
      FG_RETURN_IF_ERROR(visit(Value(range->At(i))));
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<Iterator>> iterator = Iterate(*this, iterable);
  if (!iterator.ok()) {
    return Locate(std::move(iterator).status(), node.child(clause).child(1), frame);
  }
  Value element;
  while (!*stop) {
    FG_ASSIGN_OR_RETURN(const bool more, (*iterator)->Next(&element));
    if (!more) break;
    FG_RETURN_IF_ERROR(visit(std::move(element)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> Machine::EvalLet(const Node& node, Frame& frame) {
  // A binding's value may name a variable of the same name outside: it is evaluated in place, since
  // the resolver gave the two different slots.
  EnterScope(node.slot, frame);
  for (size_t i = 0; i + 1 < node.children.size(); ++i) {
    if (node.child(i).kind != NodeKind::kAssign) continue;
    FG_RETURN_IF_ERROR(Eval(node.child(i), frame).status());
  }
  return Eval(*node.children.back(), frame);
}

absl::StatusOr<Value> Machine::EvalTry(const Node& node, Frame& frame) {
  const Node &body = node.child(0), &handler = node.child(1), &finally = node.child(2),
             &otherwise = node.child(3);
  EnterScope(node.slot, frame);
  absl::StatusOr<Value> result = Eval(body, frame);
  const bool failed = !result.ok() && frame.signal == Frame::Signal::kNone;
  if (failed && handler.kind != NodeKind::kNothing && IsCatchable(result.status())) {
    frame.failed = nullptr;
    handling_.push_back(TakeException(result.status()));
    auto pop = absl::MakeCleanup([this] { handling_.pop_back(); });
    EnterScope(node.slot + 1, frame);
    if (!node.name.empty()) {
      for (const int32_t slot : frame.code->scopes[node.slot + 1].slots) {
        if (frame.code->slot_names[slot] == node.name) {
          SetSlot(frame, slot, handling_.back());
          break;
        }
      }
    }
    result = Eval(handler, frame);
  } else if (result.ok() && otherwise.kind != NodeKind::kNothing) {
    EnterScope(node.slot + 3, frame);
    result = Eval(otherwise, frame);
  }
  if (finally.kind == NodeKind::kNothing) return result;
  // What the finally block does on its way must not lose a return that is under way.
  const Frame::Signal signal = std::exchange(frame.signal, Frame::Signal::kNone);
  const Value returned = frame.result;
  EnterScope(node.slot + 2, frame);
  FG_RETURN_IF_ERROR(Eval(finally, frame).status());
  frame.signal = signal;
  frame.result = returned;
  return result;
}

}  // namespace fluxgate::lang
