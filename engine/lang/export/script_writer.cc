#include "engine/lang/export/script_writer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/export/value_text.h"
#include "engine/lang/interpreter.h"

namespace fluxgate::lang {
namespace {

// The standard libraries whose names a session has without asking.
constexpr absl::string_view kStandard[] = {"LinearAlgebra", "Printf", "Random", "Statistics"};
// Packages that come with Flux.
constexpr absl::string_view kOfFlux[] = {"Functors",     "MLUtils",    "NNlib",
                                         "OneHotArrays", "Optimisers", "Zygote"};

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

// "using Flux, Statistics" without what the script says anyway; empty when nothing is left.
std::string OtherUsing(absl::string_view statement) {
  const bool import = absl::StartsWith(statement, "import");
  absl::string_view rest = statement.substr(import ? 6 : 5);
  if (import || absl::StrContains(rest, ':')) return std::string(statement);
  std::vector<std::string> others;
  for (absl::string_view name : absl::StrSplit(rest, ',')) {
    name = absl::StripAsciiWhitespace(name);
    const bool known =
        name == "Flux" || std::count(std::begin(kStandard), std::end(kStandard), name) > 0;
    if (!known) others.emplace_back(name);
  }
  return others.empty() ? "" : absl::StrCat("using ", absl::StrJoin(others, ", "));
}

}  // namespace

ScriptWriter::ScriptWriter(Interpreter& interpreter)
    : interpreter_(interpreter), values_(std::make_unique<ValueText>(interpreter.machine())) {}
ScriptWriter::~ScriptWriter() = default;

void ScriptWriter::Comment(absl::string_view text) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    Line(line.empty() ? "" : absl::StrCat("# ", line));
  }
}

std::string ScriptWriter::FreeName(const std::string& wish) const {
  const Environment& environment = interpreter_.machine().environment();
  for (int i = 1;; ++i) {
    std::string name = i == 1 ? wish : absl::StrCat(wish, "_", i);
    const Environment::Cell* cell = environment.Find(name);
    const bool taken = cell != nullptr && (cell->defined || cell->has_builtin);
    if (!taken && std::count(names_.begin(), names_.end(), name) == 0) return name;
  }
}

void ScriptWriter::WriteTypes() {
  Machine& machine = interpreter_.machine();
  for (const std::string& name : interpreter_.Names()) {
    const auto* type = interpreter_.Find(name)->As<Type>();
    const Excerpt* definition = machine.transcript().FindType(name);
    if (type == nullptr || type->name != name || definition == nullptr) continue;
    Line(definition->text());
    const StructType* fields = type->struct_type.get();
    if (fields != nullptr && fields->trainable.has_value()) {
      const std::vector<std::string>& trained = *fields->trainable;
      Line(absl::StrCat("Flux.@layer ", name, " trainable = (", absl::StrJoin(trained, ", "),
                        trained.size() == 1 ? ",)" : ")"));
    }
    Line("");
  }
}

absl::Status ScriptWriter::WriteFunctions() {
  const size_t before = body_.size();
  for (const std::string& name : interpreter_.Names()) {
    const auto* function = interpreter_.Find(name)->AsClass<GenericFunction>();
    if (function == nullptr || function->anonymous() || function->Name() != name) continue;
    if (!function->Children().empty()) continue;  // It is written as a value, with its captures.
    for (const std::string& definition : ValueText::Definitions(*function)) Line(definition);
    if (function->methods().empty()) Line(absl::StrCat("function ", name, " end"));
  }
  for (const Excerpt& method : interpreter_.machine().MethodsBeyondNames()) Line(method.text());
  if (body_.size() > before) Line("");
  return body_.size() <= static_cast<size_t>(ValueText::kMaxBytes)
             ? absl::OkStatus()
             : absl::ResourceExhaustedError("the script's functions are too long");
}

void ScriptWriter::WriteText(const std::string& name, absl::string_view expression) {
  names_.push_back(name);
  Line(absl::StrCat(name, " = ", expression));
}

absl::StatusOr<std::string> ScriptWriter::Expression(const Value& value, const std::string& path) {
  return values_->Of(value, path);
}

absl::Status ScriptWriter::WriteName(const std::string& name, const Value& value) {
  const auto write = [&]() -> absl::Status {
    FG_ASSIGN_OR_RETURN(const std::vector<Value> shared, values_->Shared(value));
    for (const Value& object : shared) {
      const std::string part = FreeName("shared");
      FG_ASSIGN_OR_RETURN(const std::string text, values_->Of(object, part));
      WriteText(part, text);
      FG_RETURN_IF_ERROR(values_->Remember(object, part));
    }
    FG_ASSIGN_OR_RETURN(const std::string text, values_->Of(value, name));
    // A function that has its name by its definition.
    if (text == name) return absl::OkStatus();
    WriteText(name, text);
    return values_->Remember(value, name);
  };
  absl::Status status = write();
  if (!absl::IsFailedPrecondition(status)) return status;
  const std::string why = absl::StrReplaceAll(status.message(), {{"\n", " "}});
  Comment(absl::StrCat(name, " is left out: ", why));
  left_out_.push_back(absl::StrCat("`", name, "`: ", why));
  return absl::OkStatus();
}

absl::Status ScriptWriter::WriteWorkspace() {
  WriteTypes();
  FG_RETURN_IF_ERROR(WriteFunctions());
  for (const std::string& name : interpreter_.Names()) {
    const Value& value = *interpreter_.Find(name);
    const auto* type = value.As<Type>();
    if (type != nullptr && type->name == name) continue;
    FG_RETURN_IF_ERROR(WriteName(name, value));
  }
  for (const Excerpt& statement : interpreter_.machine().transcript().trainings()) {
    WriteTraining(statement.text());
  }
  return absl::OkStatus();
}

void ScriptWriter::WriteTraining(absl::string_view lines) {
  for (absl::string_view line : absl::StrSplit(lines, '\n')) {
    absl::StrAppend(&training_, line.empty() ? "" : "    ", line, "\n");
  }
}

Script ScriptWriter::Finish(absl::string_view title) {
  Script script;
  script.arrays = values_->TakeArrays();
  script.left_out = std::move(left_out_);
  const bool reads = !script.arrays.empty();
  std::string head = absl::StrCat(
      "# ", title, "\n#\n", "#   julia -e 'using Pkg; Pkg.add([\"Flux\"", reads ? ", \"NPZ\"" : "",
      "])'\n", "#   julia session.jl",
      training_.empty() ? "" : "            # or, to train again: julia session.jl --train", "\n",
      "using Flux, ", absl::StrJoin(kStandard, ", "), "\n");
  std::string usings;
  for (const Excerpt& statement : interpreter_.machine().transcript().usings()) {
    const std::string other = OtherUsing(statement.text());
    if (!other.empty()) absl::StrAppend(&usings, other, "\n");
  }
  const std::string body = absl::StrCat(body_, training_);
  for (absl::string_view package : kOfFlux) {
    if (!Mentions(body, package) || absl::StrContains(usings, package)) continue;
    absl::StrAppend(&head, "using Flux: ", package, "\n");
  }
  absl::StrAppend(&head, usings);
  if (reads) {
    absl::StrAppend(&head, "using NPZ\n\n",
                    "saved = npzread(joinpath(@__DIR__, \"session.npz\"))\n");
  }
  script.text = absl::StrCat(head, "\n", absl::StripTrailingAsciiWhitespace(body_), "\n");
  if (!training_.empty()) {
    absl::StrAppend(&script.text, "\nif \"--train\" in ARGS\n", training_, "end\n");
  }
  return script;
}

}  // namespace fluxgate::lang
