#include "gtest/gtest.h"
#include "tests/engine/lang/syntax/parser_cases.h"

namespace fluxgate::lang {
namespace {

TEST(ParserBlocksTest, Definitions) {
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

TEST(ParserBlocksTest, Blocks) {
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
