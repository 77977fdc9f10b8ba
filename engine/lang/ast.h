#ifndef FLUXGATE_ENGINE_LANG_AST_H_
#define FLUXGATE_ENGINE_LANG_AST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/value/value.h"

namespace fluxgate::lang {

// A text that was parsed: kept alive by every definition made from it, so that errors can show
// excerpts and definitions keep their source.
struct Source {
  std::string name;  // "REPL[3]", a file's name, a request's field
  std::string text;
};

struct Span {
  int32_t begin = 0, end = 0;  // byte offsets
};

enum class NodeKind : uint8_t {
  kLiteral,       // value
  kIdentifier,    // name
  kInterpolated,  // "a $b": children are kLiteral strings and expressions
  kSymbolQuote,   // :name (name); :(+) too
  kCall,          // [callee, args...]; args may be kKeyword, kSplat, kParameters
  kDotCall,       // f.(args): as kCall
  kBinary,        // name = operator; [lhs, rhs]. Dotted operators have name ".+"
  kUnary,         // name = operator; [operand]; postfix ' is name "'"
  kComparison,    // a < b <= c: [a, b, c], names = operators (maybe dotted)
  kAnd,
  kOr,           // [lhs, rhs]
  kTernary,      // [condition, then, else]
  kAssign,       // name = "=", "+=", ".=", ".+=", ...; [target, value]
  kTuple,        // [elements...]
  kNamedTuple,   // (a = 1, b): children kKeyword, kIdentifier, kField (uses its last name), kSplat
  kVector,       // [a, b]
  kTypedVector,  // T[a, b]: [T, elements...] (also T[]); kIndex unless the parser is sure: see
                 // kIndex
  kMatrix,       // [a b; c d], [a;; b], [0.9f0;;]: children kMatrixRow
  kMatrixRow,    // dim = the dim joined along within the row (2: blanks)
  kComprehension,  // [body, generator clauses kFor..., optional kFilter]; value in names[0]:
                   // "array", "generator", "typed"
  kForClause,      // x = iter / x in iter: [target, iterable]
  kFilter,         // if condition: [condition]
  kIndex,          // a[i, j]: [object, indices...]; `end`/`begin` inside are kEnd/kBegin
  kEnd,
  kBegin,          // inside an index
  kColon,          // a bare : in an index
  kField,          // object.name: [object], name. object."x" and object.:x too
  kDotField,       // reserved
  kRange,          // a:b, a:s:b
  kPair,           // a => b
  kLambda,         // [parameters (kParameterList), body]
  kFunction,       // name or callee: [signature (kSignature), body]
  kSignature,      // name = function's name (may be qualified "Base.show"); children: optional
                   // kCallableSelf, kParameterList; names = where-parameters
  kCallableSelf,   // (m::T)(x): name = m, [type]
  kParameterList,  // children kParameter
  kParameter,      // name, [type or empty kNothing, default or empty kNothing]; flags: kVararg,
                   // kKeywordParam; destructured: target child third
  kKeyword,        // name = value in a call: name, [value]
  kParameters,     // after ; in a call: children kKeyword, kIdentifier (x means x=x), kSplat
  kSplat,          // x...: [x]
  kBlock,          // statements (begin … end, bodies, programs)
  kIf,     // [cond, then, cond, then, ..., else?]: even count + optional else; see flag kHasElse
  kWhile,  // [condition, body]
  kFor,    // [kForClause..., body]
  kLet,    // [bindings (kAssign or kIdentifier)..., body]
  kTry,  // [body, catch body or kNothing, finally body or kNothing, else or kNothing]; name = catch
         // variable
  kReturn,  // [value]?
  kBreak,
  kContinue,
  kStruct,  // name, names = type parameters; children kParameter fields (and inner kFunction
            // constructors); flag kMutable; type child last of supertypes in `extra`
  kTypeAnnotation,  // x::T: [x, T]
  kTypeApply,       // T{A, B}: [T, args...]
  kWhere,           // T where {A}: [T], names
  kUsing,           // names = paths ("Flux", "Flux: train!"); flag kImport
  kMacroCall,       // name ("@show", "Flux.@functor"): [args...]
  kGlobal,
  kLocal,
  kConst,      // [declaration or names]
  kModuleDef,  // refused at evaluation
  kNothing,    // an absent child
};

enum NodeFlag : uint8_t {
  kNoFlags = 0,
  kVararg = 1,
  kKeywordParam = 2,
  kHasElse = 4,
  kMutable = 8,
  kImport = 16,
  kShowless = 32,  // A statement followed by ';': its value is not displayed.
  kDotted = 64,
  kParenthesised = 128,  // (a, b) = …, (x + 1): what precedence alone would not show
};

struct Node;
using NodePtr = std::unique_ptr<Node>;

// One node of the syntax tree. A closed enum and children in the order that NodeKind's comments
// give. `slot` and `cache` belong to the interpreter, which may keep resolved names there.
struct Node {
  NodeKind kind = NodeKind::kNothing;
  uint8_t flags = kNoFlags;
  int32_t dim = 0;
  Span span;
  std::string name;
  std::vector<std::string> names;
  Value value;
  std::vector<NodePtr> children;
  NodePtr extra;
  mutable int32_t slot = -1;

  bool has(NodeFlag flag) const { return (flags & flag) != 0; }
  const Node& child(size_t i) const { return *children[i]; }
};

// A parsed text. Definitions share ownership of it, so nodes live as long as anything refers to
// them.
struct Program {
  std::shared_ptr<const Source> source;
  std::vector<NodePtr> statements;  // top level, in order
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_AST_H_
