#include "engine/lang/syntax/parser.h"

#include <string>

#include "engine/lang/syntax/ast_printer.h"
#include "engine/lang/syntax/diagnostics.h"
#include "gtest/gtest.h"

namespace fluxgate::lang {
namespace {

struct Case {
  const char* text;
  const char* tree;
};

template <size_t n>
void Check(const Case (&cases)[n]) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto program = Parse("test", c.text);
    ASSERT_TRUE(program.ok()) << FormatError(program.status());
    EXPECT_EQ(PrintAst(**program), c.tree);
  }
}

TEST(ParserTest, Operators) {
  static const Case kCases[] = {
      {R"j(3x^2 + 2x + 1)j", R"j((+ (+ (* 3 (^ x 2)) (* 2 x)) 1))j"},
      {R"j(-x^2)j", R"j((- (^ x 2)))j"},
      {R"j(2^-1)j", R"j((^ 2 -1))j"},
      {R"j(2^3x)j", R"j((^ 2 (* 3 x)))j"},
      {R"j(2^3^4)j", R"j((^ 2 (^ 3 4)))j"},
      {R"j(-2^2)j", R"j((- (^ 2 2)))j"},
      {R"j(-2x)j", R"j((* -2 x))j"},
      {R"j(2(x+1))j", R"j((* 2 (+ x 1)))j"},
      {R"j(1/2x)j", R"j((/ 1 (* 2 x)))j"},
      {R"j(1/2x*3)j", R"j((* (/ 1 (* 2 x)) 3))j"},
      {R"j(2√x)j", R"j((* 2 (√ x)))j"},
      {R"j(√2)j", R"j((√ 2))j"},
      {R"j(!a == b)j", R"j((cmp (! a) == b))j"},
      {R"j(!f(x))j", R"j((! (call f x)))j"},
      {R"j(-f(x)^2)j", R"j((- (^ (call f x) 2)))j"},
      {R"j(--x)j", R"j((- (- x)))j"},
      {R"j(+x)j", R"j((+ x))j"},
      {R"j(x'y)j", R"j((* (' x) y))j"},
      {R"j(A'B)j", R"j((* (' A) B))j"},
      {R"j(a.b'^2)j", R"j((^ (' (. a b)) 2))j"},
      {R"j(a - b - c)j", R"j((- (- a b) c))j"},
      {R"j(a / b / c)j", R"j((/ (/ a b) c))j"},
      {R"j(a * b + c * d)j", R"j((+ (* a b) (* c d)))j"},
      {R"j(a + b << 2)j", R"j((+ a (<< b 2)))j"},
      {R"j(a:b:c)j", R"j((: a b c))j"},
      {R"j(1:n+1)j", R"j((: 1 (+ n 1)))j"},
      {R"j(a ? b : c ? d : e)j", R"j((? a b (? c d e)))j"},
      {R"j(x ? :a : :b)j", R"j((? x :a :b))j"},
      {R"j(a ? (b; c) : d)j", R"j((? a (block b c) d))j"},
      {R"j(a ? 1:2 : 3)j", R"j((? a 1 (: 2 3)))j"},
      {R"j(a && b || c)j", R"j((|| (&& a b) c))j"},
      {R"j(a || b && c)j", R"j((|| a (&& b c)))j"},
      {R"j(a < b <= c)j", R"j((cmp a < b <= c))j"},
      {R"j(a === b !== c)j", R"j((cmp a === b !== c))j"},
      {R"j(a == b && c != d)j", R"j((&& (cmp a == b) (cmp c != d)))j"},
      {R"j(x in xs)j", R"j((cmp x in xs))j"},
      {R"j(x ∈ xs && y isa Int)j", R"j((&& (cmp x in xs) (cmp y isa Int)))j"},
      {R"j(x ≤ y ≠ z ≥ w)j", R"j((cmp x <= y != z >= w))j"},
      {R"j(x ∉ xs)j", R"j((cmp x ∉ xs))j"},
      {R"j(xs |> f |> g)j", R"j((|> (|> xs f) g))j"},
      {R"j(f <| g <| x)j", R"j((<| f (<| g x)))j"},
      {R"j(f ∘ g)j", R"j((∘ f g))j"},
      {R"j(f ∘ g * h)j", R"j((* (∘ f g) h))j"},
      {R"j(a => b => c)j", R"j((=> a (=> b c)))j"},
      {R"j(a => b ? c : d)j", R"j((=> a (? b c d)))j"},
      {R"j(x -> x+1, 2)j", R"j((tuple (-> (params x) (+ x 1)) 2))j"},
      {R"j(x -> y -> x + y)j", R"j((-> (params x) (-> (params y) (+ x y))))j"},
      {R"j((x, y) -> x)j", R"j((-> (params x y) x))j"},
      {R"j(() -> 1)j", R"j((-> (params) 1))j"},
      {R"j((a, b; k=1) -> a)j", R"j((-> (params a b ;k=1) a))j"},
      {R"j((x; k=1) -> x)j", R"j((-> (params x ;k=1) x))j"},
      {R"j(x::Int -> x)j", R"j((-> (params x::Int) x))j"},
      {R"j(xs... )j", R"j((... xs))j"},
      {R"j(a .+ b .* c)j", R"j((.+ a (.* b c)))j"},
      {R"j(x.+y.^2)j", R"j((.+ x (.^ y 2)))j"},
      {R"j(a .== b .&& c)j", R"j((.&& (cmp a .== b) c))j"},
      {R"j(.-x)j", R"j((.- x))j"},
      {R"j(x .|> f)j", R"j((.|> x f))j"},
      {R"j(a ÷ b % c)j", R"j((% (÷ a b) c))j"},
      {R"j(a \ b)j", R"j((\ a b))j"},
      {R"j(a // b)j", R"j((// a b))j"},
      {R"j(a & b | c ⊻ d)j", R"j((⊻ (| (& a b) c) d))j"},
      {R"j(a << b >>> c)j", R"j((>>> (<< a b) c))j"},
      {R"j(x!=y)j", R"j((cmp x != y))j"},
      {R"j(a ⋅ b × c)j", R"j((× (⋅ a b) c))j"},
      {R"j(W̄ = 1)j", R"j((= W̄ 1))j"},
      {R"j(x = y = z)j", R"j((= x (= y z)))j"},
      {R"j(x += 1)j", R"j((+= x 1))j"},
      {R"j(x .-= 0.1 .* W̄)j", R"j((.-= x (.* 0.1 W̄)))j"},
      {R"j(a[i] .+= 2)j", R"j((.+= (ref a i) 2))j"},
      {R"j(x ÷= 2)j", R"j((÷= x 2))j"},
      {R"j(x >>>= 2)j", R"j((>>>= x 2))j"},
      {R"j(x <<= 1)j", R"j((<<= x 1))j"},
      {R"j(a => b)j", R"j((=> a b))j"},
  };
  Check(kCases);
}

TEST(ParserTest, Postfix) {
  static const Case kCases[] = {
      {R"j(f(x)(y))j", R"j((call (call f x) y))j"},
      {R"j(x[1](y))j", R"j((call (ref x 1) y))j"},
      {R"j(a.b.c[1]')j", R"j((' (ref (. (. a b) c) 1)))j"},
      {R"j(f.(x))j", R"j((dotcall f x))j"},
      {R"j(σ.(layer1(x)))j", R"j((dotcall σ (call layer1 x)))j"},
      {R"j(a.f.(x, y))j", R"j((dotcall (. a f) x y))j"},
      {R"j(f(x; k=1, y...))j", R"j((call f x (parameters (kw k 1) (... y))))j"},
      {R"j(f(x...; k))j", R"j((call f (... x) (parameters k)))j"},
      {R"j(f(x, y=1))j", R"j((call f x (kw y 1)))j"},
      {R"j(f(; m.k))j", R"j((call f (parameters (. m k))))j"},
      {R"j(sum(x^2 for x in xs))j", R"j((call sum (generator (^ x 2) (for@0 x xs))))j"},
      {R"j(sum(x^2 for x in xs; init=0))j",
       R"j((call sum (generator (^ x 2) (for@0 x xs)) (parameters (kw init 0))))j"},
      {R"j(map(xs) do x
 x+1
end)j",
       R"j((call map (-> (params x) (block (+ x 1))) xs))j"},
      {R"j(gradient(params(x, y)) do
 f(x, y)
end)j",
       R"j((call gradient (-> (params) (block (call f x y))) (call params x y)))j"},
      {R"j(foldl(xs; init=0) do (a, b), c
 a
end)j",
       R"j((call foldl (-> (params (tuple a b) c) (block a)) xs (parameters (kw init 0))))j"},
      {R"j(f(g(x) do y
 y
end))j",
       R"j((call f (call g (-> (params y) (block y)) x)))j"},
      {R"j(f.(x) do y; y end)j", R"j((dotcall f (-> (params y) (block y)) x))j"},
      {R"j(reduce(+, xs))j", R"j((call reduce + xs))j"},
      {R"j(map(*, a, b))j", R"j((call map * a b))j"},
      {R"j(sort(x, by = -))j", R"j((call sort x (kw by -)))j"},
      {R"j((+)(1, 2))j", R"j((call + 1 2))j"},
      {R"j(+(1, 2))j", R"j((call + 1 2))j"},
      {R"j(-(1, 2))j", R"j((call - 1 2))j"},
      {R"j(*(1, 2))j", R"j((call * 1 2))j"},
      {R"j(Base.:+)j", R"j((. Base +))j"},
      {R"j(Base.sum(x))j", R"j((call (. Base sum) x))j"},
      {R"j(x::T)j", R"j((:: x T))j"},
      {R"j(x::Vector{T})j", R"j((:: x (curly Vector T)))j"},
      {R"j(Tuple{<:Real, Int})j", R"j((curly Tuple (<: Real) Int))j"},
      {R"j(Vector{T} where T<:Real)j", R"j((where {T} (curly Vector T) extra=(tuple Real)))j"},
      {R"j(a[end])j", R"j((ref a end))j"},
      {R"j(a[end-1:end, :])j", R"j((ref a (: (- end 1) end) :))j"},
      {R"j(a[:, 1])j", R"j((ref a : 1))j"},
      {R"j(a[begin])j", R"j((ref a begin))j"},
      {R"j(x[2end])j", R"j((ref x (* 2 end)))j"},
      {R"j(x[f(end)])j", R"j((ref x (call f end)))j"},
      {R"j(a[b[end], end])j", R"j((ref a (ref b end) end))j"},
      {R"j(Int[])j", R"j((ref Int))j"},
      {R"j(Float32[1, 2])j", R"j((ref Float32 1 2))j"},
      {R"j(a[i...])j", R"j((ref a (... i)))j"},
      {R"j(raw"a\n$x")j", R"j("a\\n$x")j"},
      {R"j(r"abc")j", R"j((@r_str "abc"))j"},
      {R"j(:sym)j", R"j(:sym)j"},
      {R"j(:+)j", R"j(:+)j"},
      {R"j(:end)j", R"j(:end)j"},
      {R"j([:a, :b])j", R"j((vector :a :b))j"},
      {R"j(a.:b)j", R"j((. a b))j"},
  };
  Check(kCases);
}

TEST(ParserTest, Literals) {
  static const Case kCases[] = {
      {R"j(1_000)j", R"j(1000)j"},
      {R"j(0x1f)j", R"j(31)j"},
      {R"j(0b11)j", R"j(3)j"},
      {R"j(0o17)j", R"j(15)j"},
      {R"j(1.)j", R"j(1.0)j"},
      {R"j(.5)j", R"j(0.5)j"},
      {R"j(1e-3)j", R"j(0.001)j"},
      {R"j(1E3)j", R"j(1000.0)j"},
      {R"j(1f0)j", R"j(1.0f0)j"},
      {R"j(1.5f-3)j", R"j(0.0015f0)j"},
      {R"j(9223372036854775807)j", R"j(9223372036854775807)j"},
      {R"j(-9223372036854775808)j", R"j(-9223372036854775808)j"},
      {R"j(-0x10)j", R"j(-16)j"},
      {R"j(true)j", R"j(true)j"},
      {R"j('a')j", R"j('a')j"},
      {R"j('\'')j", R"j('\'')j"},
      {R"j('\n')j", R"j('\n')j"},
      {R"j('é')j", R"j('é')j"},
      {R"j('\u00e9')j", R"j('é')j"},
      {R"j("a\nb\t\"q\" \$x")j", R"j("a\nb\t\"q\" $x")j"},
      {R"j("\x41\u3b1\101")j", R"j("AαA")j"},
      {R"j("a $x b $(y + 1) c")j", R"j((interpolated "a " x " b " (+ y 1) " c"))j"},
      {R"j("$x$y")j", R"j((interpolated x y))j"},
      {R"j("$(f("$z"))")j", R"j((interpolated (call f (interpolated z))))j"},
      {R"j("$(a[1]), $(b)")j", R"j((interpolated (ref a 1) ", " b))j"},
      {R"j("")j", R"j("")j"},
      {R"j("""
  a
    b
  """)j",
       R"j("a\n  b\n")j"},
      {R"j("""a
  b
  c""")j",
       R"j("a\nb\nc")j"},
      {R"j("""
    x = $x
    y""")j",
       R"j((interpolated "x = " x "\ny"))j"},
      {R"j("""say "hi" now""")j", R"j("say \"hi\" now")j"},
      {R"j("a\
    b")j",
       R"j("ab")j"},
      {R"j(a' * 'b')j", R"j((* (' a) 'b'))j"},
      {R"j(#= x #= y =# z =# 1)j", R"j(1)j"},
      {R"j(1 # comment)j", R"j(1)j"},
      {R"j(x₁ + ∇f + ŷ′)j", R"j((+ (+ x₁ ∇f) ŷ′))j"},
      {R"j(µ)j", R"j(μ)j"},
  };
  Check(kCases);
}

TEST(ParserTest, Arrays) {
  static const Case kCases[] = {
      {R"j([])j", R"j((vector))j"},
      {R"j([1, 2])j", R"j((vector 1 2))j"},
      {R"j([1, 2,])j", R"j((vector 1 2))j"},
      {R"j([xs..., 1])j", R"j((vector (... xs) 1))j"},
      {R"j([1 2; 3 4])j", R"j((matrix@1 (row@2 1 2) (row@2 3 4)))j"},
      {R"j([1 2
3 4])j",
       R"j((matrix@1 (row@2 1 2) (row@2 3 4)))j"},
      {R"j([
 1 2
 3 4
])j",
       R"j((matrix@1 (row@2 1 2) (row@2 3 4)))j"},
      {R"j([1, 
2])j",
       R"j((vector 1 2))j"},
      {R"j([a b])j", R"j((matrix@2 a b))j"},
      {R"j([0.9f0;;])j", R"j((matrix@2 0.9f0))j"},
      {R"j([1;2])j", R"j((matrix@1 1 2))j"},
      {R"j([1;])j", R"j((matrix@1 1))j"},
      {R"j([a;; b])j", R"j((matrix@2 a b))j"},
      {R"j([1;2;;3;4])j", R"j((matrix@2 (row@1 1 2) (row@1 3 4)))j"},
      {R"j([1 2;;; 3 4])j", R"j((matrix@3 (row@2 1 2) (row@2 3 4)))j"},
      {R"j([1 -2])j", R"j((matrix@2 1 -2))j"},
      {R"j([1 - 2])j", R"j((vector (- 1 2)))j"},
      {R"j([1-2])j", R"j((vector (- 1 2)))j"},
      {R"j([a -b c])j", R"j((matrix@2 a (- b) c))j"},
      {R"j([a - b])j", R"j((vector (- a b)))j"},
      {R"j([f(x) (y)])j", R"j((matrix@2 (call f x) y))j"},
      {R"j([a' b'])j", R"j((matrix@2 (' a) (' b)))j"},
      {R"j([a ; b])j", R"j((matrix@1 a b))j"},
      {R"j([a 'b'])j", R"j((matrix@2 a 'b'))j"},
      {R"j([x -> x^2, y])j", R"j((vector (-> (params x) (^ x 2)) y))j"},
      {R"j([a ? b : c, d])j", R"j((vector (? a b c) d))j"},
      {R"j([1:3 4:6])j", R"j((matrix@2 (: 1 3) (: 4 6)))j"},
      {R"j([x^2 for x in 1:3 if x > 1])j",
       R"j((array (^ x 2) (for@0 x (: 1 3)) (filter (cmp x > 1))))j"},
      {R"j([x*y for x in 1:3, y in 1:2])j",
       R"j((array (* x y) (for@0 x (: 1 3)) (for@0 y (: 1 2))))j"},
      {R"j([(x,y) for x in 1:3 for y in 1:x])j",
       R"j((array (tuple x y) (for@0 x (: 1 3)) (for@1 y (: 1 x))))j"},
      {R"j([a
 for a in x])j",
       R"j((array a (for@0 a x)))j"},
      {R"j([x for x = 1:3])j", R"j((array x (for@0 x (: 1 3))))j"},
      {R"j([k => v for (k, v) in d])j", R"j((array (=> k v) (for@0 (tuple k v) d)))j"},
      {R"j(Float32[x for x in 1:3])j", R"j((typed x (for@0 x (: 1 3)) extra=Float32))j"},
      {R"j(Float32[1 2; 3 4])j", R"j((typedvector Float32 (matrix@1 (row@2 1 2) (row@2 3 4))))j"},
      {R"j((x for x in y))j", R"j((generator x (for@0 x y)))j"},
      {R"j(Dict(k => v for (k, v) in d))j",
       R"j((call Dict (generator (=> k v) (for@0 (tuple k v) d))))j"},
      {R"j((1, 2))j", R"j((tuple 1 2))j"},
      {R"j((1,))j", R"j((tuple 1))j"},
      {R"j(())j", R"j((tuple))j"},
      {R"j((1))j", R"j(1)j"},
      {R"j((a=1, b))j", R"j((namedtuple (kw a 1) b))j"},
      {R"j((a=1,))j", R"j((namedtuple (kw a 1)))j"},
      {R"j((; a, b))j", R"j((namedtuple a b))j"},
      {R"j((; a, b=2))j", R"j((namedtuple a (kw b 2)))j"},
      {R"j((;))j", R"j((namedtuple))j"},
      {R"j((a=1, b=2).a)j", R"j((. (namedtuple (kw a 1) (kw b 2)) a))j"},
      {R"j((a; b))j", R"j((block a b))j"},
  };
  Check(kCases);
}

TEST(ParserTest, Definitions) {
  static const Case kCases[] = {
      {R"j(f(x) = x^2)j", R"j((function (sig f (params x)) (^ x 2)))j"},
      {R"j(f(x) = 3x^2;)j", R"j((function (sig f (params x)) (* 3 (^ x 2)))#)j"},
      {R"j(f(x)::Int = x)j", R"j((function (sig f (params x) Int) x))j"},
      {R"j(f(x::Int, y=2; k::Float32=1, z...)::Int where T = x)j",
       R"j((function (sig f (params x::Int y=2 ;k::Float32=1 ;z...) Int where T) x))j"},
      {R"j(f(x::T, xs::T...) where {T<:Real} = x)j",
       R"j((function (sig f (params x::T xs::T...) where T<:Real) x))j"},
      {R"j(f(x::T, y::S) where T where S<:T = x)j",
       R"j((function (sig f (params x::T y::S) where S<:T,T) x))j"},
      {R"j(f(::Type{T}) where {T} = T)j",
       R"j((function (sig f (params ::(curly Type T)) where T) T))j"},
      {R"j(f((a, b), c) = a)j", R"j((function (sig f (params (tuple a b) c)) a))j"},
      {R"j(f(x) =
  x)j",
       R"j((function (sig f (params x)) x))j"},
      {R"j(Base.show(io::IO, x::T) = print(io, x))j",
       R"j((function (sig Base.show (params io::IO x::T)) (call print io x)))j"},
      {R"j(Base.:+(a::T, b::T) = a)j", R"j((function (sig Base.+ (params a::T b::T)) a))j"},
      {R"j(+(a::T, b::T) = a)j", R"j((function (sig + (params a::T b::T)) a))j"},
      {R"j(-(a::T) = a)j", R"j((function (sig - (params a::T)) a))j"},
      {R"j(a::T + b::T = a)j", R"j((function (sig + (params a::T b::T)) a))j"},
      {R"j(P{T}(x) where T = x)j", R"j((function (sig P (params x) (curly P T) where T) x))j"},
      {R"j((m::Affine)(x) = m.W * x .+ m.b)j",
       R"j((function (sig _ (self m Affine) (params x)) (.+ (* (. m W) x) (. m b))))j"},
      {R"j((::Affine)(x) = x)j", R"j((function (sig _ (self _ Affine) (params x)) x))j"},
      {R"j(function f(x)
 x
end)j",
       R"j((function (sig f (params x)) (block x)))j"},
      {R"j(function f(x) x end)j", R"j((function (sig f (params x)) (block x)))j"},
      {R"j(function f end)j", R"j((function (sig f)))j"},
      {R"j(function f(x, (a, b)::Tuple; k=1) where {T<:Real, S}
 x
end)j",
       R"j((function (sig f (params x (tuple a b)::Tuple ;k=1) where T<:Real,S) (block x)))j"},
      {R"j(function f(x)::Int
 x
end)j",
       R"j((function (sig f (params x) Int) (block x)))j"},
      {R"j(function (x, y) x + y end)j", R"j((-> (params x y) (block (+ x y))))j"},
      {R"j(function (m::Affine{T})(x) where T
 m.W
 end)j",
       R"j((function (sig _ (self m (curly Affine T)) (params x) where T) (block (. m W))))j"},
      {R"j(function Base.show(io, x) end)j",
       R"j((function (sig Base.show (params io x)) (block)))j"},
      {R"j(function +(a, b) a end)j", R"j((function (sig + (params a b)) (block a)))j"},
      {R"j(linear(in, out) = x -> W * x .+ b)j",
       R"j((function (sig linear (params in out)) (-> (params x) (.+ (* W x) b))))j"},
      {R"j(struct Affine
  W
  b
end)j",
       R"j((struct Affine W b extra=(tuple _)))j"},
      {R"j(struct A end)j", R"j((struct A extra=(tuple _)))j"},
      {R"j(struct P{T<:Real,N} <: Q{T}
 x::T
 P{T}(x) where T = new{T}(x)
end)j",
       R"j((struct P {T,N} x::T (function (sig P (params x) (curly P T) where T) (call (curly new T) x)) extra=(tuple (curly Q T) Real _)))j"},
      {R"j(mutable struct M; x; y::Int; end)j", R"j((mutable struct M x y::Int extra=(tuple _)))j"},
      {R"j(abstract type Shape end)j", R"j((abstracttype Shape extra=(tuple _)))j"},
      {R"j(abstract type Shape{T} <: Any end)j",
       R"j((abstracttype Shape {T} extra=(tuple Any _)))j"},
      {R"j(Affine(in::Integer, out::Integer) =
  Affine(randn(out, in), randn(out)))j",
       R"j((function (sig Affine (params in::Integer out::Integer)) (call Affine (call randn out in) (call randn out))))j"},
  };
  Check(kCases);
}

TEST(ParserTest, Blocks) {
  static const Case kCases[] = {
      {R"j(if x
 1
elseif y
 2
else
 3
end)j",
       R"j((if x (block 1) y (block 2) (block 3)))j"},
      {R"j(if x 1 end)j", R"j((if x (block 1)))j"},
      {R"j(if x; 1; else; 2 end)j", R"j((if x (block 1) (block 2)))j"},
      {R"j(x = if a
 b
else
 c
end)j",
       R"j((= x (if a (block b) (block c))))j"},
      {R"j(while true break end)j", R"j((while true (block (break))))j"},
      {R"j(while i < 3
 i += 1
 continue
end)j",
       R"j((while (cmp i < 3) (block (+= i 1) (continue))))j"},
      {R"j(for i in 1:3, j = 1:2 println(i) end)j",
       R"j((loop (for@0 i (: 1 3)) (for@0 j (: 1 2)) (block (call println i))))j"},
      {R"j(for (i, x) in enumerate(v) end)j",
       R"j((loop (for@0 (tuple i x) (call enumerate v)) (block)))j"},
      {R"j(for epoch in 1:200
train!(loss, predict, data, opt)
end)j",
       R"j((loop (for@0 epoch (: 1 200)) (block (call train! loss predict data opt))))j"},
      {R"j(let x = 1, y
 x
end)j",
       R"j((let (= x 1) y (block x)))j"},
      {R"j(let
 x
end)j",
       R"j((let (block x)))j"},
      {R"j(begin x; y end)j", R"j((block x y))j"},
      {R"j(try f() catch e
 g(e) finally h() end)j",
       R"j((try e (block (call f)) (block (call g e)) (block (call h)) _))j"},
      {R"j(try
 f()
catch
 g()
else
 h()
end)j",
       R"j((try (block (call f)) (block (call g)) _ (block (call h))))j"},
      {R"j(x && return y)j", R"j((&& x (return y)))j"},
      {R"j(x || return)j", R"j((|| x (return)))j"},
      {R"j(cond && (x = 1))j", R"j((&& cond (= x 1)))j"},
      {R"j(global x, y = 1, 2)j", R"j((global (= (tuple x y) (tuple 1 2))))j"},
      {R"j(local x::Int = 1)j", R"j((local (= (:: x Int) 1)))j"},
      {R"j(const c = 3)j", R"j((const (= c 3)))j"},
      {R"j(using Flux, Statistics)j", R"j((using Flux | Statistics))j"},
      {R"j(using Flux: train!, mse as m)j", R"j((using Flux: train! | Flux: mse as m))j"},
      {R"j(using Flux.Losses)j", R"j((using Flux.Losses))j"},
      {R"j(import Base.show)j", R"j((import Base.show))j"},
      {R"j(import Base: +, -, show)j", R"j((import Base: + | Base: - | Base: show))j"},
      {R"j(import A as B)j", R"j((import A as B))j"},
      {R"j(Flux.@functor Affine)j", R"j((Flux.@functor Affine))j"},
      {R"j(@show x y)j", R"j((@show x y))j"},
      {R"j(@view a[1])j", R"j((@view (ref a 1)))j"},
      {R"j(@view(a[1]))j", R"j((@view (ref a 1)))j"},
      {R"j(@time f(x))j", R"j((@time (call f x)))j"},
      {R"j(@. x + y)j", R"j((@. (+ x y)))j"},
      {R"j(@layer T trainable=(a,b))j", R"j((@layer T (= trainable (tuple a b))))j"},
      {R"j(@assert x > 0 "m")j", R"j((@assert (cmp x > 0) "m"))j"},
      {R"j(x, y = rand(5), rand(2) # c)j",
       R"j((= (tuple x y) (tuple (call rand 5) (call rand 2))))j"},
      {R"j((a, (b, c)) = x)j", R"j((= (tuple a (tuple b c)) x))j"},
      {R"j((; a, b) = x)j", R"j((= (namedtuple a b) x))j"},
      {R"j(a, b... = xs)j", R"j((= (tuple a (... b)) xs))j"},
      {R"j(x, = y)j", R"j((= (tuple x) y))j"},
      {R"j(a.b, c[1] = 1, 2)j", R"j((= (tuple (. a b) (ref c 1)) (tuple 1 2)))j"},
      {R"j(x = 1; y = 2;)j", R"j((= x 1)#; (= y 2)#)j"},
      {R"j(a; b)j", R"j(a#; b)j"},
      {R"j(a +
 b)j",
       R"j((+ a b))j"},
      {R"j((a
+ b))j",
       R"j((+ a b))j"},
      {R"j(f(a,
  b))j",
       R"j((call f a b))j"},
      {R"j(x = [1,
 2])j",
       R"j((= x (vector 1 2)))j"},
      {R"j(x =
 1)j",
       R"j((= x 1))j"},
  };
  Check(kCases);
}

}  // namespace
}  // namespace fluxgate::lang
