#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/parser_impl.h"

namespace fluxgate::lang {
namespace {

constexpr int kBlank = 0;     // [a b]
constexpr int kMaxDims = 16;  // as many dims as a tensor may have

int DimOf(int separator) { return separator == kBlank ? 2 : separator; }

}  // namespace

Parser::Result Parser::ParseBracketLiteral() {
  const Depth depth(this);
  FG_RETURN_IF_ERROR(depth.Check());
  const Token& opening = Next();
  const Scope scope(this, BracketContext(/*index=*/false));
  NodePtr vector = New(NodeKind::kVector, opening.begin);
  if (Peek().Is("]")) {
    Next();
    return Finish(std::move(vector));
  }
  FG_ASSIGN_OR_RETURN(NodePtr first, ParsePair());
  if (Peek().IsKeyword("for")) {
    FG_ASSIGN_OR_RETURN(NodePtr node, ParseComprehension(std::move(first), "array"));
    FG_RETURN_IF_ERROR(Expect("]", opening));
    node->span.begin = opening.begin;
    return Finish(std::move(node));
  }
  if (!Peek().Is(",") && !Peek().Is("]")) return ParseMatrixRest(std::move(first), opening);
  vector->children.push_back(std::move(first));
  FG_RETURN_IF_ERROR(ParseList(vector.get(), opening));
  return Finish(std::move(vector));
}

// The rest of a list, behind its first element.
absl::Status Parser::ParseList(Node* node, const Token& opening) {
  while (Peek().Is(",")) {
    Next();
    if (Peek().Is("]")) break;
    FG_ASSIGN_OR_RETURN(NodePtr element, ParsePair());
    node->children.push_back(std::move(element));
  }
  if (!Peek().Is("]") && !Peek().Is(")") && !Peek().Is("}") && Peek().kind != TokenKind::kEnd) {
    return ErrorAt(Peek(), "the elements of a list are separated by commas alone");
  }
  return Expect("]", opening);
}

// a[i, j]; T[x for x in y]; T[1 2; 3 4].
Parser::Result Parser::ParseIndex(NodePtr object) {
  const Depth depth(this);
  FG_RETURN_IF_ERROR(depth.Check());
  const Token& opening = Next();
  const Scope scope(this, BracketContext(/*index=*/true));
  NodePtr index = NewWith(NodeKind::kIndex, object->span.begin, "", std::move(object));
  if (Peek().Is("]")) {
    Next();
    return Finish(std::move(index));
  }
  FG_ASSIGN_OR_RETURN(NodePtr first, ParsePair());
  if (Peek().IsKeyword("for")) {
    FG_ASSIGN_OR_RETURN(NodePtr node, ParseComprehension(std::move(first), "typed"));
    FG_RETURN_IF_ERROR(Expect("]", opening));
    node->span.begin = index->span.begin;
    node->extra = std::move(index->children[0]);
    return Finish(std::move(node));
  }
  if (!Peek().Is(",") && !Peek().Is("]")) {
    FG_ASSIGN_OR_RETURN(NodePtr matrix, ParseMatrixRest(std::move(first), opening));
    index->kind = NodeKind::kTypedVector;
    index->children.push_back(std::move(matrix));
    return Finish(std::move(index));
  }
  index->children.push_back(std::move(first));
  FG_RETURN_IF_ERROR(ParseList(index.get(), opening));
  return Finish(std::move(index));
}

// Elements and the separators between them, of which blanks bind tightest, then ;, ;;, ;;; and so
// on; a newline is a ;. A separator at the end only says how many dims there are.
Parser::Result Parser::ParseMatrixRest(NodePtr first, const Token& opening) {
  std::vector<NodePtr> elements;
  std::vector<int> separators;  // behind the element
  elements.push_back(std::move(first));
  int trailing = -1;
  while (true) {
    const bool newline = Peek().newline_before;
    int separator = 0;
    while (Peek().Is(";") && separator <= kMaxDims) {
      Next();
      ++separator;
    }
    if (separator > kMaxDims) return ErrorAt(Last(), "an array has at most 16 dims");
    if (Peek().Is("]")) {
      if (separator > 0) trailing = separator;
      break;
    }
    if (separator == 0) {
      if (newline) {
        separator = 1;
      } else if (Peek().space_before && !Peek().Is(",")) {
        separator = kBlank;
      } else {
        return Expect("]", opening);
      }
    }
    separators.push_back(separator);
    FG_ASSIGN_OR_RETURN(NodePtr element, ParsePair());
    elements.push_back(std::move(element));
  }
  FG_RETURN_IF_ERROR(Expect("]", opening));

  // Joins what the tightest separator holds together, then the next one, and so on.
  int loosest = trailing;
  for (const int s : separators) loosest = std::max(loosest, s);
  if (loosest < 0) {  // [x\n]
    NodePtr vector = New(NodeKind::kVector, opening.begin);
    vector->children = std::move(elements);
    return Finish(std::move(vector));
  }
  for (int level = 0; level <= loosest; ++level) {
    if (level != loosest && std::count(separators.begin(), separators.end(), level) == 0) continue;
    std::vector<NodePtr> joined;
    std::vector<int> rest;
    for (size_t i = 0; i < elements.size(); ++i) {
      const bool continues = i > 0 && separators[i - 1] == level;
      const bool begins = i < separators.size() && separators[i] == level;
      if (i > 0 && !continues) rest.push_back(separators[i - 1]);
      if (continues) {
        joined.back()->children.push_back(std::move(elements[i]));
      } else if (begins || level == loosest) {
        NodePtr row = NewWith(level == loosest ? NodeKind::kMatrix : NodeKind::kMatrixRow,
                              elements[i]->span.begin, "", std::move(elements[i]));
        row->dim = DimOf(level);
        joined.push_back(std::move(row));
      } else {
        joined.push_back(std::move(elements[i]));
      }
    }
    for (NodePtr& node : joined) {
      if (node->kind == NodeKind::kMatrixRow) node->span.end = node->children.back()->span.end;
      FG_RETURN_IF_ERROR(CheckHeight(node.get()));
    }
    elements = std::move(joined);
    separators = std::move(rest);
  }
  elements[0]->span.begin = opening.begin;
  return Finish(std::move(elements[0]));
}

// At the first `for`.
Parser::Result Parser::ParseComprehension(NodePtr body, absl::string_view name) {
  const Scope scope(this, ParenContext());
  NodePtr node =
      NewWith(NodeKind::kComprehension, body->span.begin, std::string(name), std::move(body));
  for (int group = 0; Peek().IsKeyword("for"); ++group) {
    do {
      Next();  // for, or a comma
      FG_ASSIGN_OR_RETURN(NodePtr clause, ParseForClause());
      clause->dim = group;
      node->children.push_back(std::move(clause));
    } while (Peek().Is(","));
    if (Peek().IsKeyword("if")) {
      const Token& keyword = Next();
      FG_ASSIGN_OR_RETURN(NodePtr condition, ParsePair());
      FG_ASSIGN_OR_RETURN(NodePtr filter, Finish(NewWith(NodeKind::kFilter, keyword.begin, "",
                                                         std::move(condition))));
      node->children.push_back(std::move(filter));
    }
  }
  return Finish(std::move(node));
}

// x in xs, (i, x) = xs, x ∈ xs.
Parser::Result Parser::ParseForClause() {
  const int32_t begin = Peek().begin;
  if (Peek().IsWord("outer") && Peek(1).kind == TokenKind::kIdentifier && !Peek(1).IsWord("in")) {
    Next();
  }
  FG_ASSIGN_OR_RETURN(NodePtr target, ParsePostfix());
  FG_RETURN_IF_ERROR(CheckTarget(*target, /*update=*/false));
  const Token& t = Peek();
  if (!t.Is("=") && !t.Is("in") && !t.IsWord("in")) {
    return ErrorAt(t, absl::StrCat("expected `in` or `=`, found ", Describe(t)));
  }
  Next();
  FG_ASSIGN_OR_RETURN(NodePtr iterable, ParsePair());
  return Finish(NewWith(NodeKind::kForClause, begin, "", std::move(target), std::move(iterable)));
}

// T{A, B}
Parser::Result Parser::ParseBraces(NodePtr object) {
  const Depth depth(this);
  FG_RETURN_IF_ERROR(depth.Check());
  const Token& opening = Next();
  const Scope scope(this, ParenContext());
  NodePtr node = NewWith(NodeKind::kTypeApply, object->span.begin, "", std::move(object));
  while (!Peek().Is("}")) {
    FG_ASSIGN_OR_RETURN(NodePtr argument, ParsePair());
    node->children.push_back(std::move(argument));
    if (!Peek().Is(",")) break;
    Next();
  }
  FG_RETURN_IF_ERROR(Expect("}", opening));
  return Finish(std::move(node));
}

}  // namespace fluxgate::lang
