#include "tests/server/grpc/wrong_requests/wrong_request.h"

namespace fluxgate::rpc {
namespace {

std::string Source(const std::string& text) { return JsonOf("source", text); }
std::string Within(const std::string& text) {
  return R"({"timeout": "0.05s", "source": ")" + text + "\"}";
}

}  // namespace

// Julia text for Evaluate.
std::vector<WrongRequest> TextRequests() {
  const std::string evaluate = "Workspace/Evaluate";
  return {
      // ---- Mistakes have a place ----
      {"UnknownName", evaluate, {Source(R"(1\nsin(nope))")}, kInvalid, "@2:5", "nope"},
      {"EndsTooEarly", evaluate, {Source("1 +")}, kInvalid, "@1:4", "end"},
      {"OpenString", evaluate, {Source(R"(1; \"abc)")}, kInvalid, "@1:4", "string"},
      {"StrayBracket", evaluate, {Source("1 + 2)")}, kInvalid, "@1:6", ")"},
      {"Shapes", evaluate, {Source("m(ones(Float32, 3, 2))")}, kInvalid, "@1:1", "2"},
      {"Thrown", evaluate, {Source(R"(error(\"boom\"))")}, kInvalid, "@1:1", "boom"},
      {"UnknownKeyword", evaluate, {Source("sum([1]; nope = 1)")}, kInvalid, "@1:1", "nope"},
      {"OutOfBounds", evaluate, {Source("v[3]")}, kInvalid, "@1:1", "3"},
      {"HugeIndex", evaluate, {Source("v[9223372036854775807]")}, kInvalid, "@1:1", "9223372036"},
      {"NotScalar", evaluate, {Source("gradient(x -> [x, x], 1.0)")}, kInvalid, "@1:1", "jacobian"},
      {"NoFiles", evaluate, {Source(R"(open(\"/etc/passwd\"))")}, kInvalid, "@1:1", "open"},
      {"NoPackage", evaluate, {Source("using DataFrames")}, kInvalid, "@1:1", "DataFrames"},
      {"NegativeSize", evaluate, {Source("zeros(-1)")}, kInvalid, "@1:1", "dimensions"},

      // ---- Nesting without end ----
      {"Brackets", evaluate, {Source(Repeat("(", 100'000))}, kInvalid, "@", "nest"},
      {"SquareBrackets", evaluate, {Source(Repeat("[", 100'000))}, kInvalid, "@", "nest"},
      {"ClosedBrackets",
       evaluate,
       {Source(Repeat("(", 100'000) + "1" + Repeat(")", 100'000))},
       kInvalid,
       "@",
       "nest"},
      {"Minuses", evaluate, {Source(Repeat("-", 100'000) + "v")}, kInvalid, "@", "nest"},
      {"Calls", evaluate, {Source(Repeat("f(", 100'000))}, kInvalid, "@", "nest"},
      {"Arrows", evaluate, {Source(Repeat("x->", 100'000) + "1")}, kInvalid, "@", "nest"},
      {"Powers", evaluate, {Source("1" + Repeat("^1", 100'000))}, kInvalid, "@", "nest"},
      {"Choices", evaluate, {Source(Repeat("true ? 1 : ", 50'000) + "1")}, kInvalid, "@", "nest"},
      {"Blocks", evaluate, {Source(Repeat("begin ", 100'000))}, kInvalid, "@", "nest"},
      {"Ifs", evaluate, {Source(Repeat("if true ", 100'000))}, kInvalid, "@", "nest"},
      {"Comments", evaluate, {Source(Repeat("#=", 100'000))}, kInvalid, "@", "comment"},
      {"Strings", evaluate, {Source(Repeat(R"(\"$()", 50'000))}, kInvalid, "@", "closed"},

      // ---- Too long, not text ----
      {"TenMegabytes", evaluate, {Source(Repeat("1", 10'000'000))}, kInvalid, "source", "1048576"},
      {"LineOfAMegabyte",
       evaluate,
       {Source(Repeat(" ", 1'000'000) + "nope")},
       kInvalid,
       "@1:1000001",
       "nope"},
      {"NotUtf8", evaluate, {WireField(2, "1 + \xff")}, kInvalid, "", "UTF-8"},
      {"NullByte", evaluate, {Source(R"(1 + \u0000)")}, kInvalid, "@1:5", ""},
      {"LongSourceName",
       evaluate,
       {JsonOf("sourceName", Repeat("n", 129))},
       kInvalid,
       "source_name",
       "128"},
      {"NotDetachable",
       evaluate,
       {R"({"source": "1", "eachInput": true, "detach": true})"},
       kInvalid,
       "each_input",
       "detached"},
      {"SessionIsAPath",
       evaluate,
       {R"({"session": "../x", "source": "1"})"},
       kInvalid,
       "session",
       "letters"},
      {"NegativeTimeout",
       evaluate,
       {R"({"source": "1", "timeout": "-1s"})"},
       kInvalid,
       "timeout",
       "positive"},
      {"TimeoutOfAges",
       evaluate,
       {R"({"source": "1", "timeout": "315576000000s"})"},
       kInvalid,
       "timeout",
       "longest"},
      {"LongRequestId",
       evaluate,
       {R"({"source": "1", "requestId": ")" + Repeat("i", 129) + "\"}"},
       kInvalid,
       "request_id",
       "128"},

      // ---- Time, stack, memory, output without end ----
      {"Loop", evaluate, {Within("while true end")}, kTooLate, "@", ""},
      {"LoopInACall", evaluate, {Within("map(x -> while true end, 1:2)")}, kTooLate, "@", ""},
      {"LongSum", evaluate, {Source("sum(i for i in 1:10^18)")}, kTooMuch, "@1:1", "elements"},
      {"Recursion", evaluate, {Source("(n -> n(n))(n -> n(n))")}, kTooMuch, "@", ""},
      {"Elements", evaluate, {Source("zeros(10^6, 10^6)")}, kTooMuch, "@1:1", "elements"},
      {"OverflowingElements", evaluate, {Source("zeros(2^62, 4)")}, kTooMuch, "@1:1", ""},
      {"Random", evaluate, {Source("rand(10^10)")}, kTooMuch, "@1:1", ""},
      {"Collected", evaluate, {Source("collect(1:10^10)")}, kTooMuch, "@1:1", ""},
      {"Outer", evaluate, {Source("(1:10^5) .+ (1:10^5)'")}, kTooMuch, "@1:1", ""},
      {"Product", evaluate, {Source("ones(10^5) * ones(1, 10^5)")}, kTooMuch, "@1:1", ""},
      {"LongString", evaluate, {Source(R"(repeat(\"a\", 10^10))")}, kTooMuch, "@1:1", ""},
      {"StringPower", evaluate, {Source(R"(\"ab\"^(10^12))")}, kTooMuch, "@1:1", ""},
      {"Memory",
       evaluate,
       {Source("let a = []; while true; push!(a, zeros(10^6)); end end")},
       kTooMuch,
       "@",
       ""},
      {"Output",
       evaluate,
       {Source("while true; println(123456789); end")},
       kTooMuch,
       "@",
       "output"},
  };
}

}  // namespace fluxgate::rpc
