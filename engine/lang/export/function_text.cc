// Functions as expressions: their own text, with what they captured around it.

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/evaluate/assigned_names.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/export/value_text.h"
#include "engine/nn/function.h"

namespace fluxgate::lang {
namespace {

std::string DefinitionText(const Code& code) {
  const Node& node = *code.definition;
  const auto text_of = [&](Span span) { return Excerpt(code.program->source, span).text(); };
  std::string text = text_of(node.span);
  // The block of `map(xs) do x, y … end` is no expression of its own.
  const bool is_block = node.kind == NodeKind::kLambda && absl::StartsWith(text, "do") &&
                        text.size() > 2 && !absl::ascii_isalnum(text[2]) && text[2] != '_' &&
                        (text[2] & 0x80) == 0;
  if (!is_block) return text;
  // Up to the line's end, or a semicolon, which parameters have none of.
  const size_t end = std::min(text.find_first_of(";\n"), text.size());
  std::string parameters(absl::StripAsciiWhitespace(absl::string_view(text).substr(2, end - 2)));
  // A single pattern is taken apart, not a list of two.
  const bool one = node.child(0).children.size() == 1;
  if (one && absl::StartsWith(parameters, "(")) parameters += ",";
  return absl::StrCat("function (", parameters, ")", text.substr(end));
}

// Whether the tree assigns the variable anywhere.
bool Assigns(const Node& node, const std::string& name) {
  if (node.kind == NodeKind::kAssign && !node.children.empty()) {
    AssignedNames targets;
    CollectTargetNames(node.child(0), &targets);
    const auto has = [&](const std::vector<std::string>& names) {
      return std::count(names.begin(), names.end(), name) > 0;
    };
    if (has(targets.assigned) || has(targets.locals)) return true;
  }
  return std::any_of(node.children.begin(), node.children.end(), [&](const NodePtr& child) {
    return child != nullptr && Assigns(*child, name);
  });
}

using Captures = std::vector<std::pair<std::string, BoxPtr>>;

// The variables that the methods share with the text around them, each once.
absl::StatusOr<Captures> CapturesOf(const GenericFunction& function) {
  Captures captures;
  for (const Method& method : function.methods()) {
    for (size_t i = 0; i < method.captured.size(); ++i) {
      const std::string& name = method.code->captures[i].name;
      const BoxPtr& box = method.captured[i];
      const auto known = std::find_if(captures.begin(), captures.end(),
                                      [&](const auto& capture) { return capture.first == name; });
      if (known == captures.end()) {
        captures.emplace_back(name, box);
      } else if (known->second != box) {
        return absl::FailedPreconditionError(
            absl::StrCat("its methods have captured two variables called ", name));
      }
    }
  }
  return captures;
}

// FAILED_PRECONDITION for a variable that the function changes and another one reads.
absl::Status CheckOwn(const GenericFunction& function, const std::string& name, const BoxPtr& box) {
  int64_t own = 1;  // that of CapturesOf
  bool assigned = false;
  for (const Method& method : function.methods()) {
    own += std::count(method.captured.begin(), method.captured.end(), box);
    assigned = assigned || Assigns(*method.code->definition, name);
  }
  if (!assigned || box.use_count() <= own) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("it shares the variable ", name, " with another function"));
}

}  // namespace

std::vector<std::string> ValueText::Definitions(const GenericFunction& function) {
  std::vector<const Code*> codes;  // A method with defaults stands in the table several times.
  std::vector<std::string> texts;
  for (const Method& method : function.methods()) {
    if (std::count(codes.begin(), codes.end(), method.code.get()) > 0) continue;
    codes.push_back(method.code.get());
    texts.push_back(DefinitionText(*method.code));
  }
  return texts;
}

absl::StatusOr<std::string> ValueText::FunctionText(const Value& value, int indent) {
  if (const auto* generic = value.AsClass<GenericFunction>()) {
    return GenericText(*generic, value, indent);
  }
  if (const auto* composed = value.AsClass<Composed>()) {
    FG_ASSIGN_OR_RETURN(const std::string outer, Of(composed->outer, "", indent));
    FG_ASSIGN_OR_RETURN(const std::string inner, Of(composed->inner, "", indent));
    FG_RETURN_IF_ERROR(Grow(12));
    return absl::StrCat("((", outer, ") ∘ (", inner, "))");
  }
  std::string name;
  if (const auto* row = value.AsClass<nn::FunctionValue>()) {
    name = names_.Library(row->function.name);
    if (!row->keywords.empty()) {
      std::vector<Part> parts;
      for (const auto& [keyword, bound] : row->keywords) {
        parts.push_back({absl::StrCat(keyword, " = "), bound, ""});
      }
      return List(absl::StrCat(name, "(; "), parts, ")", indent);
    }
  } else if (IsOfLibrary(value)) {
    name = names_.Library(Repr(value));
  } else {
    return absl::FailedPreconditionError(
        absl::StrCat("it holds ", Repr(value).substr(0, 100), ", a function without a text"));
  }
  return Counted(std::move(name));
}

absl::StatusOr<std::string> ValueText::GenericText(const GenericFunction& function,
                                                   const Value& value, int indent) {
  FG_ASSIGN_OR_RETURN(const Captures captures, CapturesOf(function));
  if (captures.empty()) {
    const Environment::Cell* cell = machine_.environment().Find(function.Name());
    const bool is_defined = cell != nullptr && cell->defined && cell->value.IdenticalTo(value);
    if (is_defined) return Counted(function.Name());
  }
  const std::vector<std::string> definitions = Definitions(function);
  if (captures.empty() && function.anonymous()) return Counted(definitions[0]);
  for (const std::string& definition : definitions) {
    FG_RETURN_IF_ERROR(Grow(definition.size() + indent + 16));
  }
  std::string text = "let";
  for (const auto& [name, box] : captures) {
    FG_RETURN_IF_ERROR(CheckOwn(function, name, box));
    if (IsUndefined(box->value)) {
      return absl::FailedPreconditionError(absl::StrCat("its variable ", name, " has no value"));
    }
    FG_ASSIGN_OR_RETURN(const std::string bound, CapturedText(box->value, captures));
    FG_RETURN_IF_ERROR(Grow(name.size() + 5));
    absl::StrAppend(&text, text == "let" ? " " : ", ", name, " = ", bound);
  }
  const std::string margin(indent, ' ');
  for (const std::string& definition : definitions) {
    absl::StrAppend(&text, "\n", margin, "    ", definition);
  }
  return absl::StrCat(text, "\n", margin, "end");
}

absl::StatusOr<std::string> ValueText::CapturedText(const Value& value, const Captures& captures) {
  // Inside the let its names hide those outside, so what is more than a number has one of the
  // script's own.
  if (!IsMade(value)) return Of(value, "");
  if (known_.find(value.object().get()) == known_.end()) return Hoist(value, "captured");
  FG_ASSIGN_OR_RETURN(const std::string known, Of(value, ""));
  const std::string root = known.substr(0, known.find_first_of(".["));
  const bool hidden = std::any_of(captures.begin(), captures.end(),
                                  [&](const auto& capture) { return capture.first == root; });
  if (!hidden) return known;
  const std::string name = names_.Fresh("captured");
  statements_.push_back(absl::StrCat(name, " = ", known));
  return name;
}

}  // namespace fluxgate::lang
