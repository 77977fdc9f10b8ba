#include "engine/lang/export/training_text.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "engine/lang/evaluate/assigned_names.h"
#include "engine/lang/syntax/parser.h"

namespace fluxgate::lang {
namespace {

using Insertions = std::vector<std::pair<size_t, std::string>>;

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::count(names.begin(), names.end(), name) > 0;
}

// What is to be said at the head of the body of each loop that assigns globals: of those in no
// function and no let, whose variables are their own. `local` has the variables of loops around.
void CollectLoops(const Node& node, absl::FunctionRef<bool(const std::string&)> is_global,
                  std::vector<std::string> local, Insertions& insertions) {
  if (node.kind == NodeKind::kFunction || node.kind == NodeKind::kLambda ||
      node.kind == NodeKind::kLet || node.kind == NodeKind::kStruct) {
    return;
  }
  if (node.kind == NodeKind::kFor || node.kind == NodeKind::kWhile) {
    const Node& body = *node.children.back();
    AssignedNames names, variables;
    CollectNames(body, &names);
    for (const NodePtr& child : node.children) {
      if (child->kind == NodeKind::kForClause) CollectTargetNames(child->child(0), &variables);
    }
    local.insert(local.end(), variables.assigned.begin(), variables.assigned.end());
    local.insert(local.end(), names.locals.begin(), names.locals.end());
    std::vector<std::string> globals;
    for (const std::string& name : names.assigned) {
      if (is_global(name) && !Has(local, name) && !Has(globals, name) &&
          !names.globals.contains(name)) {
        globals.push_back(name);
      }
    }
    if (!globals.empty()) {
      insertions.emplace_back(body.span.begin,
                              absl::StrCat("global ", absl::StrJoin(globals, ", "), "; "));
    }
  }
  for (const NodePtr& child : node.children) {
    if (child != nullptr) CollectLoops(*child, is_global, local, insertions);
  }
}

std::string FirstUsed(const Node& node, const std::vector<std::string>& names) {
  if (node.kind == NodeKind::kIdentifier && Has(names, node.name)) return node.name;
  for (const NodePtr& child : node.children) {
    if (child == nullptr) continue;
    if (std::string name = FirstUsed(*child, names); !name.empty()) return name;
  }
  return "";
}

}  // namespace

std::string FirstUsed(const std::string& statement, const std::vector<std::string>& names) {
  if (names.empty()) return "";
  const auto program = Parse("export", statement);
  if (!program.ok()) return "";
  for (const NodePtr& node : (*program)->statements) {
    if (std::string name = FirstUsed(*node, names); !name.empty()) return name;
  }
  return "";
}

std::string ForFile(const std::string& statement,
                    absl::FunctionRef<bool(const std::string&)> is_global) {
  const auto program = Parse("export", statement);
  if (!program.ok()) return statement;  // It was part of a line that made sense as a whole.
  Insertions insertions;
  for (const NodePtr& node : (*program)->statements) CollectLoops(*node, is_global, {}, insertions);
  std::sort(insertions.begin(), insertions.end());
  std::string text = statement;
  for (auto it = insertions.rbegin(); it != insertions.rend(); ++it) {
    text.insert(it->first, it->second);
  }
  return text;
}

std::string Indented(absl::string_view lines) {
  const std::vector<absl::string_view> all = absl::StrSplit(lines, '\n');
  const bool string_goes_on = std::any_of(all.begin(), all.end(), [](absl::string_view line) {
    return std::count(line.begin(), line.end(), '"') % 2 != 0;
  });
  std::string text;
  for (absl::string_view line : all) {
    absl::StrAppend(&text, line.empty() || string_goes_on ? "" : "    ", line, "\n");
  }
  return text;
}

}  // namespace fluxgate::lang
