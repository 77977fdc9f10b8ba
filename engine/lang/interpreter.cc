#include "engine/lang/interpreter.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/evaluate/rewrite.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/syntax/parser.h"
#include "engine/lang/training/not_finite.h"
#include "engine/lang/training/stage.h"

namespace fluxgate::lang {

Interpreter::Interpreter(Host& host) : machine_(std::make_unique<Machine>(host)) {}
Interpreter::~Interpreter() { heap_->Clear(); }

struct Interpreter::Interlude::State {
  explicit State(Machine& machine) : interlude(machine) {}
  Machine::Interlude interlude;
};
Interpreter::Interlude::Interlude(Interpreter& interpreter)
    : state_(std::make_unique<State>(interpreter.machine())) {}
Interpreter::Interlude::~Interlude() = default;

absl::StatusOr<EvaluationResult> Interpreter::Evaluate(std::string source_name, std::string text,
                                                       const Limits& limits) {
  FG_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program,
                      Parse(std::move(source_name), std::move(text)));
  const Node* last = nullptr;
  EvaluationResult result;
  FG_ASSIGN_OR_RETURN(result.value, RunProgram(program, limits, &last));
  if (last != nullptr) {  // A name of the language's own, so that it is not among the user's.
    Environment::Cell& ans = machine_->environment().cell(machine_->environment().CellFor("ans"));
    ans.builtin = result.value;
    ans.has_builtin = true;
  }
  result.show = last != nullptr && !last->has(kShowless) && !result.value.is_nothing();
  if (result.show) {
    FG_ASSIGN_OR_RETURN(result.display, machine_->DisplayText(result.value));
  }
  return result;
}

absl::StatusOr<std::shared_ptr<const Program>> Interpreter::ParseOnce(std::string source_name,
                                                                      std::string text) {
  constexpr size_t kShort = 512, kMost = 64;
  if (text.size() > kShort) return Parse(std::move(source_name), std::move(text));
  const std::string key = absl::StrCat(source_name, absl::string_view("\0", 1), text);
  if (auto it = parsed_.find(key); it != parsed_.end()) return it->second;
  FG_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program,
                      Parse(std::move(source_name), std::move(text)));
  if (parsed_.size() >= kMost) parsed_.clear();
  parsed_.emplace(key, program);
  return program;
}

absl::StatusOr<Value> Interpreter::Run(std::string source_name, std::string text,
                                       const Limits& limits) {
  FG_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program,
                      ParseOnce(std::move(source_name), std::move(text)));
  const Node* last = nullptr;
  return RunProgram(program, limits, &last);
}

absl::StatusOr<Value> Interpreter::RunProgram(const std::shared_ptr<const Program>& program,
                                              const Limits& limits, const Node** last) {
  const ScopedHeap heap(heap_);
  machine_->meter().Start(limits);
  return machine_->Run(program, last);
}

const Value* Interpreter::Find(absl::string_view name) const {
  const Environment::Cell* cell = machine_->environment().Find(name);
  return cell != nullptr && cell->defined ? &cell->value : nullptr;
}

absl::StatusOr<Value> Interpreter::Resolve(absl::string_view name) const {
  if (const Value* mine = Find(name)) return *mine;
  if (const Value* builtin = FindBuiltin(name)) return *builtin;
  const size_t dot = name.rfind('.');
  if (dot != absl::string_view::npos && dot > 0) {
    const absl::string_view module = name.substr(0, dot);
    if (IsPackage(module.substr(0, module.find('.')))) {
      if (const Value* member = FindMember(module, name.substr(dot + 1))) return *member;
    }
  }
  const std::string nearest = Suggestion(name);
  return absl::NotFoundError(
      absl::StrCat("`", name, "` not defined",
                   nearest.empty() ? "" : absl::StrCat("; did you mean `", nearest, "`?")));
}

std::string Interpreter::Suggestion(absl::string_view name) const {
  std::string qualified = QualifiedName(name);
  if (!qualified.empty()) return qualified;
  std::vector<std::string> candidates = Names();
  candidates.insert(candidates.end(), BuiltinNames().begin(), BuiltinNames().end());
  return NearestName(name, candidates);
}

absl::Status Interpreter::Assign(absl::string_view name, Value value) {
  // A name is an identifier when it parses as one.
  const auto program = Parse("name", std::string(name));
  const bool identifier = program.ok() && (*program)->statements.size() == 1 &&
                          (*program)->statements[0]->kind == NodeKind::kIdentifier &&
                          IsWord(name) && (*program)->statements[0]->span.begin == 0 &&
                          (*program)->statements[0]->span.end == static_cast<int>(name.size());
  if (!identifier) {
    return absl::InvalidArgumentError(absl::StrCat("`", name, "` is not an identifier"));
  }
  Environment& environment = machine_->environment();
  environment.Define(environment.CellFor((*program)->statements[0]->name), std::move(value));
  return absl::OkStatus();
}

bool Interpreter::Erase(absl::string_view name) { return machine_->environment().Erase(name); }

std::vector<std::string> Interpreter::Names() const { return machine_->environment().Names(); }

absl::StatusOr<Value> Interpreter::Call(const Value& f, absl::Span<const Value> arguments,
                                        const Keywords& keywords, const Limits& limits) {
  const ScopedHeap heap(heap_);
  machine_->meter().Start(limits);
  return machine_->CallWith(f, arguments, keywords);
}

absl::StatusOr<StagedLoss> Interpreter::StageLoss(const Value& loss,
                                                  absl::Span<const Value> leading,
                                                  const Value& batch) {
  const ScopedHeap heap(heap_);
  machine_->meter().Start({});
  return lang::StageLoss(*machine_, loss, leading, batch);
}

absl::StatusOr<std::vector<DerivativeText>> Interpreter::DeriveText(
    const Value& f, absl::Span<const Value> arguments, int order) {
  const ScopedHeap heap(heap_);
  machine_->meter().Start({});
  return lang::DeriveText(*machine_, f, arguments, order);
}

absl::Status Interpreter::ExplainNotFinite(const FailedStep& step) {
  return lang::ExplainNotFinite(*machine_, step);
}

std::string Interpreter::Display(const Value& value) const {
  absl::StatusOr<std::string> text = machine_->DisplayText(value);
  // A user's show method that fails must not hide the value.
  return text.ok() ? *std::move(text) : lang::Display(value);
}

std::string Interpreter::Repr(const Value& value) const {
  absl::StatusOr<std::string> text = machine_->ReprText(value);
  return text.ok() ? *std::move(text) : lang::Repr(value);
}

std::string Interpreter::TypeName(const Value& value) const { return lang::TypeName(value); }

nn::Context& Interpreter::context() { return *machine_; }
Host& Interpreter::host() { return machine_->host(); }

}  // namespace fluxgate::lang
