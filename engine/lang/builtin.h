#ifndef FLUXGATE_ENGINE_LANG_BUILTIN_H_
#define FLUXGATE_ENGINE_LANG_BUILTIN_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/lang/host.h"
#include "engine/lang/showable.h"
#include "engine/lang/types.h"
#include "engine/nn/context.h"
#include "engine/nn/function.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

using Keywords = std::vector<std::pair<std::string, Value>>;

// What a built-in function may ask of the running interpreter.
class Evaluator : public nn::Context {
 public:
  virtual Host& host() = 0;
  virtual absl::StatusOr<Value> CallWith(const Value& f, absl::Span<const Value> arguments,
                                         const Keywords& keywords) = 0;
  // The name's value in the workspace or among the built-ins; that of "Base.copy" is never the
  // user's.
  virtual absl::StatusOr<Value> Lookup(absl::string_view name) = 0;
  // The status that makes `exception` travel: what throw returns. A surrounding `catch` gets the
  // same value back.
  virtual absl::Status Throw(const Value& exception) = 0;
  // The exception that the nearest `catch` around is handling (rethrow); nothing outside of one.
  virtual Value CurrentException() const = 0;
  // A user's method for this built-in name and these arguments (Base.show(io, x::T) = …): calls it
  // and sets `found`, or leaves `found` false. What built-ins ask before they treat a struct
  // themselves.
  virtual absl::StatusOr<Value> CallExtension(absl::string_view name,
                                              absl::Span<const Value> arguments, bool* found) = 0;
  // Text as print and show(::MIME"text/plain") give it, with users' own show methods.
  virtual absl::StatusOr<std::string> PrintText(const Value& value) = 0;
  virtual absl::StatusOr<std::string> ReprText(const Value& value) = 0;
  // Counts work against the limits and stops when asked to: call it in loops. `weight` is about the
  // calls that the work is worth; what takes 10 µs is worth 64.
  virtual absl::Status Step(int weight = 1) = 0;
  // The gate before anything that text can grow is made: RESOURCE_EXHAUSTED when one value of so
  // many elements is not allowed, or when so many bytes for each do not fit the session's memory
  // now. Tensors charge their bytes themselves.
  virtual absl::Status CheckElements(int64_t elements, int64_t bytes_each = 0) = 0;
};

// A function of Base (or a standard library) written in C++. The count of positional arguments and
// the names of keywords are checked before `call` runs.
//
// One registered under a built-in type's name ("Float32", "Vector", "Dict") is that type's
// constructor: positional[0] is then the type value that was called (Vector{Float64}, with its
// parameters), which counts among the arguments. A number type without one converts its argument.
struct Builtin {
  std::string name;              // "map", "+", "push!"
  std::string package = "Base";  // "Base", "Statistics", "LinearAlgebra", "Random", "Zygote", ...
  int min_arguments = 0;
  int max_arguments = -1;  // -1: any number
  std::vector<std::string> keywords;
  std::function<absl::StatusOr<Value>(Evaluator&, const nn::Arguments&)> call;
  bool exported = true;  // false: only after the package's name (Flux.state)
};

// Built-ins by subject; each lives in its own file of engine/lang/builtins/. The interpreter makes
// them visible at start.
std::vector<Builtin>
NumberBuiltins();  // + - * / ^ ÷ % comparisons, abs, sqrt, exp, round, gcd, bits, ...
std::vector<Builtin>
ArrayBuiltins();  // zeros, size, reshape, cat, permutedims, getindex, setindex!, fill, ...
std::vector<Builtin> ReductionBuiltins();   // sum, prod, maximum, findmax, argmax, any, all, count,
                                            // cumsum, mean, std, ...
std::vector<Builtin> FunctionalBuiltins();  // map, filter, reduce, foldl, foreach, mapreduce, zip,
                                            // enumerate, broadcast, ∘, ...
std::vector<Builtin> CollectionBuiltins();  // push!, pop!, append!, sort, unique, reverse, keys,
                                            // values, get, haskey, in, first, ...
std::vector<Builtin>
StringBuiltins();  // string, *, split, join, replace, repr, uppercase, parse, println, show, ...
std::vector<Builtin> LinearAlgebraBuiltins();  // dot, norm, transpose, ', det, inv, \, I, tr, ...
std::vector<Builtin> TypeBuiltins();  // typeof, isa, convert, eltype, error, throw, exceptions, ...
std::vector<Builtin> RandomBuiltins();  // rand, randn, randperm, shuffle, Random.seed!, ...
std::vector<Builtin>
GradientBuiltins();  // gradient, withgradient, pullback, jacobian, hessian, params, ...
std::vector<Builtin> TrainingBuiltins();  // train!, DataLoader, ...
std::vector<Builtin> ModelBuiltins();     // cpu, gpu, f32, Flux.state, Flux.destructure, ...

// ---- Operations that the syntax itself needs, shared by interpreter and built-ins ----
// Julia's operators on two or one values ("+", "==", "÷", ...), numbers first and fastest.
absl::StatusOr<Value> BinaryOperator(Evaluator& eval, absl::string_view op, const Value& a,
                                     const Value& b);
absl::StatusOr<Value> UnaryOperator(Evaluator& eval, absl::string_view op, const Value& a);
// f.(arguments...): elementwise over arrays, ranges, lists, tuples, strings' scalars; a known
// elementwise built-in on arrays becomes graph ops, anything else a loop over calls.
absl::StatusOr<Value> Broadcast(Evaluator& eval, const Value& f, absl::Span<const Value> arguments);
// target .= value.
absl::Status BroadcastAssign(Evaluator& eval, const Value& target, const Value& value);
// object[indices...]; Colon is the `:` value that ColonValue() gives.
absl::StatusOr<Value> GetIndex(Evaluator& eval, const Value& object,
                               absl::Span<const Value> indices);
absl::Status SetIndex(Evaluator& eval, const Value& object, absl::Span<const Value> indices,
                      const Value& value);
// The view of @view / view(A, ...).
absl::StatusOr<Value> View(Evaluator& eval, const Value& object, absl::Span<const Value> indices);
Value ColonValue();
bool IsColon(const Value& value);
// The last valid index of dimension `dim` (0-based) among `count` indices: what `end` means.
absl::StatusOr<int64_t> LastIndex(const Value& object, int dim, int count);

// [a, b, c]: an Array when all are numbers (promoted), a List otherwise. Traced numbers stay
// traced.
absl::StatusOr<Value> MakeVector(Evaluator& eval, absl::Span<const Value> elements);
absl::StatusOr<Value> HorizontalCat(Evaluator& eval, absl::Span<const Value> parts);
absl::StatusOr<Value> VerticalCat(Evaluator& eval, absl::Span<const Value> parts);
absl::StatusOr<Value> CatAlong(Evaluator& eval, absl::Span<const Value> parts, int dim);  // 0-based
// A typed vector `T[...]`, elements converted.
absl::StatusOr<Value> MakeTypedVector(Evaluator& eval, const TypePtr& type,
                                      absl::Span<const Value> elements);

// Walks anything that `for` can: arrays, ranges, tuples, dicts, strings, zip, enumerate, loaders.
class Iterator {
 public:
  virtual ~Iterator() = default;
  virtual absl::StatusOr<bool> Next(Value* element) = 0;  // False at the end.
  virtual int64_t size() const { return -1; }             // -1: not known
};
absl::StatusOr<std::unique_ptr<Iterator>> Iterate(Evaluator& eval, const Value& iterable);
// A lazy iterable object (zip, enumerate, a generator, a loader): kOpaque.
class Iterable : public Object, public Showable {
 public:
  Iterable() : Object(Kind::kOpaque) {}
  virtual absl::StatusOr<std::unique_ptr<Iterator>> Begin(Evaluator& eval) const = 0;
  virtual int64_t size() const { return -1; }
};

absl::StatusOr<Value> ConvertTo(Evaluator& eval, const Value& value, const Type& type);
// Julia's == (values) and isequal.
absl::StatusOr<bool> ValuesEqual(Evaluator& eval, const Value& a, const Value& b);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_BUILTIN_H_
