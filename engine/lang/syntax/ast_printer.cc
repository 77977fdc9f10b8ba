#include "engine/lang/syntax/ast_printer.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/lang/syntax/characters.h"
#include "engine/lang/syntax/float_format.h"

namespace fluxgate::lang {
namespace {

std::string PrintLiteral(const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
      return absl::StrCat("\"", absl::Utf8SafeCEscape(value.text()), "\"");
    case Kind::kChar: {
      std::string text;
      AppendUtf8(value.character(), &text);
      return absl::StrCat("'", absl::Utf8SafeCEscape(text), "'");
    }
    case Kind::kNumber:
      break;
    default:
      return "?";
  }
  const Scalar& s = value.scalar();
  switch (s.dtype()) {
    case DType::kBool:
      return s.AsBool() ? "true" : "false";
    case DType::kFloat32:
      return FormatFloat(static_cast<float>(s.AsDouble()), Float32Style::kLone);
    case DType::kFloat64:
      return FormatFloat(s.AsDouble());
    default:
      return absl::StrCat(s.AsInt64());
  }
}

// "(head child...)"; names stand behind the head.
std::string List(const Node& node, absl::string_view head) {
  std::string text = absl::StrCat("(", head);
  for (const NodePtr& child : node.children) absl::StrAppend(&text, " ", PrintAst(*child));
  if (node.extra != nullptr && node.kind != NodeKind::kSignature) {
    absl::StrAppend(&text, " extra=", PrintAst(*node.extra));
  }
  return text + ")";
}

std::string PrintParameter(const Node& node) {
  std::string text = node.children.size() > 2 ? PrintAst(node.child(2)) : node.name;
  if (node.child(0).kind != NodeKind::kNothing) {
    absl::StrAppend(&text, "::", PrintAst(node.child(0)));
  }
  if (node.has(kVararg)) text += "...";
  if (node.child(1).kind != NodeKind::kNothing) {
    absl::StrAppend(&text, "=", PrintAst(node.child(1)));
  }
  return node.has(kKeywordParam) ? ";" + text : text;
}

std::string PrintSignature(const Node& node) {
  std::string text = absl::StrCat("(sig ", node.name.empty() ? "_" : node.name);
  for (const NodePtr& child : node.children) {
    if (child->kind != NodeKind::kNothing) absl::StrAppend(&text, " ", PrintAst(*child));
  }
  for (size_t i = 0; i < node.names.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? " where " : ",", node.names[i]);
    const Node& bound = node.extra->child(i);
    if (bound.kind != NodeKind::kNothing) absl::StrAppend(&text, "<:", PrintAst(bound));
  }
  return text + ")";
}

}  // namespace

std::string PrintAst(const Node& node) {
  const std::string kind = absl::AsciiStrToLower(NodeKindName(node.kind));
  switch (node.kind) {
    case NodeKind::kLiteral:
      return PrintLiteral(node.value);
    case NodeKind::kIdentifier:
      return node.name;
    case NodeKind::kSymbolQuote:
      return ":" + node.name;
    case NodeKind::kColon:
      return ":";
    case NodeKind::kEnd:
      return "end";
    case NodeKind::kBegin:
      return "begin";
    case NodeKind::kNothing:
      return "_";
    case NodeKind::kBinary:
    case NodeKind::kUnary:
    case NodeKind::kAssign:
    case NodeKind::kAnd:
    case NodeKind::kOr:
    case NodeKind::kPair:
      return List(node, node.name);
    case NodeKind::kComparison: {
      std::string text = absl::StrCat("(cmp ", PrintAst(node.child(0)));
      for (size_t i = 0; i < node.names.size(); ++i) {
        absl::StrAppend(&text, " ", node.names[i], " ", PrintAst(node.child(i + 1)));
      }
      return text + ")";
    }
    case NodeKind::kTernary:
      return List(node, "?");
    case NodeKind::kRange:
      return List(node, ":");
    case NodeKind::kIndex:
      return List(node, "ref");
    case NodeKind::kField:
      return absl::StrCat("(. ", PrintAst(node.child(0)), " ", node.name, ")");
    case NodeKind::kSplat:
      return List(node, "...");
    case NodeKind::kTypeAnnotation:
      return List(node, "::");
    case NodeKind::kTypeApply:
      return List(node, "curly");
    case NodeKind::kLambda:
      return List(node, "->");
    case NodeKind::kParameterList:
      return List(node, "params");
    case NodeKind::kParameter:
      return PrintParameter(node);
    case NodeKind::kKeyword:
      return List(node, absl::StrCat("kw ", node.name));
    case NodeKind::kSignature:
      return PrintSignature(node);
    case NodeKind::kCallableSelf:
      return List(node, absl::StrCat("self ", node.name.empty() ? "_" : node.name));
    case NodeKind::kMatrix:
      return List(node, absl::StrCat("matrix@", node.dim));
    case NodeKind::kMatrixRow:
      return List(node, absl::StrCat("row@", node.dim));
    case NodeKind::kForClause:
      return List(node, absl::StrCat("for@", node.dim));
    case NodeKind::kFor:
      return List(node, "loop");
    case NodeKind::kComprehension:
      return List(node, node.name);
    case NodeKind::kMacroCall:
      return List(node, node.name);
    case NodeKind::kStruct:
    case NodeKind::kAbstractType:
    case NodeKind::kWhere:
      return List(node, absl::StrCat(node.has(kMutable) ? "mutable " : "", kind,
                                     node.name.empty() ? "" : " ", node.name,
                                     node.names.empty() ? "" : " {", absl::StrJoin(node.names, ","),
                                     node.names.empty() ? "" : "}"));
    case NodeKind::kUsing:
      return absl::StrCat("(", node.has(kImport) ? "import " : "using ",
                          absl::StrJoin(node.names, " | "), ")");
    case NodeKind::kTry:
      return List(node, node.name.empty() ? kind : absl::StrCat(kind, " ", node.name));
    case NodeKind::kModuleDef:
      return List(node, absl::StrCat(kind, " ", node.name));
    default:
      return List(node, kind);
  }
}

std::string PrintAst(const Program& program) {
  return absl::StrJoin(program.statements, "; ", [](std::string* out, const NodePtr& statement) {
    absl::StrAppend(out, PrintAst(*statement), statement->has(kShowless) ? "#" : "");
  });
}

}  // namespace fluxgate::lang
