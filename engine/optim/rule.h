#ifndef FLUXGATE_ENGINE_OPTIM_RULE_H_
#define FLUXGATE_ENGINE_OPTIM_RULE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/ir/expr.h"
#include "engine/nn/function.h"
#include "engine/value/struct.h"

namespace fluxgate::optim {

// A field of a rule, with its default. A rate is a number that must not be negative; a flag is true
// or false, given by keyword only.
struct RuleField {
  enum class Kind : uint8_t { kRate, kNumber, kPair, kFlag };
  absl::string_view name;
  Kind kind = Kind::kNumber;
  double first = 0, second = 0;
  bool float32 = false;  // shown with f0, as the default of Descent
};

// One entry of the state that a rule keeps for each parameter.
enum class StateKind : uint8_t {
  kZeros,           // an array like the parameter
  kEpsilons,        // the same, filled with the field epsilon
  kRates,           // the same, filled with the field eta
  kZerosIfCentred,  // zeros, or false without the flag centred
  kBetaPowers,      // the pair (β₁, β₂), which the rule raises step by step
  kCount,           // an Int64, from 1
};

// What a rule's formula sees: the parameter x, its gradient dx, hyperparameters and state; and
// where it leaves the new state. What it returns is subtracted from x.
class Frame {
 public:
  Frame(const Struct& of, ir::Expr parameter, ir::Expr gradient,
        absl::Span<const ir::Expr> hyperparameters, absl::Span<const ir::Expr> state)
      : rule(of),
        x(parameter),
        dx(gradient),
        next(state.begin(), state.end()),
        hyperparameters_(hyperparameters),
        state_(state) {}

  // Hyperparameter i (a pair counts as two, flags do not count) as T(value), T the parameter's
  // type.
  ir::Expr T(size_t i) const { return x.ok() ? Cast(hyperparameters_[i], x.dtype()) : x; }
  // The same in Float64.
  ir::Expr Exact(size_t i) const { return hyperparameters_[i]; }
  ir::Expr State(size_t i) const { return state_[i]; }
  // The new value of state i, stored in the state's own type; returns what was stored.
  ir::Expr Store(size_t i, ir::Expr value);
  bool Flag(absl::string_view field) const;

  const Struct& rule;
  const ir::Expr x, dx;
  std::vector<ir::Expr> next;
  std::vector<ir::Expr> norms;  // as in Update

 private:
  absl::Span<const ir::Expr> hyperparameters_, state_;
};

// A rule: one row each in the registry.
struct Rule {
  absl::string_view name;
  std::vector<RuleField> fields;
  std::vector<StateKind> state;
  ir::Expr (*emit)(Frame& frame) = nullptr;
  std::vector<absl::string_view> aliases = {};  // older names
};

// The rows of each file, and the files' own order is that of the documentation.
std::vector<Rule> DescentRules();
std::vector<Rule> AdaptiveRules();
std::vector<Rule> AdamRules();
std::vector<Rule> ModifierRules();

const std::vector<Rule>& Rules();
const std::shared_ptr<const StructType>& TypeOf(const Rule& rule);
// Null for a struct that is not a rule of the table, as OptimiserChain.
const Rule* FindRule(const StructType& type);
const std::shared_ptr<const StructType>& ChainType();
bool IsChain(const Struct& rule);
// A rule (or chain of rules) whose fields have the kinds that its row says: a struct that text has
// taken apart may not be.
bool IsWellFormed(const Struct& rule);
// The rules of a chain, or the rule alone. REQUIRES: IsWellFormed.
std::vector<const Struct*> Links(const Struct& rule);

// The rule with some fields replaced: adjust's fields by name, unknown ones ignored.
absl::StatusOr<Value> Adjusted(nn::Context& context, const Struct& rule,
                               absl::Span<const std::pair<std::string, Value>> changes);

// The constructor of every rule and of OptimiserChain.
std::vector<nn::Function> ConstructorRows();

}  // namespace fluxgate::optim

#endif  // FLUXGATE_ENGINE_OPTIM_RULE_H_
