#include <string>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/ast_printer.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/syntax/parser.h"
#include "gtest/gtest.h"

namespace fluxgate::lang {
namespace {

std::string Repeat(absl::string_view text, int n) {
  std::string result;
  for (int i = 0; i < n; ++i) result.append(text.data(), text.size());
  return result;
}

struct ErrorCase {
  const char* text;
  int line, column;
  const char* message;  // a part of it
};

TEST(ParserErrorTest, SaysWhereAndWhat) {
  static const ErrorCase kCases[] = {
      {"1 2", 1, 3, "unexpected `2` after the end of an expression"},
      {"x = )", 1, 5, "unexpected `)`"},
      {"y = 1\nx y", 2, 3, "unexpected `y`"},
      {"ŷ = 1; σ = ]", 1, 12, "unexpected `]`"},
      {"end", 1, 1, "unexpected `end`"},
      {"1 = 2", 1, 1, "cannot be assigned"},
      {"f(x) += 2", 1, 1, "cannot be assigned"},
      {"f(1) = 2", 1, 3, "name of a parameter"},
      {"f(x..., y) = 2", 1, 9, "last positional"},
      {"f(x=1, y) = 2", 1, 8, "defaults"},
      {"[1, 2; 3]", 1, 6, "separated by commas"},
      {"(1, 2; 3)", 1, 8, "keyword argument behind `;`"},
      {"(1, a = 2, 3 + 4)", 1, 2, "needs a name"},
      {"'ab'", 1, 1, "holds one character"},
      {"\"a $ b\"", 1, 4, "must follow `$`"},
      {"\"\\q\"", 1, 2, "invalid escape"},
      {"1.x", 1, 1, "multiplied implicitly"},
      {"1.+x", 1, 1, "add a space"},
      {"2\"a\"", 1, 2, "without `*`"},
      {"x**2", 1, 2, "x^y"},
      {"9223372036854775808", 1, 1, "too large for Int64"},
      {"0xffffffffffffffff", 1, 1, "too large for Int64"},
      {"1e999", 1, 1, "overflow"},
      {"for x y end", 1, 7, "expected `in`"},
      {"if x\n 1\nelse\n 2\nelseif y\n 3\nend", 5, 1, "expected `end` for the `if` of line 1"},
      {"f(1, 2]", 1, 7, "expected `)` for the `(` of line 1, found `]`"},
      {"struct 1 end", 1, 8, "type's name"},
      {"struct A\n 1 + 2\nend", 2, 2, "expected a field"},
      {"try f() end", 1, 1, "needs `catch` or `finally`"},
      {"let 3 end", 1, 5, "name = value"},
      {"macro m() end", 1, 1, "not part of this language"},
      {":(x + y)", 1, 2, "quoted expressions"},
      {"using .A", 1, 7, "relative"},
      {"1 + * 2", 1, 5, "unexpected `*`"},
      {"a\tb", 1, 3, "unexpected `b`"},
      {"x = \x01", 1, 5, "invalid character U+0001"},
      {"x = 1 ¿ 2", 1, 7, "invalid character `¿`"},
  };
  for (const ErrorCase& c : kCases) {
    SCOPED_TRACE(c.text);
    bool incomplete = true;
    const auto program = Parse("REPL[1]", c.text, {}, &incomplete);
    ASSERT_FALSE(program.ok()) << PrintAst(**program);
    EXPECT_EQ(program.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_FALSE(incomplete);
    const auto diagnostic = GetDiagnostic(program.status());
    ASSERT_TRUE(diagnostic.has_value());
    EXPECT_EQ(diagnostic->kind, "ParseError");
    EXPECT_EQ(diagnostic->source, "REPL[1]");
    EXPECT_EQ(diagnostic->line, c.line);
    EXPECT_EQ(diagnostic->column, c.column);
    EXPECT_NE(diagnostic->message.find(c.message), std::string::npos) << diagnostic->message;
  }
}

TEST(ParserErrorTest, TellsWhenMoreInputCouldMendIt) {
  for (const char* text : {"f(",
                           "(1, 2",
                           "[1, 2",
                           "[1 2;",
                           "if x",
                           "if x\n 1\nelse",
                           "function f(x)",
                           "for i in 1:3",
                           "\"abc",
                           "\"a $(b",
                           "\"\"\"a",
                           "#= abc",
                           "x = ",
                           "x +",
                           "x = [1,\n",
                           "f(x) do y",
                           "begin\n x",
                           "x -> ",
                           "a ?",
                           "a ? b :",
                           "struct A",
                           "try\n f()",
                           "let x = 1",
                           "@",
                           "f(x) =",
                           "using Flux,",
                           "while true",
                           "T{A"}) {
    SCOPED_TRACE(text);
    bool incomplete = false;
    EXPECT_FALSE(Parse("REPL", text, {}, &incomplete).ok());
    EXPECT_TRUE(incomplete);
  }
  for (const char* text : {"1 + 1", "f(x)", "x = 1;", "", "# comment", "\n\n", "f = +", "return"}) {
    SCOPED_TRACE(text);
    bool incomplete = true;
    EXPECT_TRUE(Parse("REPL", text, {}, &incomplete).ok());
    EXPECT_FALSE(incomplete);
  }
}

// What an attacker may choose the size of ends in an error, not in a crash.
TEST(ParserErrorTest, NestingIsBounded) {
  constexpr int kMany = 100'000;
  const std::string texts[] = {
      Repeat("(", kMany),
      Repeat("[", kMany),
      Repeat("f(", kMany),
      Repeat("a[", kMany),
      Repeat("T{", kMany),
      Repeat("-", kMany) + "1",
      Repeat("!", kMany) + "x",
      Repeat("x->", kMany) + "1",
      Repeat("x=", kMany) + "1",
      Repeat("x=>", kMany) + "1",
      Repeat("x^", kMany) + "1",
      Repeat("x?", kMany) + "1",
      Repeat("x?y:", kMany) + "1",
      Repeat("x&&", kMany) + "1",
      Repeat("x||", kMany) + "1",
      Repeat("x<|", kMany) + "1",
      Repeat("1+", kMany) + "1",
      Repeat("1*", kMany) + "1",
      Repeat("x|>", kMany) + "f",
      "x" + Repeat("'", kMany),
      "x" + Repeat(".a", kMany),
      "x" + Repeat("(1)", kMany),
      "x" + Repeat("[1]", kMany),
      "x" + Repeat("{1}", kMany),
      "x" + Repeat(" where T", kMany),
      "x" + Repeat("::T", kMany),
      Repeat("begin ", kMany),
      Repeat("if x ", kMany),
      Repeat("f() do; ", kMany),
      Repeat("function f() ", kMany),
      Repeat("@m ", kMany) + "x",
      Repeat("@m(", kMany),
      Repeat("\"$(", kMany),
      Repeat("return ", kMany),
      Repeat("local ", kMany) + "x",
      Repeat("2(", kMany),
      Repeat("√", kMany) + "2",
      "[1" + Repeat(";", kMany) + "2]",
      Repeat("[x for x in ", kMany),
  };
  ParseOptions options;
  options.max_bytes = 16 << 20;
  for (const std::string& text : texts) {
    SCOPED_TRACE(text.substr(0, 20));
    const auto program = Parse("attack", text, options);
    ASSERT_FALSE(program.ok());
    EXPECT_EQ(program.status().code(), absl::StatusCode::kInvalidArgument);
    const auto diagnostic = GetDiagnostic(program.status());
    ASSERT_TRUE(diagnostic.has_value());
    EXPECT_GE(diagnostic->line, 1);
    EXPECT_GE(diagnostic->column, 1);
    EXPECT_LT(diagnostic->excerpt.size(), 2000u);
  }
}

TEST(ParserErrorTest, LongFlatTextsAreFine) {
  ParseOptions options;
  options.max_bytes = 16 << 20;
  EXPECT_TRUE(Parse("flat", "[" + Repeat("1, ", 100'000) + "1]", options).ok());
  EXPECT_TRUE(Parse("flat", Repeat("x = 1\n", 100'000), options).ok());
  EXPECT_TRUE(Parse("flat", Repeat("a < ", 100'000) + "a", options).ok());
  EXPECT_TRUE(Parse("flat", Repeat("#= ", 100'000) + Repeat("=#", 100'000), options).ok());
  EXPECT_TRUE(Parse("flat", "\"" + Repeat("$x", 100'000) + "\"", options).ok());
  EXPECT_TRUE(Parse("flat", "x = " + Repeat("1 + ", 900) + "1", options).ok());
}

TEST(ParserErrorTest, TextsHaveABound) {
  const auto program = Parse("long", Repeat("1+", 5 << 20));
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(program.status().message().find("at most 1048576"), absl::string_view::npos);
}

TEST(ParserErrorTest, InvalidUtf8IsRefusedWithItsPlace) {
  for (const std::string bytes :
       {"\xff", "\xc3", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80", "\xc0\x80"}) {
    const auto program = Parse("bytes", absl::StrCat("x = 1\ny = \"", bytes, "\""));
    ASSERT_FALSE(program.ok());
    const auto diagnostic = GetDiagnostic(program.status());
    ASSERT_TRUE(diagnostic.has_value());
    EXPECT_EQ(diagnostic->line, 2);
    EXPECT_EQ(diagnostic->column, 6);
  }
}

// Every beginning of a text, and every text with one character taken out, parses or says where it
// fails.
TEST(ParserErrorTest, DamagedTextsEndInAPlace) {
  const std::string text =
      "function f(x::T, (a, b); k=1, z...)::Int where {T<:Real}\n"
      "  y = [1 -2; 3 4]' .+ T[i^2 for i in 1:3 if i > 1] # ŷ\n"
      "  try\n    g.(x) do m; \"a $(m[end]) \\n\" end\n  catch e\n    return (; a, b = 2)\n  end\n"
      "  x ? :a : -2x^3 |> h; @show x 'c' \"\"\"\n  t\n  \"\"\" #= c =#\n"
      "  if x < 1 <= 2 && !y || z isa Int\n  elseif b[1, :]\n  else W .-= 0.1f0 .* W̄ end\n"
      "end\n"
      "mutable struct P{T} <: Q\n  x::T\n  P(x) = new{T}(x)\nend\n"
      "(m::P)(x) = (a=1, b); using A: b, c; import D as E; const x, y = 1, 2\n"
      "for (i, v) in enumerate(s), j = 1:2 break end; let q = 1, r; q end; x -> y => [a;; b]\n";
  ASSERT_TRUE(Parse("whole", text).ok()) << FormatError(Parse("whole", text).status());
  auto check = [](const std::string& damaged) {
    const auto program = Parse("damaged", damaged);
    if (program.ok()) return;
    const auto diagnostic = GetDiagnostic(program.status());
    ASSERT_TRUE(diagnostic.has_value()) << damaged;
    EXPECT_EQ(diagnostic->kind, "ParseError");
    EXPECT_GE(diagnostic->line, 1);
  };
  for (size_t i = 0; i <= text.size(); ++i) {
    check(text.substr(0, i));
    check(text.substr(i));
    if (i < text.size()) check(text.substr(0, i) + text.substr(i + 1));
  }
}

}  // namespace
}  // namespace fluxgate::lang
