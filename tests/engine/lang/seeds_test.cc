#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "tests/testing/julia_session.h"

namespace fluxgate::testing {
namespace {

// What a tutorial types, in order, and what comes back: the text, or a pattern when `shown` starts
// with '~'.
struct Step {
  std::string text;
  std::string shown;
};

void RunTutorial(const std::vector<Step>& steps) {
  JuliaSession session;
  for (const Step& step : steps) {
    const std::string shown = session.Enter(step.text);
    if (!step.shown.empty() && step.shown[0] == '~') {
      EXPECT_TRUE(std::regex_match(shown, std::regex(step.shown.substr(1)))) << step.text << "\n"
                                                                             << shown;
    } else {
      EXPECT_EQ(shown, step.shown) << step.text;
    }
  }
}

const char* const kNumber = "-?[0-9.e-]+(f0)?";

std::string VectorOf(int count, const std::string& type) {
  std::string pattern = "~" + std::to_string(count) + "-element Vector\\{" + type + "\\}:";
  for (int i = 0; i < count; ++i) pattern += std::string("\n +") + kNumber;
  return pattern;
}

TEST(SeedsTest, FittingAStraightLine) {
  RunTutorial({
      {"using Flux", ""},
      {"actual(x) = 4x + 2", "actual (generic function with 1 method)"},
      {"x_train, x_test = hcat(0:5...), hcat(6:10...)", "([0 1 … 4 5], [6 7 … 9 10])"},
      {"y_train, y_test = actual.(x_train), actual.(x_test)", "([2 6 … 18 22], [26 30 … 38 42])"},
      {"model = Dense(1 => 1)", "Dense(1 => 1)       # 2 parameters"},
      {"model.weight", std::string("~1×1 Matrix\\{Float32\\}:\n ") + kNumber},
      {"model.bias", "1-element Vector{Float32}:\n 0.0"},
      {"predict = Dense(1 => 1)", "Dense(1 => 1)       # 2 parameters"},
      {"predict.weight .= 0.9066542f0;", ""},
      {"predict(x_train)",
       "1×6 Matrix{Float32}:\n 0.0  0.906654  1.81331  2.71996  3.62662  4.53327"},
      {"using Statistics", ""},
      {"loss(model, x, y) = mean(abs2.(model(x) .- y));", ""},
      {"loss(predict, x_train, y_train)", "122.64734f0"},
      {"using Flux: train!", ""},
      {"opt = Descent()", "Descent(0.1f0)"},
      {"data = [(x_train, y_train)]",
       "1-element Vector{Tuple{Matrix{Int64}, Matrix{Int64}}}:\n ([0 1 … 4 5], [2 6 … 18 22])"},
      {"predict.weight", "1×1 Matrix{Float32}:\n 0.9066542"},
      {"train!(loss, predict, data, opt)", ""},
      {"loss(predict, x_train, y_train)", "~116\\.3874[0-9]*f0"},
      {"predict.weight, predict.bias",
       "~\\(Float32\\[7\\.57778[89][0-9]*;;\\], Float32\\[1\\.946672[0-9]*\\]\\)"},
      {"for epoch in 1:200\ntrain!(loss, predict, data, opt)\nend", ""},
      {"loss(predict, x_train, y_train)", "~0\\.00339[0-9]*f0"},
      {"predict.weight, predict.bias",
       "~\\(Float32\\[4\\.01785[0-9]*;;\\], Float32\\[2\\.00502[0-9]*\\]\\)"},
      {"predict(x_test)", "1×5 Matrix{Float32}:\n 26.1121  30.13  34.1479  38.1657  42.1836"},
      {"y_test", "1×5 Matrix{Int64}:\n 26  30  34  38  42"},
  });
}

TEST(SeedsTest, TheImplicitStyle) {
  RunTutorial({
      {"using Flux", ""},
      {"actual(x) = 4x + 2", "actual (generic function with 1 method)"},
      {"x_train, x_test = hcat(0:5...), hcat(6:10...);", ""},
      {"y_train, y_test = actual.(x_train), actual.(x_test);", ""},
      {"predict = Dense(1, 1)", "Dense(1 => 1)       # 2 parameters"},
      {"predict = Dense([-0.99009055;;], [0.0])", "Dense(1 => 1)       # 2 parameters"},
      {"loss(x, y) = Flux.Losses.mse(predict(x), y)", "loss (generic function with 1 method)"},
      {"loss(x_train, y_train)", "282.16010605766024"},
      {"opt = Descent(0.1);", ""},
      {"data = [(x_train, y_train)];", ""},
      {"parameters = params(predict)", "Params([[-0.99009055;;], [0.0]])"},
      {"predict.weight in parameters, predict.bias in parameters", "(true, true)"},
      {"train!(loss, parameters, data, opt)", ""},
      {"loss(x_train, y_train)", "~267\\.8036480229514[0-9]*"},
      {"parameters", "~Params\\(\\[\\[9\\.15840879166666[0-9]*;;\\], \\[2\\.895045[0-9]*\\]\\]\\)"},
      {"for epoch in 1:200\n  train!(loss, parameters, data, opt)\nend", ""},
      {"parameters", "~Params\\(\\[\\[4\\.027111792[0-9]*;;\\], \\[2\\.00763754[0-9]*\\]\\]\\)"},
  });
}

TEST(SeedsTest, FluxBasics) {
  RunTutorial({
      {"using Pkg", ""},
      {"Pkg.add(\"Flux\")", ""},
      {"using Flux", ""},
      {"x = ones(Float32,1,2,3)",
       "1×2×3 Array{Float32, 3}:\n[:, :, 1] =\n 1.0  1.0\n\n[:, :, 2] =\n 1.0  1.0\n\n[:, :, 3] "
       "=\n "
       "1.0  1.0"},
      {"typeof(x)", "Array{Float32, 3}"},
      {"f(x) = 3x^2 + 2x + 1", "f (generic function with 1 method)"},
      {"f(5)", "86"},
      {"df(x) = gradient(f,x)[1]", "df (generic function with 1 method)"},
      {"df(1)", "8.0"},
      {"df(2)", "14.0"},
      {"d2f(x) = gradient(df,x)[1]", "d2f (generic function with 1 method)"},
      {"d2f(1)", "6.0"},
      {"f(x,y) = sum((x.-y).^2)", "f (generic function with 2 methods)"},
      {"gradient(f,[2,1],[2,0])", "([0.0, 2.0], [-0.0, -2.0])"},
      {"x= [2,1];", ""},
      {"y = [2,0];", ""},
      {"gs = gradient(params(x,y)) do\n    f(x,y)\nend", "Grads(...)"},
      {"gs[x]", "2-element Vector{Float64}:\n 0.0\n 2.0"},
      {"gs[y]", "2-element Vector{Float64}:\n -0.0\n -2.0"},
      {"W = [0.761199  0.518721  0.299738  0.819246  0.795295; 0.695557  0.294634  0.136187  "
       "0.966324  0.556343];",
       ""},
      {"b = [0.14996273490197987, 0.6003021631713606];", ""},
      {"predict(x) = W*x .+ b", "predict (generic function with 1 method)"},
      {"function loss(x,y)\n    y_cap = predict(x)\n    sum((y .- y_cap).^2)\nend",
       "loss (generic function with 1 method)"},
      {"x,y = [0.7296468340269642, 0.46668665850674407, 0.1263968430225897, 0.8288758645565867, "
       "0.6767460059294579],[0.45303268852343126, 0.5292262928918061];",
       ""},
      {"loss(x,y)", "~6\\.71202[0-9]*"},
      {"gs = gradient(() -> loss(x,y), params(W,b))", "Grads(...)"},
      {"W̄ = gs[W]",
       "2×5 Matrix{Float64}:\n 2.55313  1.633    0.44228  2.90035  2.36803\n 2.78837  1.78346  "
       "0.48303  3.16758  2.58621"},
      {"W .-= 0.1 .* W̄",
       "2×5 Matrix{Float64}:\n 0.505886  0.355421  0.25551   0.529211  0.558492\n 0.41672   "
       "0.116288  0.087884  0.649566  0.297722"},
      {"loss(x,y)", "~2\\.5615[0-9]*"},
      {"W1 = rand(3,5)\nb1 = rand(3)\nlayer1(x) = W1*x .+ b1\n\nW2 = rand(2,3)\nb2 = "
       "rand(2)\nlayer2(x) = W2*x .+ b2",
       "layer2 (generic function with 1 method)"},
      {"model(x) = layer2(σ.(layer1(x)))", "model (generic function with 1 method)"},
      {"model(rand(5))", VectorOf(2, "Float64")},
      {"function linear(in,out)\n    W = randn(out,in)\n    b = randn(out)\n    x -> W*x .+ b\nend",
       "linear (generic function with 1 method)"},
      {"linear1 = linear(5,3)\nlinear2 = linear(3,2)",
       "~#[0-9]+ \\(generic function with 1 method\\)"},
      {"size(linear1.W)", "(3, 5)"},
      {"model(x) = linear2(σ.(linear1(x)))", "model (generic function with 1 method)"},
      {"model(rand(5))", VectorOf(2, "Float64")},
      {"struct Affine\n  W\n  b\nend\n\nAffine(in::Integer, out::Integer) =\n  Affine(randn(out, "
       "in), "
       "randn(out))\n\n# Overload call, so the object can be used as a function\n(m::Affine)(x) = "
       "m.W * x .+ m.b\n\na = Affine(10, 5)\n\na(rand(10)) # => 5-element vector",
       VectorOf(5, "Float64")},
      {"layer1 = Dense(10, 5, σ)\n# ...\nmodel(x) = layer3(layer2(layer1(x)))",
       "model (generic function with 1 method)"},
      {"layers = [Dense(10, 5, σ), Dense(5, 2), softmax]\n\nmodel(x) = foldl((x, m) -> m(x), "
       "layers, "
       "init = x)\n\nmodel(rand(10)) # => 2-element vector",
       VectorOf(2, "Float32")},
      {"model2 = Chain(\n  Dense(10, 5, σ),\n  Dense(5, 2),\n  softmax)\n\nmodel2(rand(10)) # => "
       "2-element vector",
       VectorOf(2, "Float32")},
      {"abs(sum(model2(rand(10))) - 1) < 1e-6", "true"},
      {"m = Dense(5, 2) ∘ Dense(10, 5, σ)\n\nm(rand(10))", VectorOf(2, "Float32")},
      {"m = Chain(x -> x^2, x -> x+1)\n\nm(5) # => 26", "26"},
      {"Flux.@functor Affine", ""},
  });
}

}  // namespace
}  // namespace fluxgate::testing
