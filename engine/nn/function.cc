#include "engine/nn/function.h"

#include <algorithm>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "engine/base/mutex.h"
#include "engine/base/status_macros.h"
#include "engine/nn/errors.h"

namespace fluxgate::nn {
namespace {

class ValueTable {
 public:
  Value Get(const Function& function) {
    MutexLock lock(mutex_);
    std::shared_ptr<FunctionValue>& value = values_[&function];
    if (value == nullptr) value = std::make_shared<FunctionValue>(function);
    return Value(value);
  }

 private:
  Mutex mutex_;
  absl::flat_hash_map<const Function*, std::shared_ptr<FunctionValue>> values_
      ABSL_GUARDED_BY(mutex_);
};

std::string CountText(const Function& f) {
  if (f.max_arguments < 0) return absl::StrCat("at least ", f.min_arguments);
  if (f.min_arguments == f.max_arguments) return absl::StrCat(f.min_arguments);
  return absl::StrCat(f.min_arguments, " to ", f.max_arguments);
}

absl::Status CheckArguments(const Function& f, const Arguments& arguments) {
  const int count = static_cast<int>(arguments.size());
  if (count < f.min_arguments || (f.max_arguments >= 0 && count > f.max_arguments)) {
    return Error("MethodError", "no method matching ", f.name, " with ", count,
                 count == 1 ? " argument" : " arguments", "; it takes ", CountText(f));
  }
  if (f.keywords.size() == 1 && f.keywords[0] == "...") return absl::OkStatus();
  for (const auto& [name, value] : arguments.keywords) {
    if (std::find(f.keywords.begin(), f.keywords.end(), absl::string_view(name)) ==
        f.keywords.end()) {
      std::string known;
      for (absl::string_view keyword : f.keywords) {
        absl::StrAppend(&known, known.empty() ? "" : ", ", keyword);
      }
      return Error("MethodError", f.name, " got unsupported keyword argument \"", name, "\"",
                   known.empty() ? "; it takes none" : absl::StrCat("; it takes ", known));
    }
  }
  return absl::OkStatus();
}

}  // namespace

const Value* Arguments::Keyword(absl::string_view name) const {
  for (const auto& [keyword, value] : keywords) {
    if (absl::string_view(keyword) == name) return &value;
  }
  return nullptr;
}

Value FunctionAsValue(const Function& function) {
  static auto& table = *new ValueTable;
  return table.Get(function);
}

const Function* FunctionOf(const Value& value) {
  if (!value.is(Kind::kFunction)) return nullptr;
  const auto* function = value.AsClass<FunctionValue>();
  return function == nullptr ? nullptr : &function->function;
}

absl::StatusOr<Value> CallFunction(Context& context, const Function& function,
                                   const Arguments& arguments) {
  FG_RETURN_IF_ERROR(CheckArguments(function, arguments));
  return function.call(context, arguments);
}

absl::StatusOr<Value> CallFunction(Context& context, const FunctionValue& value,
                                   const Arguments& arguments) {
  if (value.keywords.empty()) return CallFunction(context, value.function, arguments);
  FunctionValue::Keywords merged(arguments.keywords.begin(), arguments.keywords.end());
  for (const auto& bound : value.keywords) {
    if (arguments.Keyword(bound.first) == nullptr) merged.push_back(bound);
  }
  return CallFunction(context, value.function, {arguments.positional, merged});
}

}  // namespace fluxgate::nn
