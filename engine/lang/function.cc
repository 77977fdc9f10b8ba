#include "engine/lang/function.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/lang/display/display.h"
#include "engine/lang/evaluate/dispatch.h"
#include "engine/lang/evaluate/scope.h"

namespace fluxgate::lang {

std::string NativeFunction::Display() const {
  // One made for a value shows as the call that makes it: Restructure(Dense, ..., 3).
  if (absl::EndsWith(builtin.name, ")")) return builtin.name;
  return absl::StrCat(builtin.name, " (generic function)");
}

Value MakeNative(std::string name, int min_arguments, int max_arguments,
                 std::function<absl::StatusOr<Value>(Evaluator&, absl::Span<const Value>)> call) {
  Builtin builtin;
  builtin.name = std::move(name);
  builtin.min_arguments = min_arguments;
  builtin.max_arguments = max_arguments;
  builtin.call = [call = std::move(call)](Evaluator& eval, const nn::Arguments& arguments) {
    return call(eval, arguments.positional);
  };
  return Value(std::make_shared<NativeFunction>(std::move(builtin)));
}

std::string Composed::Name() const { return absl::StrCat(Repr(outer), " ∘ ", Repr(inner)); }

std::string Composed::TypeName() const {
  return absl::StrCat("ComposedFunction{", lang::TypeName(outer), ", ", lang::TypeName(inner), "}");
}

std::vector<Child> Composed::Children() const { return {{".outer", outer}, {".inner", inner}}; }

Value Composed::WithChildren(std::vector<Value> children) const {
  return Of(std::move(children[0]), std::move(children[1]));
}

std::string GenericFunction::Display() const {
  return absl::StrCat(name_, " (generic function with ", methods().size(),
                      methods().size() == 1 ? " method)" : " methods)");
}

std::string GenericFunction::TypeName() const {
  if (anonymous_) return absl::StrCat("var\"", name_, "\"");
  return absl::StrCat("typeof(", name_, ")");
}

void GenericFunction::Add(Method method) {
  auto methods = std::make_shared<std::vector<Method>>(*methods_);
  const auto same = std::find_if(methods->begin(), methods->end(),
                                 [&](const Method& have) { return SameSignature(have, method); });
  if (same != methods->end()) {
    method.has_rivals = same->has_rivals;
    *same = std::move(method);
  } else {
    // Behind those that are more specific, before those that are less; among strangers the older
    // one stays first.
    size_t position = 0;
    for (size_t i = 0; i < methods->size(); ++i) {
      if (MoreSpecific((*methods)[i], method)) position = i + 1;
    }
    while (position < methods->size() && !MoreSpecific(method, (*methods)[position])) ++position;
    for (Method& other : *methods) {
      if (!Rivals(other, method)) continue;
      other.has_rivals = method.has_rivals = true;
    }
    methods->insert(methods->begin() + position, std::move(method));
  }
  methods_ = std::move(methods);
  HoldBytes(methods_->size() * sizeof(Method));
}

namespace {

// Calls f(name, box) for each captured variable, once for each box.
template <typename F>
void ForEachCapture(const std::vector<Method>& methods, F f) {
  std::vector<const Box*> seen;
  for (const Method& method : methods) {
    for (size_t i = 0; i < method.captured.size(); ++i) {
      const Box* box = method.captured[i].get();
      if (std::find(seen.begin(), seen.end(), box) != seen.end()) continue;
      seen.push_back(box);
      f(method.code->captures[i].name, method.captured[i]);
    }
  }
}

}  // namespace

std::vector<Child> GenericFunction::Children() const {
  std::vector<Child> children;
  ForEachCapture(*methods_, [&](const std::string& name, const BoxPtr& box) {
    children.push_back({absl::StrCat(".", name), box->value});
  });
  return children;
}

Value GenericFunction::WithChildren(std::vector<Value> children) const {
  auto copy = std::make_shared<GenericFunction>(name_, anonymous_);
  std::vector<std::pair<const Box*, BoxPtr>> fresh;
  ForEachCapture(*methods_, [&](const std::string&, const BoxPtr& box) {
    fresh.emplace_back(box.get(), std::make_shared<Box>(std::move(children[fresh.size()])));
  });
  auto methods = std::make_shared<std::vector<Method>>(*methods_);
  for (Method& method : *methods) {
    for (BoxPtr& box : method.captured) {
      for (const auto& [old, replacement] : fresh) {
        if (old == box.get()) {
          box = replacement;
          break;
        }
      }
    }
  }
  copy->methods_ = std::move(methods);
  return Value(std::move(copy));
}

const Value* GenericFunction::Captured(absl::string_view name) const {
  const Value* found = nullptr;
  ForEachCapture(*methods_, [&](const std::string& captured, const BoxPtr& box) {
    if (captured == name && found == nullptr) found = &box->value;
  });
  return found;
}

}  // namespace fluxgate::lang
