#include "engine/lang/evaluate/rewrite.h"

#include <cctype>
#include <utility>

namespace fluxgate::lang {
namespace {

void Dot(Node* node) {
  switch (node->kind) {
    case NodeKind::kBinary:
    case NodeKind::kUnary:
    case NodeKind::kAssign:
    case NodeKind::kAnd:
    case NodeKind::kOr:
      if (!node->has(kDotted) && node->name != "'") {
        node->name.insert(0, ".");
        node->flags |= kDotted;
      }
      break;
    case NodeKind::kComparison:
      for (std::string& name : node->names) {
        if (name[0] != '.') name.insert(0, ".");
      }
      break;
    case NodeKind::kCall:
      node->kind = NodeKind::kDotCall;
      break;
    default:
      break;
  }
  if (node->kind == NodeKind::kLambda) return;
  for (NodePtr& child : node->children) Dot(child.get());
}

void MarkViews(Node* node, bool target) {
  if (node->kind == NodeKind::kIndex && !target) node->flags |= kDotted;
  for (size_t i = 0; i < node->children.size(); ++i) {
    MarkViews(node->children[i].get(), node->kind == NodeKind::kAssign && i == 0);
  }
}

}  // namespace

NodePtr CloneNode(const Node& node) {
  auto copy = std::make_unique<Node>();
  copy->kind = node.kind;
  copy->flags = node.flags;
  copy->dim = node.dim;
  copy->height = node.height;
  copy->span = node.span;
  copy->name = node.name;
  copy->names = node.names;
  copy->value = node.value;
  for (const NodePtr& child : node.children) copy->children.push_back(CloneNode(*child));
  if (node.extra != nullptr) copy->extra = CloneNode(*node.extra);
  return copy;
}

NodePtr WithDots(const Node& node) {
  NodePtr copy = CloneNode(node);
  Dot(copy.get());
  return copy;
}

NodePtr WithViews(const Node& node) {
  NodePtr copy = CloneNode(node);
  MarkViews(copy.get(), false);
  return copy;
}

absl::string_view MacroName(const Node& macro_call) {
  const absl::string_view name = macro_call.name;
  const size_t at = name.rfind('@');
  return at == absl::string_view::npos ? name : name.substr(at);
}

Rewriting RewritingOf(const Node& macro_call) {
  if (macro_call.children.size() != 1) return Rewriting::kNone;
  const absl::string_view name = MacroName(macro_call);
  if (name == "@." || name == "@__dot__") return Rewriting::kDots;
  if (name == "@views") return Rewriting::kViews;
  if (name == "@kwdef" && macro_call.child(0).kind == NodeKind::kStruct) {
    return Rewriting::kKeywordConstructor;
  }
  return Rewriting::kNone;
}

NodePtr WithKeywordConstructor(const Node& definition) {
  auto make = [&definition](NodeKind kind, std::string name = "") {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->name = std::move(name);
    node->span = definition.span;
    return node;
  };
  auto parameters = make(NodeKind::kParameterList);
  auto call = make(NodeKind::kCall);
  call->children.push_back(make(NodeKind::kIdentifier, definition.name));
  for (const NodePtr& field : definition.children) {
    if (field->kind != NodeKind::kParameter) continue;
    NodePtr parameter = CloneNode(*field);
    parameter->flags |= kKeywordParam;
    parameter->children[0] = make(NodeKind::kNothing);  // the struct itself converts
    parameters->children.push_back(std::move(parameter));
    call->children.push_back(make(NodeKind::kIdentifier, field->name));
  }
  auto signature = make(NodeKind::kSignature, definition.name);
  signature->children.push_back(make(NodeKind::kNothing));
  signature->children.push_back(std::move(parameters));
  signature->children.push_back(make(NodeKind::kNothing));
  signature->children.push_back(make(NodeKind::kNothing));
  auto function = make(NodeKind::kFunction);
  function->children.push_back(std::move(signature));
  function->children.push_back(std::move(call));
  auto block = make(NodeKind::kBlock);
  block->children.push_back(CloneNode(definition));
  block->children.push_back(std::move(function));
  block->children.push_back(make(NodeKind::kNothing));
  return block;
}

bool IsWord(absl::string_view name) {
  if (name.empty()) return false;
  const auto c = static_cast<unsigned char>(name[0]);
  if (std::isalpha(c) || c == '_' || c == '#') return true;
  if (c < 0x80) return false;
  // Operators beyond ASCII that the parser knows as infix.
  for (absl::string_view op : {"∘", "÷", "×", "⋅", "⊻", "√", "∛", "∈", "∉", "∋", "∌", "⊆", "⊇",
                               "≤", "≥", "≠", "≈", "≉", "≡", "≢", "∪", "∩", "⊕", "⊗", "⊙", "⊠"}) {
    if (name == op) return false;
  }
  return true;
}

}  // namespace fluxgate::lang
