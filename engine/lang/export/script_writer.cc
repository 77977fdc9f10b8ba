#include "engine/lang/export/script_writer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/export/script_names.h"
#include "engine/lang/export/training_text.h"
#include "engine/lang/export/value_text.h"
#include "engine/lang/interpreter.h"

namespace fluxgate::lang {
namespace {

// The standard libraries whose names a session has without asking.
constexpr absl::string_view kStandard[] = {"LinearAlgebra", "Printf", "Random", "Statistics"};
// Modules that need no installing.
constexpr absl::string_view kAtHand[] = {"Base", "Core", "Flux", "Main", "Pkg", "Test"};
// Packages that come with Flux.
constexpr absl::string_view kOfFlux[] = {"Functors",     "MLUtils",    "NNlib",
                                         "OneHotArrays", "Optimisers", "Zygote"};

template <size_t kSize>
bool IsIn(const absl::string_view (&names)[kSize], absl::string_view name) {
  return std::count(std::begin(names), std::end(names), name) > 0;
}

// Whether the text says "Name." where a name may begin, outside of lines that are comments.
bool Mentions(absl::string_view text, absl::string_view name) {
  const std::string member = absl::StrCat(name, ".");
  for (size_t at = text.find(member); at != absl::string_view::npos;
       at = text.find(member, at + 1)) {
    const char before = at == 0 ? ' ' : text[at - 1];
    const size_t line = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    if (text[line] == '#') continue;
    if (!absl::ascii_isalnum(before) && before != '_' && before != '.') return true;
  }
  return false;
}

// What definitions may need, and what needs nothing but definitions.
bool IsBasic(const Value& value) {
  switch (value.kind()) {
    case Kind::kNothing:
    case Kind::kMissing:
    case Kind::kNumber:
    case Kind::kChar:
    case Kind::kSymbol:
    case Kind::kString:
    case Kind::kType:
    case Kind::kModule:
      return true;
    default:
      return false;
  }
}

// The function that its definition alone gives this name.
const GenericFunction* DefinedFunction(const std::string& name, const Value& value) {
  const auto* function = value.AsClass<GenericFunction>();
  const bool is_defined = function != nullptr && !function->anonymous() &&
                          function->Name() == name && function->Children().empty();
  return is_defined ? function : nullptr;
}

}  // namespace

ScriptWriter::ScriptWriter(Interpreter& interpreter)
    : interpreter_(interpreter),
      names_(std::make_unique<ScriptNames>(interpreter.machine().environment())),
      values_(std::make_unique<ValueText>(interpreter.machine(), *names_)) {}
ScriptWriter::~ScriptWriter() = default;

void ScriptWriter::Comment(absl::string_view text) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    Line(line.empty() ? "" : absl::StrCat("# ", line));
  }
}

std::string ScriptWriter::FreshName(const std::string& wish) { return names_->Fresh(wish); }

void ScriptWriter::LeaveOut(const std::string& name, absl::string_view why) {
  const std::string reason = absl::StrReplaceAll(why, {{"\n", " "}});
  Comment(absl::StrCat(name, " is left out: ", reason));
  left_out_.push_back(absl::StrCat("`", name, "`: ", reason));
}

void ScriptWriter::LeaveOutName(const std::string& name, absl::string_view why) {
  missing_.push_back(name);
  LeaveOut(name, why);
}

void ScriptWriter::WriteStatements() {
  for (const std::string& statement : values_->TakeStatements()) Line(statement);
}

void ScriptWriter::WriteType(const std::string& name) {
  const Excerpt* definition = interpreter_.machine().transcript().FindType(name);
  if (definition == nullptr) return LeaveOutName(name, "the text that defined it is not kept");
  Line(definition->text());
  const StructType* fields = interpreter_.Find(name)->As<Type>()->struct_type.get();
  if (fields == nullptr || !fields->trainable.has_value()) return;
  const std::vector<std::string>& trained = *fields->trainable;
  Line(absl::StrCat("Flux.@layer ", name, " trainable = (", absl::StrJoin(trained, ", "),
                    trained.size() == 1 ? ",)" : ")"));
}

absl::Status ScriptWriter::WriteBasics() {
  const Environment& environment = interpreter_.machine().environment();
  std::vector<std::pair<uint64_t, std::string>> basics;
  for (const std::string& name : interpreter_.Names()) {
    const Environment::Cell& cell = *environment.Find(name);
    if (IsBasic(cell.value)) basics.emplace_back(cell.latest, name);
  }
  std::sort(basics.begin(), basics.end());
  for (const auto& [order, name] : basics) {
    const Value& value = *interpreter_.Find(name);
    const auto* type = value.As<Type>();
    const bool is_definition =
        type != nullptr && type->name == name &&
        (type->abstract || (type->struct_type != nullptr && !type->struct_type->builtin));
    if (is_definition) {
      WriteType(name);
    } else {
      FG_RETURN_IF_ERROR(WriteName(name, value));
    }
  }
  if (!basics.empty()) Line("");
  return absl::OkStatus();
}

absl::Status ScriptWriter::WriteFunctions() {
  const size_t before = body_.size();
  for (const std::string& name : interpreter_.Names()) {
    const GenericFunction* function = DefinedFunction(name, *interpreter_.Find(name));
    if (function == nullptr) continue;
    for (const std::string& definition : ValueText::Definitions(*function)) Line(definition);
    if (function->methods().empty()) Line(absl::StrCat("function ", name, " end"));
  }
  for (const Excerpt& method : interpreter_.machine().MethodsBeyondNames()) Line(method.text());
  if (body_.size() > before) Line("");
  return body_.size() <= static_cast<size_t>(ValueText::kMaxBytes)
             ? absl::OkStatus()
             : absl::ResourceExhaustedError("the script's functions are too long");
}

void ScriptWriter::WriteText(absl::string_view name, absl::string_view expression) {
  Line(absl::StrCat(name, " = ", expression));
}

absl::StatusOr<std::string> ScriptWriter::Expression(const Value& value) {
  absl::StatusOr<std::string> text = values_->Of(value, "");
  WriteStatements();
  return text;
}

absl::Status ScriptWriter::WriteName(const std::string& name, const Value& value) {
  if (IsPackage(name) || name == values_->saved()) {
    LeaveOutName(name, "the script needs the name for something else");
    return absl::OkStatus();
  }
  const absl::StatusOr<std::string> text = values_->Define(name, value);
  // Also those of a value that came to nothing: others may refer to them.
  WriteStatements();
  if (absl::IsFailedPrecondition(text.status())) {
    LeaveOutName(name, text.status().message());
    return absl::OkStatus();
  }
  FG_RETURN_IF_ERROR(text.status());
  WriteText(name, *text);
  return absl::OkStatus();
}

absl::Status ScriptWriter::WriteWorkspace() {
  const std::vector<std::string> names = interpreter_.Names();
  for (const std::string& name : names) {
    FG_RETURN_IF_ERROR(values_->Announce(*interpreter_.Find(name)));
  }
  FG_RETURN_IF_ERROR(WriteBasics());
  FG_RETURN_IF_ERROR(WriteFunctions());
  for (const std::string& name : names) {
    const Value& value = *interpreter_.Find(name);
    if (IsBasic(value) || DefinedFunction(name, value) != nullptr) continue;
    FG_RETURN_IF_ERROR(WriteName(name, value));
  }
  for (const Excerpt& statement : interpreter_.machine().transcript().trainings()) {
    if (const std::string name = FirstUsed(statement.text(), missing_); !name.empty()) {
      const std::string& text = statement.text();
      LeaveOut(text.substr(0, text.find('\n')), absl::StrCat("it uses `", name, "`"));
      continue;
    }
    WriteTraining(ForFile(statement.text(),
                          [this](const std::string& name) { return names_->IsUsers(name); }));
  }
  return absl::OkStatus();
}

void ScriptWriter::WriteTraining(absl::string_view lines) { training_ += Indented(lines); }

std::string ScriptWriter::Usings(std::vector<std::string>* packages) const {
  std::string lines;
  for (const Excerpt& statement : interpreter_.machine().transcript().usings()) {
    const std::string& text = statement.text();
    const bool import = absl::StartsWith(text, "import");
    const absl::string_view rest = absl::string_view(text).substr(import ? 6 : 5);
    const bool whole = import || absl::StrContains(rest, ':');
    std::vector<std::string> others;
    for (absl::string_view part : absl::StrSplit(rest.substr(0, rest.find(':')), ',')) {
      part = absl::StripAsciiWhitespace(part);
      const std::string package(part.substr(0, part.find_first_of(". ")));
      if (!IsIn(kStandard, package) && !IsIn(kAtHand, package) &&
          std::count(packages->begin(), packages->end(), package) == 0) {
        packages->push_back(package);
      }
      if (part != "Flux" && !IsIn(kStandard, part)) others.emplace_back(part);
    }
    if (whole) {
      absl::StrAppend(&lines, text, "\n");
    } else if (!others.empty()) {
      absl::StrAppend(&lines, "using ", absl::StrJoin(others, ", "), "\n");
    }
  }
  return lines;
}

Script ScriptWriter::Finish(absl::string_view title) {
  Script script;
  script.arrays = values_->TakeArrays();
  script.left_out = std::move(left_out_);
  std::vector<std::string> packages = {"Flux"};
  const std::string usings = Usings(&packages);
  const bool reads = !script.arrays.empty();
  if (reads) packages.push_back("NPZ");
  std::string head = absl::StrCat(
      "# ", title, "\n#\n", "#   julia -e 'using Pkg; Pkg.add([\"",
      absl::StrJoin(packages, "\", \""), "\"])'\n", "#   julia session.jl",
      training_.empty() ? "" : "            # or, to train again: julia session.jl --train", "\n",
      "using Flux, ", absl::StrJoin(kStandard, ", "), "\n");
  const std::string body = absl::StrCat(body_, training_);
  for (absl::string_view package : kOfFlux) {
    if (!Mentions(body, package) || absl::StrContains(usings, package)) continue;
    absl::StrAppend(&head, "using Flux: ", package, "\n");
  }
  absl::StrAppend(&head, usings);
  if (reads) {
    absl::StrAppend(&head, "using NPZ\n\n", values_->saved(),
                    " = npzread(joinpath(@__DIR__, \"session.npz\"))\n");
  }
  script.text = absl::StrCat(head, "\n", absl::StripTrailingAsciiWhitespace(body_), "\n");
  if (!training_.empty()) {
    absl::StrAppend(&script.text, "\nif \"--train\" in ", names_->IsUsers("ARGS") ? "Base." : "",
                    "ARGS\n", training_, "end\n");
  }
  return script;
}

}  // namespace fluxgate::lang
