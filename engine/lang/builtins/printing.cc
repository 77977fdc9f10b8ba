// print and show, and text made of values.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/builtins/text.h"
#include "engine/lang/display/display.h"
#include "engine/lang/io.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

// Where text goes: the Io given first, else the evaluation's output.
absl::Status Write(Evaluator& eval, Io* io, absl::string_view text) {
  if (io != nullptr && !io->is_stdout) {
    FG_RETURN_IF_ERROR(
        eval.CheckElements(static_cast<int64_t>(io->text().size() + text.size()), 1));
    io->Append(text);
    return absl::OkStatus();
  }
  if (eval.ops().tracing()) MarkEffect(eval);
  return eval.host().Print(text);
}

struct Output {
  Io* io = nullptr;
  absl::Span<const Value> values;
};
Output SplitIo(const Arguments& x) {
  if (x.size() > 0) {
    if (auto* io = x[0].AsClass<Io>()) return {io, x.positional.subspan(1)};
  }
  return {nullptr, x.positional};
}

absl::StatusOr<std::string> Joined(Evaluator& eval, absl::Span<const Value> values) {
  std::string text;
  for (const Value& value : values) {
    FG_ASSIGN_OR_RETURN(const std::string part, eval.PrintText(value));
    FG_RETURN_IF_ERROR(eval.CheckElements(static_cast<int64_t>(text.size() + part.size()), 1));
    text += part;
  }
  return text;
}

Definitions::Call PrintWith(absl::string_view end) {
  return [end = std::string(end)](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    const Output output = SplitIo(x);
    FG_ASSIGN_OR_RETURN(const std::string text, Joined(eval, output.values));
    FG_RETURN_IF_ERROR(Write(eval, output.io, text + end));
    return Value();
  };
}

absl::StatusOr<Value> Show(Evaluator& eval, const Arguments& x) {
  const Output output = SplitIo(x);
  if (output.values.empty()) return MethodError("show", x.positional);
  // show(io, MIME"text/plain"(), x) is what a prompt prints.
  if (output.values.size() == 2) {
    FG_RETURN_IF_ERROR(Write(eval, output.io, Display(output.values[1])));
    return Value();
  }
  FG_ASSIGN_OR_RETURN(const std::string text, eval.ReprText(output.values[0]));
  FG_RETURN_IF_ERROR(Write(eval, output.io, text));
  return Value();
}

absl::StatusOr<Value> DisplayValue(Evaluator& eval, const Arguments& x) {
  FG_RETURN_IF_ERROR(Write(eval, nullptr, Display(x[0]) + "\n"));
  return Value();
}

absl::StatusOr<Value> String(Evaluator& eval, const Arguments& x) {
  if (const Value* base = x.Keyword("base"); base != nullptr && x.size() == 1) {
    FG_ASSIGN_OR_RETURN(const int64_t radix, ToInteger(eval, *base, "string"));
    FG_ASSIGN_OR_RETURN(const int64_t number, ToInteger(eval, x[0], "string"));
    int64_t pad = 1;
    if (const Value* given = x.Keyword("pad")) {
      FG_ASSIGN_OR_RETURN(pad, ToInteger(eval, *given, "string"));
    }
    if (radix < 2 || radix > 36 || pad < 0 || pad > 4096) {
      return ArgumentError("base must be 2 ≤ base ≤ 36, and pad at most 4096");
    }
    uint64_t rest = number < 0 ? 0 - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
    std::string digits;
    for (; rest > 0 || static_cast<int64_t>(digits.size()) < pad; rest /= radix) {
      digits.insert(digits.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[rest % radix]);
    }
    return Value::String(absl::StrCat(number < 0 ? "-" : "", digits));
  }
  FG_ASSIGN_OR_RETURN(std::string text, Joined(eval, x.positional));
  return Value::String(std::move(text));
}

absl::StatusOr<Value> ReprOf(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(std::string text, eval.ReprText(x[0]));
  return Value::String(std::move(text));
}

// sprint(f, args...): what f(io, args...) writes.
absl::StatusOr<Value> Sprint(Evaluator& eval, const Arguments& x) {
  auto io = std::make_shared<Io>();
  std::vector<Value> arguments = {Value(io)};
  arguments.insert(arguments.end(), x.positional.begin() + 1, x.positional.end());
  FG_RETURN_IF_ERROR(eval.CallWith(x[0], arguments, {}).status());
  return Value::String(io->Take());
}

absl::StatusOr<Value> TakeText(Evaluator&, const Arguments& x) {
  auto* io = x[0].AsClass<Io>();
  if (io == nullptr || io->is_stdout) return MethodError("take!", x.positional);
  return Value::String(io->Take());
}

absl::StatusOr<Value> WriteText(Evaluator& eval, const Arguments& x) {
  auto* io = x[0].AsClass<Io>();
  if (io == nullptr) return MethodError("write", x.positional);
  FG_ASSIGN_OR_RETURN(const std::string text, Joined(eval, x.positional.subspan(1)));
  FG_RETURN_IF_ERROR(Write(eval, io, text));
  return Value::Int(static_cast<int64_t>(text.size()));
}

absl::StatusOr<Value> ToSymbol(Evaluator& eval, const Arguments& x) {
  // Symbol(parts...): registered under the type's name, so the type comes first.
  FG_ASSIGN_OR_RETURN(std::string text, Joined(eval, x.positional.subspan(1)));
  return Value::Symbol(std::move(text));
}

}  // namespace

std::vector<Builtin> PrintingBuiltins() {
  Definitions d;
  d.Add("print", 0, -1, PrintWith(""));
  d.Add("println", 0, -1, PrintWith("\n"));
  d.Add("show", 1, 3, Show);
  d.Add("display", 1, 1, DisplayValue);
  d.Add("string", 0, -1, String, {"base", "pad"});
  d.Add("repr", 1, 1, ReprOf);
  d.Add("sprint", 1, -1, Sprint);
  // Registered under the type's name, so the type comes first.
  d.Add("IOBuffer", 1, 1, [](Evaluator&, const Arguments&) -> absl::StatusOr<Value> {
    return Value(std::make_shared<Io>());
  });
  d.Add("take!", 1, 1, TakeText);
  d.Add("write", 2, -1, WriteText);
  d.Add("flush", 1, 1,
        [](Evaluator&, const Arguments&) -> absl::StatusOr<Value> { return Value(); });
  d.Add("Symbol", 1, -1, ToSymbol);
  return d.Take();
}

}  // namespace fluxgate::lang
