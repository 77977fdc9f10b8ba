#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/parser_impl.h"

namespace fluxgate::lang {
namespace {

std::string OperatorName(const Token& token) {
  return absl::StrCat(token.dotted ? "." : "", token.text);
}

uint8_t DotFlag(const Token& token) { return token.dotted ? kDotted : kNoFlags; }

bool IsNumberLiteral(const Node& node) {
  return node.kind == NodeKind::kLiteral && node.value.is_number() && !node.value.is_bool() &&
         !node.has(kParenthesised);
}

// -x of a literal, wrapping as integers do.
Value Negate(const Value& value) {
  const Scalar& s = value.scalar();
  if (s.dtype() == DType::kFloat32) return Value::Float32(-static_cast<float>(s.AsDouble()));
  if (s.dtype() == DType::kFloat64) return Value::Float64(-s.AsDouble());
  return Value::Int(static_cast<int64_t>(0 - static_cast<uint64_t>(s.AsInt64())));
}

}  // namespace

absl::Status Parser::CheckTarget(const Node& target, bool update) const {
  switch (target.kind) {
    case NodeKind::kIdentifier:
    case NodeKind::kIndex:
    case NodeKind::kField:
      return absl::OkStatus();
    case NodeKind::kTypeAnnotation:
      if (target.child(0).kind == NodeKind::kNothing) break;
      return CheckTarget(target.child(0), update);
    case NodeKind::kTuple:
    case NodeKind::kNamedTuple:
      if (update) break;
      for (const NodePtr& child : target.children) FG_RETURN_IF_ERROR(CheckTarget(*child, false));
      return absl::OkStatus();
    case NodeKind::kSplat:
      if (update) break;
      return CheckTarget(target.child(0), false);
    default:
      break;
  }
  return ErrorAt(target, "this cannot be assigned to");
}

Parser::Result Parser::ParseAssignment(bool comma) {
  const Depth depth(this);
  FG_RETURN_IF_ERROR(depth.Check());
  const int32_t begin = Peek().begin;
  FG_ASSIGN_OR_RETURN(NodePtr left, comma ? ParseComma() : ParsePair());
  if (AtNewline() || Peek().precedence != Precedence::kAssignment) return left;
  const Token& op = Next();
  if (op.text == "=" && !op.dotted && IsSignature(*left)) {
    FG_ASSIGN_OR_RETURN(NodePtr signature, MakeSignature(std::move(left)));
    FG_ASSIGN_OR_RETURN(NodePtr body, ParseAssignment(comma));
    return Finish(NewWith(NodeKind::kFunction, begin, "", std::move(signature), std::move(body)));
  }
  if (!op.dotted) FG_RETURN_IF_ERROR(CheckTarget(*left, /*update=*/op.text != "="));
  if (op.dotted && left->kind == NodeKind::kLiteral) {
    return ErrorAt(*left, "this cannot be assigned to");
  }
  FG_ASSIGN_OR_RETURN(NodePtr right, ParseAssignment(comma));
  NodePtr node =
      NewWith(NodeKind::kAssign, begin, OperatorName(op), std::move(left), std::move(right));
  node->flags |= DotFlag(op);
  return Finish(std::move(node));
}

Parser::Result Parser::ParseComma() {
  const int32_t begin = Peek().begin;
  FG_ASSIGN_OR_RETURN(NodePtr first, ParsePair());
  if (AtNewline() || !Peek().Is(",")) return first;
  NodePtr tuple = NewWith(NodeKind::kTuple, begin, "", std::move(first));
  while (!AtNewline() && Peek().Is(",")) {
    Next();
    if (Peek().precedence == Precedence::kAssignment) break;  // x, = f()
    FG_ASSIGN_OR_RETURN(NodePtr element, ParsePair());
    tuple->children.push_back(std::move(element));
  }
  return Finish(std::move(tuple));
}

Parser::Result Parser::ParsePair() {
  const int32_t begin = Peek().begin;
  FG_ASSIGN_OR_RETURN(NodePtr left, ParseTernary());
  if (AtNewline() || Peek().precedence != Precedence::kPair) return left;
  const Depth depth(this);
  FG_RETURN_IF_ERROR(depth.Check());
  const Token& op = Next();
  FG_ASSIGN_OR_RETURN(NodePtr right, ParsePair());
  NodePtr node =
      NewWith(NodeKind::kPair, begin, OperatorName(op), std::move(left), std::move(right));
  node->flags |= DotFlag(op);
  return Finish(std::move(node));
}

Parser::Result Parser::ParseTernary() {
  const int32_t begin = Peek().begin;
  FG_ASSIGN_OR_RETURN(NodePtr condition, ParseBinary(Precedence::kOr));
  if (AtNewline()) return condition;
  if (Peek().Is("...")) {
    Next();
    return Finish(NewWith(NodeKind::kSplat, begin, "", std::move(condition)));
  }
  if (!Peek().Is("?")) return condition;
  const Token& question = Next();
  NodePtr then;
  {
    Context context = context_;
    context.range_colon = false;
    const Scope scope(this, context);
    FG_ASSIGN_OR_RETURN(then, ParseAssignment(/*comma=*/false));
  }
  FG_RETURN_IF_ERROR(Expect(":", question));
  FG_ASSIGN_OR_RETURN(NodePtr otherwise, ParseAssignment(/*comma=*/false));
  return Finish(NewWith(NodeKind::kTernary, begin, "", std::move(condition), std::move(then),
                        std::move(otherwise)));
}

// The precedence of the operator that continues the expression; kNone when none does.
Precedence Parser::BinaryPrecedence() const {
  const Token& t = Peek();
  if (AtNewline()) return Precedence::kNone;
  if (t.IsWord("in") || t.IsWord("isa")) return Precedence::kComparison;
  if (t.kind != TokenKind::kOperator || t.precedence == Precedence::kPower) {
    return Precedence::kNone;
  }
  if (t.Is(":") && !context_.range_colon) return Precedence::kNone;
  // [1 -2] has two elements, [1 - 2] and [1-2] have one.
  if (context_.space_sensitive && t.unary && t.space_before && !Peek(1).space_before) {
    return Precedence::kNone;
  }
  return t.precedence;
}

Parser::Result Parser::ParseBinary(Precedence least) {
  const int32_t begin = Peek().begin;
  FG_ASSIGN_OR_RETURN(NodePtr left, ParseJuxtapose());
  while (true) {
    const Precedence precedence = BinaryPrecedence();
    if (precedence == Precedence::kNone || precedence < least) return left;
    if (precedence == Precedence::kComparison) {
      FG_ASSIGN_OR_RETURN(left, ParseComparison(std::move(left)));
      continue;
    }
    if (precedence == Precedence::kColon) {
      FG_ASSIGN_OR_RETURN(left, ParseRange(std::move(left)));
      continue;
    }
    const bool right_associative = precedence == Precedence::kOr ||
                                   precedence == Precedence::kAnd ||
                                   precedence == Precedence::kPipeLeft;
    const Depth depth(this);
    if (right_associative) FG_RETURN_IF_ERROR(depth.Check());
    const Token& op = Next();
    FG_ASSIGN_OR_RETURN(
        NodePtr right,
        ParseBinary(right_associative ? precedence
                                      : static_cast<Precedence>(static_cast<int>(precedence) + 1)));
    const NodeKind kind = precedence == Precedence::kOr    ? NodeKind::kOr
                          : precedence == Precedence::kAnd ? NodeKind::kAnd
                                                           : NodeKind::kBinary;
    NodePtr node = NewWith(kind, begin, OperatorName(op), std::move(left), std::move(right));
    node->flags |= DotFlag(op);
    FG_ASSIGN_OR_RETURN(left, Finish(std::move(node)));
  }
}

Parser::Result Parser::ParseComparison(NodePtr first) {
  NodePtr node = NewWith(NodeKind::kComparison, first->span.begin, "", std::move(first));
  while (BinaryPrecedence() == Precedence::kComparison) {
    node->names.push_back(OperatorName(Next()));
    FG_ASSIGN_OR_RETURN(NodePtr operand, ParseBinary(Precedence::kPipeLeft));
    node->children.push_back(std::move(operand));
  }
  return Finish(std::move(node));
}

Parser::Result Parser::ParseRange(NodePtr first) {
  NodePtr node = NewWith(NodeKind::kRange, first->span.begin, "", std::move(first));
  while (node->children.size() < 3 && BinaryPrecedence() == Precedence::kColon) {
    Next();
    FG_ASSIGN_OR_RETURN(NodePtr operand, ParseBinary(Precedence::kPlus));
    node->children.push_back(std::move(operand));
  }
  return Finish(std::move(node));
}

// 3x, 2(x + 1), (a)b, x'y: a product without a sign, which binds tighter than one with it.
bool Parser::IsJuxtaposed(const Node& left) const {
  const Token& next = Peek();
  if (next.space_before) return false;
  const bool number = IsNumberLiteral(left);
  const bool closed = Last().Is(")") || Last().Is("]") || Last().Is("}") || Last().Is("'") ||
                      Last().IsKeyword("end");
  if (!number && !closed) return false;
  if (next.kind == TokenKind::kIdentifier) return true;
  if (next.kind == TokenKind::kKeyword) {
    return context_.end_is_index && next.text == "end" && number;
  }
  return next.Is("(") || next.Is("√") || next.Is("∛");
}

Parser::Result Parser::ParseJuxtapose() {
  const int32_t begin = Peek().begin;
  FG_ASSIGN_OR_RETURN(NodePtr left, ParseUnary());
  while (IsJuxtaposed(*left)) {
    FG_ASSIGN_OR_RETURN(NodePtr right, Peek().unary ? ParseUnary() : ParseFactor());
    FG_ASSIGN_OR_RETURN(
        left, Finish(NewWith(NodeKind::kBinary, begin, "*", std::move(left), std::move(right))));
  }
  const Token& next = Peek();
  if (!next.space_before && next.kind == TokenKind::kStringBegin) {
    return ErrorAt(next, "a string cannot be multiplied without `*`");
  }
  while (context_.where && !AtNewline() && Peek().IsWord("where")) {
    FG_ASSIGN_OR_RETURN(left, ParseWhere(std::move(left)));
  }
  return left;
}

Parser::Result Parser::ParseWhere(NodePtr body) {
  Next();
  NodePtr node = NewWith(NodeKind::kWhere, body->span.begin, "", std::move(body));
  if (!Peek().Is("{")) {
    Context context = context_;
    context.where = false;
    const Scope scope(this, context);
    FG_ASSIGN_OR_RETURN(NodePtr parameter, ParseBinary(Precedence::kComparison));
    FG_RETURN_IF_ERROR(AddTypeParameter(std::move(parameter), node.get()));
    return Finish(std::move(node));
  }
  const Token& opening = Next();
  const Scope scope(this, ParenContext());
  while (!Peek().Is("}")) {
    FG_ASSIGN_OR_RETURN(NodePtr parameter, ParseBinary(Precedence::kComparison));
    FG_RETURN_IF_ERROR(AddTypeParameter(std::move(parameter), node.get()));
    if (!Peek().Is(",")) break;
    Next();
  }
  FG_RETURN_IF_ERROR(Expect("}", opening));
  return Finish(std::move(node));
}

// reduce(+, x): an operator where an operand ends, or before the parenthesis of a call.
bool Parser::IsOperatorValue() const {
  const Token& t = Peek();
  if (t.kind != TokenKind::kOperator || t.Is("::") || t.Is("'") || t.Is("?") || t.Is("->") ||
      t.precedence == Precedence::kAssignment || t.precedence == Precedence::kOr ||
      t.precedence == Precedence::kAnd) {
    return false;
  }
  const Token& next = Peek(1);
  if (next.Is("(") && !next.space_before) return !t.unary;
  return next.kind == TokenKind::kEnd || next.Is(")") || next.Is("]") || next.Is("}") ||
         next.Is(",") || next.Is(";") || next.precedence == Precedence::kPair ||
         (next.newline_before && !context_.newline_is_space && position_ > 0 && !t.newline_before);
}

Parser::Result Parser::ParseUnary() {
  const Token& op = Peek();
  if (op.kind != TokenKind::kOperator || !op.unary || op.Is(":") || op.Is("::") ||
      IsOperatorValue()) {
    return ParseFactor();
  }
  const Depth depth(this);
  FG_RETURN_IF_ERROR(depth.Check());
  Next();
  const Token& next = Peek();
  const bool tight = !next.space_before;
  if (tight && next.kind == TokenKind::kNumber && !op.dotted && (op.Is("-") || op.Is("+")) &&
      Peek(1).precedence != Precedence::kPower) {
    Next();
    NodePtr literal = New(NodeKind::kLiteral, op.begin);
    const Value& value = list_.values[static_cast<size_t>(next.value)];
    literal->value = op.Is("-") ? Negate(value) : value;
    return ParsePostfixChain(std::move(literal));
  }
  FG_ASSIGN_OR_RETURN(NodePtr operand, ParseUnary());
  NodePtr node;
  const bool list = operand->kind == NodeKind::kTuple && !operand->children.empty();
  if (tight && operand->has(kParenthesised) && (list || operand->kind == NodeKind::kSplat)) {
    // -(a, b), +(x...), .+(a, b)
    node = NewWith(op.dotted ? NodeKind::kDotCall : NodeKind::kCall, op.begin, "",
                   New(NodeKind::kIdentifier, op.begin, std::string(op.text)));
    if (list) {
      for (NodePtr& argument : operand->children) node->children.push_back(std::move(argument));
    } else {
      node->children.push_back(std::move(operand));
    }
  } else {
    node = NewWith(NodeKind::kUnary, op.begin, OperatorName(op), std::move(operand));
    node->flags |= DotFlag(op);
  }
  return Finish(std::move(node));
}

Parser::Result Parser::ParseFactor() {
  const int32_t begin = Peek().begin;
  FG_ASSIGN_OR_RETURN(NodePtr base, ParsePostfix());
  if (AtNewline() || Peek().precedence != Precedence::kPower) return base;
  const Depth depth(this);
  FG_RETURN_IF_ERROR(depth.Check());
  const Token& op = Next();
  // The exponent takes signs, juxtaposed factors and powers of its own: 2^-x, 2^3x, 2^3^4.
  FG_ASSIGN_OR_RETURN(NodePtr exponent, ParseJuxtapose());
  NodePtr node =
      NewWith(NodeKind::kBinary, begin, OperatorName(op), std::move(base), std::move(exponent));
  node->flags |= DotFlag(op);
  return Finish(std::move(node));
}

}  // namespace fluxgate::lang
