// Functions as expressions: their own text, with what they captured around it.

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/export/value_text.h"
#include "engine/nn/function.h"

namespace fluxgate::lang {
namespace {

std::string DefinitionText(const Code& code) {
  const Node& node = *code.definition;
  const auto text_of = [&](const Node& part) {
    return Excerpt{code.program->source, part.span}.text();
  };
  const absl::string_view text = text_of(node);
  // The block of `map(xs) do x … end` is no expression of its own.
  const bool is_block = node.kind == NodeKind::kLambda && absl::StartsWith(text, "do") &&
                        text.size() > 2 && (absl::ascii_isspace(text[2]) || text[2] == ';');
  if (!is_block) return std::string(text);
  return absl::StrCat("function (", text_of(node.child(0)), ")\n", text_of(node.child(1)), "\nend");
}

// Whether the tree assigns the variable anywhere.
bool Assigns(const Node& node, const std::string& name) {
  if (node.kind == NodeKind::kAssign && !node.children.empty()) {
    const Node& target = node.child(0);
    if (target.kind == NodeKind::kIdentifier && target.name == name) return true;
  }
  return std::any_of(node.children.begin(), node.children.end(), [&](const NodePtr& child) {
    return child != nullptr && Assigns(*child, name);
  });
}

// The variables that the methods share with the text around them, each once.
using Captures = std::vector<std::pair<std::string, BoxPtr>>;

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

absl::StatusOr<std::string> ValueText::FunctionText(const Value& value, const std::string& path,
                                                    int indent) {
  if (const auto* generic = value.AsClass<GenericFunction>()) {
    return GenericText(*generic, value, path, indent);
  }
  if (const auto* composed = value.AsClass<Composed>()) {
    FG_ASSIGN_OR_RETURN(const std::string outer, Of(composed->outer, "", indent));
    FG_ASSIGN_OR_RETURN(const std::string inner, Of(composed->inner, "", indent));
    return absl::StrCat("((", outer, ") ∘ (", inner, "))");
  }
  if (const auto* row = value.AsClass<nn::FunctionValue>()) {
    const std::string name = LibraryName(row->function.name);
    if (row->keywords.empty()) return name;
    std::vector<Part> parts;
    for (const auto& [keyword, bound] : row->keywords) {
      parts.push_back({absl::StrCat(keyword, " = "), bound, ""});
    }
    return List(absl::StrCat(name, "(; "), parts, ")", indent);
  }
  if (IsOfLibrary(value)) return LibraryName(Repr(value));
  return absl::FailedPreconditionError(
      absl::StrCat("it holds ", Repr(value).substr(0, 100), ", a function without a text"));
}

absl::StatusOr<std::string> ValueText::GenericText(const GenericFunction& function,
                                                   const Value& value, const std::string& path,
                                                   int indent) {
  FG_ASSIGN_OR_RETURN(const Captures captures, CapturesOf(function));
  const std::vector<std::string> definitions = Definitions(function);
  if (captures.empty()) {
    const Environment::Cell* cell = machine_.environment().Find(function.Name());
    if (cell != nullptr && cell->defined && cell->value.IdenticalTo(value)) return function.Name();
    if (function.anonymous()) return definitions[0];
  }
  std::string text = "let";
  for (const auto& [name, box] : captures) {
    FG_RETURN_IF_ERROR(CheckOwn(function, name, box));
    if (IsUndefined(box->value)) {
      return absl::FailedPreconditionError(absl::StrCat("its variable ", name, " has no value"));
    }
    FG_ASSIGN_OR_RETURN(const std::string bound,
                        Of(box->value, absl::StrCat(path, ".", name), indent + 4));
    absl::StrAppend(&text, text == "let" ? " " : ", ", name, " = ", bound);
  }
  const std::string margin(indent, ' ');
  for (const std::string& definition : definitions) {
    absl::StrAppend(&text, "\n", margin, "    ", definition);
  }
  return absl::StrCat(text, "\n", margin, "end");
}

}  // namespace fluxgate::lang
