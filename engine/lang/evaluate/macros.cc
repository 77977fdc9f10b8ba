#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/evaluate/printf.h"
#include "engine/lang/evaluate/rewrite.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {
namespace {

absl::string_view TextOf(const Node& node, const Frame& frame) {
  const absl::string_view text = frame.code->program->source->text;
  if (node.span.begin < 0 || node.span.end > static_cast<int32_t>(text.size())) return "";
  return text.substr(node.span.begin, node.span.end - node.span.begin);
}

// Macros that only tell Julia's compiler something.
bool IsHint(absl::string_view name) {
  for (absl::string_view hint : {"@inline", "@noinline", "@inbounds", "@simd", "@fastmath",
                                 "@nospecialize", "@time", "@timev", "@propagate_inbounds"}) {
    if (name == hint) return true;
  }
  return false;
}

// Macros of one expression, which have come without it, or with more.
bool TakesOneExpression(absl::string_view name) {
  for (absl::string_view one :
       {"@.", "@__dot__", "@views", "@kwdef", "@ignore", "@ignore_derivatives", "@isdefined"}) {
    if (name == one) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<Value> Machine::EvalMacro(const Node& node, Frame& frame) {
  const absl::string_view name = MacroName(node);
  const size_t count = node.children.size();
  if (RewritingOf(node) != Rewriting::kNone) {
    absl::StatusOr<Value> value = Eval(*(*frame.code->expansions)[node.slot], frame);
    if (name == "@kwdef" && value.ok()) {
      transcript_.NoteType(node.child(0).name, {frame.code->program->source, node.span});
    }
    return value;
  }
  if (IsHint(name) && count > 0) return Eval(node.child(count - 1), frame);
  if (name == "@show") {
    Value value;
    for (const NodePtr& child : node.children) {
      FG_ASSIGN_OR_RETURN(value, Eval(*child, frame));
      FG_ASSIGN_OR_RETURN(const std::string text, ReprText(value));
      FG_RETURN_IF_ERROR(host_.Print(absl::StrCat(TextOf(*child, frame), " = ", text, "\n")));
    }
    return value;
  }
  if (name == "@printf" || name == "@sprintf") {
    std::vector<Value> values;
    for (const NodePtr& child : node.children) {
      FG_ASSIGN_OR_RETURN(Value value, Eval(*child, frame));
      values.push_back(std::move(value));
    }
    if (values.empty() || !values[0].is(Kind::kString)) {
      return JuliaError("ArgumentError",
                        absl::StrCat(name, ": first argument must be a format string"));
    }
    FG_ASSIGN_OR_RETURN(std::string text, FormatPrintf(*this, values[0].text(),
                                                       absl::MakeConstSpan(values).subspan(1)));
    if (name == "@sprintf") return Value::String(std::move(text));
    FG_RETURN_IF_ERROR(host_.Print(text));
    return Value();
  }
  if (name == "@info" || name == "@warn" || name == "@error" || name == "@debug") {
    return EvalLogMacro(node, frame);
  }
  if (name == "@assert") {
    if (count == 0) return JuliaError("ParseError", "@assert needs a condition");
    FG_ASSIGN_OR_RETURN(const bool holds, EvalCondition(node.child(0), frame));
    if (holds) return Value();
    std::string message(TextOf(node.child(0), frame));
    if (count > 1) {
      FG_ASSIGN_OR_RETURN(const Value given, Eval(node.child(1), frame));
      FG_ASSIGN_OR_RETURN(message, PrintText(given));
    }
    return JuliaError("AssertionError", message);
  }
  if (name == "@view") {
    if (count != 1 || node.child(0).kind != NodeKind::kIndex) {
      return JuliaError("ArgumentError", "@view is for an indexing expression such as A[:, 1]");
    }
    const Node& index = node.child(0);
    FG_ASSIGN_OR_RETURN(const Value object, Eval(index.child(0), frame));
    absl::InlinedVector<Value, 4> indices;
    FG_RETURN_IF_ERROR(EvalIndices(index, object, frame, &indices));
    return View(*this, object, indices);
  }
  if (name == "@layer" || name == "@functor" || name == "@leaf") return EvalLayerMacro(node, frame);
  if ((name == "@ignore" || name == "@ignore_derivatives") && count == 1) {
    FG_ASSIGN_OR_RETURN(const Value value, Eval(node.child(0), frame));
    FG_ASSIGN_OR_RETURN(const Value ignore, Lookup("ignore_derivatives"));
    return CallWith(ignore, {value}, {});
  }
  if (name == "@isdefined" && count == 1 && node.child(0).kind == NodeKind::kIdentifier) {
    return Value::Bool(Eval(node.child(0), frame).ok());
  }
  if (name == "@elapsed" || name == "@allocated" || name == "@btime" || name == "@benchmark") {
    return JuliaError("ArgumentError",
                      absl::StrCat(name, " needs a clock, which sessions do not have"));
  }
  if (TakesOneExpression(name)) {
    return JuliaError("ArgumentError",
                      absl::StrCat(name, name == "@kwdef" ? " takes the definition of a struct"
                                         : name == "@isdefined" ? " takes one name"
                                                                : " takes one expression"));
  }
  return JuliaError("UndefVarError",
                    absl::StrCat("`", name,
                                 "` not defined: the macros that exist are @show, @info, "
                                 "@warn, @assert, @., @view, @views, @time, @kwdef, Flux.@layer, "
                                 "Flux.@functor and Zygote.@ignore"));
}

absl::StatusOr<Value> Machine::EvalLogMacro(const Node& node, Frame& frame) {
  const absl::string_view name = MacroName(node);
  if (name == "@debug") return Value();
  std::string message;
  std::vector<std::string> details;
  for (size_t i = 0; i < node.children.size(); ++i) {
    const Node& child = node.child(i);
    const bool keyed = child.kind == NodeKind::kAssign || child.kind == NodeKind::kKeyword;
    const Node& expression = keyed ? *child.children.back() : child;
    FG_ASSIGN_OR_RETURN(const Value value, Eval(expression, frame));
    if (i == 0 && !keyed) {
      FG_ASSIGN_OR_RETURN(message, PrintText(value));
      continue;
    }
    FG_ASSIGN_OR_RETURN(const std::string text, ReprText(value));
    const std::string key = child.kind == NodeKind::kAssign    ? child.child(0).name
                            : child.kind == NodeKind::kKeyword ? child.name
                                                               : std::string(TextOf(child, frame));
    details.push_back(absl::StrCat(key, " = ", text));
  }
  const absl::string_view label = name == "@info" ? "Info" : name == "@warn" ? "Warning" : "Error";
  if (name != "@info") {
    const absl::string_view text = frame.code->program->source->text;
    const auto end = text.begin() + std::min<size_t>(node.span.begin, text.size());
    details.push_back(absl::StrCat("@ Main ", frame.code->program->source->name, ":",
                                   1 + std::count(text.begin(), end, '\n')));
  }
  std::string out;
  if (details.empty()) {
    out = absl::StrCat("[ ", label, ": ", message, "\n");
  } else {
    out = absl::StrCat("┌ ", label, ": ", message, "\n");
    for (size_t i = 0; i < details.size(); ++i) {
      const bool last = i + 1 == details.size();
      const bool where = name != "@info" && last;
      absl::StrAppend(&out, last ? "└ " : "│ ", where ? "" : "  ", details[i], "\n");
    }
  }
  if (ops_.tracing()) ops_.trace()->MarkEffect();
  FG_RETURN_IF_ERROR(host_.Print(out));
  return Value();
}

absl::StatusOr<Value> Machine::EvalLayerMacro(const Node& node, Frame& frame) {
  std::shared_ptr<const StructType> type;
  absl::optional<std::vector<std::string>> trainable;
  auto names_in = [](const Node& list) {
    std::vector<std::string> names;
    if (list.kind == NodeKind::kIdentifier) names.push_back(list.name);
    for (const NodePtr& child : list.children) names.push_back(child->name);
    return names;
  };
  for (const NodePtr& child : node.children) {
    if (child->kind == NodeKind::kSymbolQuote) continue;  // :expand and its kin concern display
    if ((child->kind == NodeKind::kAssign || child->kind == NodeKind::kKeyword)) {
      const bool keyword = child->kind == NodeKind::kKeyword;
      const std::string& key = keyword ? child->name : child->child(0).name;
      if (key != "trainable") {
        return JuliaError("ArgumentError",
                          absl::StrCat("unknown option ", key, ": expected trainable=(fields...)"));
      }
      trainable = names_in(*child->children.back());
    } else if (child->kind == NodeKind::kTuple && type != nullptr) {
      trainable = names_in(*child);
    } else {
      FG_ASSIGN_OR_RETURN(const TypePtr given, EvalType(*child, {}, frame));
      type = given->struct_type;
      if (type == nullptr) {
        return JuliaError("ArgumentError",
                          absl::StrCat(given->ToString(), " is not a struct type"));
      }
    }
  }
  if (type == nullptr) return JuliaError("ArgumentError", absl::StrCat(node.name, " needs a type"));
  if (node.name.find("@leaf") != std::string::npos) trainable.emplace();
  if (!trainable.has_value()) return Value();
  for (const std::string& field : *trainable) {
    if (type->FieldIndex(field) < 0) {
      return JuliaError("ArgumentError",
                        absl::StrCat("type ", type->name, " has no field ", field));
    }
  }
  for (const auto& mine : struct_types_) {
    if (mine != type) continue;
    // Shared as immutable, but made here and changed by its own definition.
    std::const_pointer_cast<StructType>(type)->trainable = std::move(trainable);
    return Value();
  }
  return JuliaError("ArgumentError", absl::StrCat(type->name, " is a type of the library's own"));
}

}  // namespace fluxgate::lang
