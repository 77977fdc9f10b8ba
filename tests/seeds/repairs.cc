#include "tests/seeds/repairs.h"

#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace fluxgate::seeds {
namespace {

constexpr absl::string_view kBlanksLost = "the copy lost the blanks of the display";
constexpr absl::string_view kOldForm = "an older form of the display";
constexpr absl::string_view kLost = "the copy lost the output";
constexpr absl::string_view kRandom = "drawn at random";
constexpr absl::string_view kInitial = "starts from the weight that the page discloses later";
constexpr absl::string_view kRounded = "computed numbers: two units in the last place";
constexpr absl::string_view kConverged = "near convergence: within 3e-6";
constexpr absl::string_view kOtherRun = "the page shows another run here";
constexpr absl::string_view kFloatGradient = "a gradient of integers is Float64 now";
constexpr absl::string_view kNotPrinted = "the page does not print it";
constexpr absl::string_view kKeepsFloat32 = "a Float32 layer keeps Float32 now";
constexpr absl::string_view kSixDigits = "follows from values printed with six digits";

constexpr const char* kDense = "Dense(1 => 1)       # 2 parameters";
constexpr const char* kData =
    "1-element Vector{Tuple{Matrix{Int64}, Matrix{Int64}}}:\n ([0 1 … 4 5], [2 6 … 18 22])";
constexpr const char* kTwoFloat32 = "2-element Vector{Float32}:\n 0.5\n 0.5";
constexpr const char* kTwoFloat64 = "2-element Vector{Float64}:\n 0.5\n 0.5";

constexpr Repair kRepairs[] = {
    // ---- S0 ----
    {"S0.3", 1, kBlanksLost, Check::kText, kDense},
    {"S0.3", 2, kRandom, Check::kShape},
    {"S0.3", 3, kBlanksLost, Check::kText, "1-element Vector{Float32}:\n 0.0"},
    {"S0.4", 1, kBlanksLost, Check::kText, kDense},
    {"S0.5", 1, kInitial, Check::kText,
     "1×6 Matrix{Float32}:\n 0.0  0.906654  1.81331  2.71996  3.62662  4.53327", 0, nullptr,
     "predict.weight .= 0.9066542f0"},
    {"S0.6", 3, kRounded, Check::kNumbers},
    {"S0.7", 2, kOldForm, Check::kText, "Descent(0.1f0)"},
    {"S0.7", 3, kBlanksLost, Check::kText, kData},
    {"S0.8", 1, kBlanksLost, Check::kText, "1×1 Matrix{Float32}:\n 0.9066542"},
    {"S0.8", 2, kBlanksLost, Check::kText, "1-element Vector{Float32}:\n 0.0"},
    {"S0.10", 1, kRounded, Check::kNumbers},
    {"S0.11", 1, kOldForm, Check::kNumbers, "(Float32[7.5777884;;], Float32[1.9466728])"},
    {"S0.12", 2, kConverged, Check::kNumbers, nullptr, 3e-6},
    {"S0.12", 3, kOldForm, Check::kNumbers, "(Float32[4.0178537;;], Float32[2.0050256])"},
    {"S0.13", 1, kBlanksLost, Check::kText,
     "1×5 Matrix{Float32}:\n 26.1121  30.13  34.1479  38.1657  42.1836"},
    {"S0.13", 2, kBlanksLost, Check::kText, "1×5 Matrix{Int64}:\n 26  30  34  38  42"},

    // ---- S1: computed in Float64 from a weight of -0.99009055 ----
    {"S1.3", 1, kOldForm, Check::kText, kDense},
    {"S1.3", 2, kLost, Check::kShape, "1×1 Matrix{Float32}:\n 0.5"},
    {"S1.3", 3, kLost, Check::kText, "1-element Vector{Float32}:\n 0.0"},
    {"S1.4", 1, kLost, Check::kText, kDense},
    {"S1.5", 1, kOtherRun, Check::kShape},
    {"S1.6", 2, kInitial, Check::kNumbers, "282.16010605766024", 0, nullptr,
     "predict = Dense([-0.99009055;;], [0.0])"},
    {"S1.7", 2, kLost, Check::kText, "Descent(0.1f0)"},
    {"S1.7", 3, kOldForm, Check::kText, kData},
    {"S1.8", 1, kLost, Check::kText, "1×1 Matrix{Float64}:\n -0.99009055"},
    {"S1.8", 2, kLost, Check::kText, "1-element Vector{Float64}:\n 0.0"},
    {"S1.9", 1, kOldForm, Check::kText, "Params([[-0.99009055;;], [0.0]])"},
    {"S1.12", 1, kLost, Check::kNumbers, "267.80364802295145", 3e-5},
    {"S1.13", 1, kOldForm, Check::kNumbers, "Params([[9.158408791666668;;], [2.895045275]])"},
    {"S1.14", 1, "the copy lost the loop's end, and the page ran it once more", Check::kText, "", 0,
     "for epoch in 1:201\n         train!(loss, parameters, data, opt)\n       end"},
    {"S1.14", 2, kLost, Check::kNumbers, "0.0074333148", 3e-6},
    {"S1.14", 3, kOldForm, Check::kNumbers,
     "Params([[3.9735880692372345;;], [1.9925541368157165]])", 3e-6},
    {"S1.15", 1, kOtherRun, Check::kShape,
     "1×5 Matrix{Float64}:\n 25.8442  29.8194  33.7946  37.7698  41.745"},
    {"S1.15", 2, kOldForm, Check::kText, "1×5 Matrix{Int64}:\n 26  30  34  38  42"},

    // ---- S2 ----
    {"S2.3", 2, kRandom, Check::kShape},
    {"S2.5", 1, kInitial, Check::kText, nullptr, 0, nullptr, "predict.weight .= 0.9066542f0"},
    {"S2.6", 3, kRounded, Check::kNumbers},
    {"S2.7", 2, kOldForm, Check::kText, "Descent(0.1f0)"},
    {"S2.10", 1, kRounded, Check::kNumbers},
    {"S2.11", 1, kOtherRun, Check::kNumbers, "(Float32[7.5777884;;], Float32[1.9466728])"},
    {"S2.12", 2, kConverged, Check::kNumbers, nullptr, 3e-6},
    {"S2.12", 3, kOtherRun, Check::kNumbers, "(Float32[4.0178537;;], Float32[2.0050256])"},

    // ---- S3 ----
    {"S3.1", 4, kFloatGradient, Check::kText, "14.0"},
    {"S3.1", 6, kFloatGradient, Check::kText, "6.0"},
    {"S3.2", 2, kFloatGradient, Check::kText, "([0.0, 2.0], [-0.0, -2.0])"},
    {"S3.3", 4, kFloatGradient, Check::kText, "2-element Vector{Float64}:\n 0.0\n 2.0"},
    {"S3.3", 5, kFloatGradient, Check::kText, "2-element Vector{Float64}:\n -0.0\n -2.0"},
    {"S3.4", 1, kNotPrinted, Check::kShape, "3.0"},
    {"S3.5", 1, kNotPrinted, Check::kText, "Grads(...)"},
    {"S3.6", 1, kNotPrinted, Check::kShape, "2.5"},
    {"S3.7", 1, kNotPrinted, Check::kShape, kTwoFloat64},
    {"S3.8", 1, kNotPrinted, Check::kShape, kTwoFloat64},
    {"S3.9", 1, kNotPrinted, Check::kShape,
     "5-element Vector{Float64}:\n 0.5\n 0.5\n 0.5\n 0.5\n 0.5"},
    {"S3.10", 1, kNotPrinted, Check::kText, "model (generic function with 1 method)"},
    {"S3.11", 1, kNotPrinted, Check::kShape, kTwoFloat32},
    {"S3.12", 1, kNotPrinted, Check::kShape, kTwoFloat32},
    {"S3.13", 1, kNotPrinted, Check::kShape, kTwoFloat32},
    {"S3.14", 1, kNotPrinted, Check::kText, "26"},
    {"S3.15", 1, kNotPrinted, Check::kText, ""},

    // ---- S4 ----
    {"S4.2", 1, "the output of a package manager that is not there", Check::kNone},
    {"S4.19", 1, kRandom, Check::kShape},
    {"S4.20", 1, kRandom, Check::kShape},
    {"S4.23", 1, kRandom, Check::kShape},
    {"S4.24", 1, "takes the values that the page printed", Check::kText, nullptr, 0, nullptr,
     "W .= [0.761199 0.518721 0.299738 0.819246 0.795295; "
     "0.695557 0.294634 0.136187 0.966324 0.556343];"
     "b .= [0.14996273490197987, 0.6003021631713606];"
     "x .= [0.7296468340269642, 0.46668665850674407, 0.1263968430225897, 0.8288758645565867, "
     "0.6767460059294579];"
     "y .= [0.45303268852343126, 0.5292262928918061];"},
    {"S4.26", 1, kSixDigits, Check::kNumbers, nullptr, 1e-5},
    {"S4.28", 1, kSixDigits, Check::kNumbers, nullptr, 2e-5},
    {"S4.29", 1, kSixDigits, Check::kNumbers, nullptr, 2e-6},
    {"S4.30", 1, kSixDigits, Check::kNumbers, nullptr, 1e-5},
    {"S4.33", 1, kRandom, Check::kShape},
    {"S4.35", 1, "the number of an anonymous function depends on the session", Check::kShape},
    {"S4.37", 1, kRandom, Check::kShape},
    {"S4.38", 1, kRandom, Check::kShape},
    {"S4.39", 1, kKeepsFloat32, Check::kShape, kTwoFloat32},
    {"S4.40", 1, kKeepsFloat32, Check::kShape, kTwoFloat32},
    {"S4.41", 1, kKeepsFloat32, Check::kShape, kTwoFloat32},
};

}  // namespace

absl::Span<const Repair> Repairs() { return kRepairs; }

absl::Status ApplyRepairs(absl::string_view seed, std::vector<Step>* steps) {
  for (const Repair& repair : kRepairs) {
    if (!absl::StartsWith(repair.block, absl::StrCat(seed, "."))) continue;
    Step* found = nullptr;
    for (Step& step : *steps) {
      if (step.block == repair.block && step.index == repair.step) found = &step;
    }
    if (found == nullptr) {
      return absl::NotFoundError(absl::StrCat("no step ", repair.step, " in block ", repair.block));
    }
    found->repairs.emplace_back(repair.name);
    found->check = repair.check;
    found->tolerance = repair.tolerance;
    if (repair.output != nullptr) found->output = repair.output;
    if (repair.input != nullptr) found->input = repair.input;
    if (repair.before != nullptr) found->before = repair.before;
  }
  for (Step& step : *steps) {
    if (!step.output) step.check = Check::kNone;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Step>> LoadSeed(const SeedFile& file, const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/", file.name);
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  const std::string text((std::istreambuf_iterator<char>(stream)),
                         std::istreambuf_iterator<char>());
  FG_ASSIGN_OR_RETURN(std::vector<Step> steps, ReadTranscript(file, text));
  FG_RETURN_IF_ERROR(ApplyRepairs(file.id, &steps));
  return steps;
}

}  // namespace fluxgate::seeds
