#ifndef FLUXGATE_ENGINE_LANG_SYNTAX_AST_H_
#define FLUXGATE_ENGINE_LANG_SYNTAX_AST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/base/memory_charge.h"
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

// Children stand in the order given, "|" meaning that kNothing stands for an absent one, so that
// positions are fixed. Names of operators keep their dot: ".+", ".==", ".+=".
enum class NodeKind : uint8_t {
  kLiteral,       // value: number, Bool (true, false), char, string. `nothing` is an identifier
  kIdentifier,    // name; also an operator that stands for its function: reduce(+, x), *(a, b)
  kInterpolated,  // "a $b": children are kLiteral strings and expressions
  kSymbolQuote,   // :name (name); :(+) too
  kCall,          // [callee, arguments...]: kKeyword, kSplat, and last at most one kParameters.
                  // A do-block is a kLambda as first argument
  kDotCall,       // f.(args): as kCall
  kBinary,        // name = operator; [lhs, rhs], also 3x (name "*"). a + b + c is (a + b) + c
  kUnary,         // name = operator; [operand]; postfix ' has name "'"; `<:T` inside T{…}
  kComparison,    // a < b <= c: [a, b, c], names = operators (also in, ∈, isa, <:); one or more
  kAnd,
  kOr,       // [lhs, rhs]; name "&&", ".&&", "||", ".||"
  kTernary,  // [condition, then, else]
  kAssign,   // name = "=", "+=", ".=", ".+=", ...; [target, value]. Targets: kIdentifier, kIndex,
             // kField, kTypeAnnotation, kTuple of targets (one may be kSplat), kNamedTuple of
             // kIdentifier for (; a, b) = x; anything for a dotted one
  kTuple,    // [elements...], kSplat among them
  kNamedTuple,   // (a = 1, b): children kKeyword, kIdentifier, kField (uses its last name), kSplat
  kVector,       // [a, b], kSplat among them; []
  kTypedVector,  // T[1 2; 3 4]: [T, kMatrix]. T[a, b] and T[] are kIndex: see there
  kMatrix,     // [a b; c d]: the children joined along `dim` (1-based), the result having at least
               // `dim` dims: [1; 2] dim 1, [1 2] and [0.9f0;;] dim 2, [1 2; 3 4] dim 1 of two
               // kMatrixRow of dim 2, [a;; b] dim 2. One child stands for itself with more dims
  kMatrixRow,  // as kMatrix, inside one
  kComprehension,  // [body, then kForClause... and kFilter in the order written]; name = "array",
                   // "generator", "typed" (extra = T). Clauses of one `for` share their `dim` (0,
                   // 1, ...): one group without kFilter keeps the product's dims, else a flat
                   // vector
  kForClause,      // x = iter / x in iter: [target, iterable]; target as of kAssign
  kFilter,         // if condition: [condition]
  kIndex,          // a[i, j]: [object, indices...]; `end`/`begin` inside are kEnd/kBegin. When the
                   // object is a type, a typed vector T[a, b]
  kEnd,
  kBegin,      // inside an index
  kColon,      // a bare : as an index or argument
  kField,      // object.name: [object], name. Base.:+ and object.:x too
  kDotField,   // reserved
  kRange,      // [a, b] or [a, step, b]
  kPair,       // a => b; name "=>" or ".=>"
  kLambda,     // [kParameterList, body]; also function (x) … end and do-blocks (body kBlock)
  kFunction,   // [kSignature, body]; [kSignature] alone for `function f end`
  kSignature,  // name = function's name (may be qualified "Base.show"; an operator's too);
               // [kCallableSelf |, kParameterList | (for `function f end`), return type |,
               // kTypeApply | of P{T}(x) = …]; names = where-parameters, extra = bounds or null
  kCallableSelf,   // (m::T)(x): name = m or "", [type]
  kParameterList,  // children kParameter, positional ones first
  kParameter,      // name, [type |, default |]; flags: kVararg, kKeywordParam. A destructured one,
                   // f((a, b)), has name "" and its target as third child
  kKeyword,        // name = value in a call: name, [value]
  kParameters,  // after ; in a call: children kKeyword, kIdentifier (x means x=x), kField, kSplat
  kSplat,       // x...: [x]
  kBlock,       // statements (begin … end, bodies, (a; b))
  kIf,          // [cond, then, cond, then, ..., else?]: pairs, and a last else with flag kHasElse
  kWhile,       // [condition, body]
  kFor,         // [kForClause..., body]
  kLet,         // [bindings (kAssign, kIdentifier)..., body]
  kTry,         // [body, catch body |, finally body |, else body |]; name = catch variable or ""
  kReturn,      // [value]?
  kBreak,
  kContinue,
  kStruct,  // name, names = type parameters; children kParameter fields (and inner kFunction
            // constructors); flag kMutable; extra = kTuple [supertype |, a bound | per parameter]
  kAbstractType,    // as kStruct, without children
  kTypeAnnotation,  // x::T: [x |, T]
  kTypeApply,       // T{A, B}: [T, args...]
  kWhere,           // T where {A, B<:C}: [T], names; extra = bounds or null
  kUsing,           // names = "Flux", "Flux: train!", "A as B", "A: b as c"; flag kImport
  kMacroCall,       // name ("@show", "Flux.@functor", "@r_str" for r"…"): [args...]
  kGlobal,
  kLocal,
  kConst,      // [kIdentifier, kTypeAnnotation or kAssign...]
  kModuleDef,  // refused at evaluation
  kNothing,    // an absent child
};
// Bounds of where-parameters: a kTuple with one child per name, its upper bound or kNothing.

enum NodeFlag : uint8_t {
  kNoFlags = 0,
  kVararg = 1,
  kKeywordParam = 2,
  kHasElse = 4,
  kMutable = 8,
  kImport = 16,
  kShowless = 32,  // A statement followed by ';': its value is not displayed.
  kDotted = 64,    // Of kBinary, kUnary, kAssign, kPair, kAnd, kOr whose name starts with a dot.
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
  // Of the tree below: 1 for a leaf, at most ParseOptions::max_height. What walks a tree by
  // recursion goes no deeper.
  int32_t height = 1;
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

absl::string_view NodeKindName(NodeKind kind);  // "Call", "ForClause", ...

// A parsed text. Definitions share ownership of it, so nodes live as long as anything refers to
// them.
struct Program {
  std::shared_ptr<const Source> source;
  std::vector<NodePtr> statements;  // top level, in order
  MemoryCharge charge{0};           // for the tree
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_SYNTAX_AST_H_
