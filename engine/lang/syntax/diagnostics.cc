#include "engine/lang/syntax/diagnostics.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/base/status_message.h"
#include "engine/lang/syntax/characters.h"

namespace fluxgate {
namespace {

constexpr absl::string_view kTypeUrl = "fluxgate.dev/SourceDiagnostic";
constexpr int kExcerptBefore = 60, kExcerptAfter = 60;  // characters around the error

// ---- The payload: each field as "<length>:<bytes>"
// -----------------------------------------------

void Put(absl::string_view field, std::string* out) {
  absl::StrAppend(out, field.size(), ":", field);
}

bool Take(absl::string_view* in, std::string* field) {
  size_t size = 0;
  const auto [end, error] = std::from_chars(in->data(), in->data() + in->size(), size);
  const auto digits = static_cast<size_t>(end - in->data());
  if (error != std::errc() || digits >= in->size() || (*in)[digits] != ':') return false;
  in->remove_prefix(digits + 1);
  if (size > in->size()) return false;
  *field = std::string(in->substr(0, size));
  in->remove_prefix(size);
  return true;
}

bool Take(absl::string_view* in, int* number) {
  std::string field;
  if (!Take(in, &field)) return false;
  return std::from_chars(field.data(), field.data() + field.size(), *number).ec == std::errc();
}

std::string Encode(const SourceDiagnostic& d) {
  std::string out;
  for (const std::string* field : {&d.kind, &d.message, &d.source, &d.excerpt, &d.suggestion}) {
    Put(*field, &out);
  }
  for (const int number : {d.line, d.column, static_cast<int>(d.trace.size())}) {
    Put(absl::StrCat(number), &out);
  }
  for (const std::string& line : d.trace) Put(line, &out);
  return out;
}

absl::optional<SourceDiagnostic> Decode(absl::string_view in) {
  SourceDiagnostic d;
  int lines = 0;
  for (std::string* field : {&d.kind, &d.message, &d.source, &d.excerpt, &d.suggestion}) {
    if (!Take(&in, field)) return absl::nullopt;
  }
  if (!Take(&in, &d.line) || !Take(&in, &d.column) || !Take(&in, &lines)) return absl::nullopt;
  for (int i = 0; i < lines; ++i) {
    std::string line;
    if (!Take(&in, &line)) return absl::nullopt;
    d.trace.push_back(std::move(line));
  }
  return d;
}

// ---- Kinds
// ---------------------------------------------------------------------------------------

absl::StatusCode CodeOf(absl::string_view kind) {
  if (kind == "OutOfMemoryError" || kind == "StackOverflowError" || kind == "LimitError") {
    return absl::StatusCode::kResourceExhausted;
  }
  if (kind == "InterruptException") return absl::StatusCode::kCancelled;
  return absl::StatusCode::kInvalidArgument;
}

absl::string_view KindOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
      return "InterruptException";
    case absl::StatusCode::kResourceExhausted:
      return "OutOfMemoryError";
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
      return "ArgumentError";
    case absl::StatusCode::kOutOfRange:
      return "BoundsError";
    default:
      return "ErrorException";
  }
}

// Engine errors say their kind in front: "DimensionMismatch: …".
SourceDiagnostic Classify(const absl::Status& status) {
  SourceDiagnostic d;
  const absl::string_view message = status.message();
  const size_t colon = message.find(": ");
  if (colon != absl::string_view::npos && absl::ascii_isupper(message[0])) {
    const absl::string_view head = message.substr(0, colon);
    const bool word = std::all_of(head.begin(), head.end(), absl::ascii_isalpha);
    if (word && (absl::EndsWith(head, "Error") || absl::EndsWith(head, "Mismatch") ||
                 absl::EndsWith(head, "Exception"))) {
      d.kind = std::string(head);
      d.message = std::string(message.substr(colon + 2));
      return d;
    }
  }
  d.kind = std::string(KindOf(status.code()));
  d.message = std::string(message);
  return d;
}

// What Julia prints behind "ERROR: ": an ErrorException is its message alone.
std::string Headline(const SourceDiagnostic& d) {
  if (d.kind.empty() || d.kind == "ErrorException") return d.message;
  if (d.message.empty()) return d.kind == "StackOverflowError" ? d.kind + ":" : d.kind;
  // "DomainError with -1.0:".
  if (absl::StartsWith(d.message, "with ")) return absl::StrCat(d.kind, " ", d.message);
  return absl::StrCat(d.kind, ": ", d.message);
}

// ---- Positions
// -----------------------------------------------------------------------------------

// The line around `span` and carets below it; a long line is cut around the error.
std::string Excerpt(absl::string_view text, lang::Span span) {
  auto begin = static_cast<size_t>(span.begin);
  size_t line_begin = begin == 0 ? absl::string_view::npos : text.rfind('\n', begin - 1);
  line_begin = line_begin == absl::string_view::npos ? 0 : line_begin + 1;
  size_t line_end = std::min(text.find('\n', begin), text.size());
  if (line_end > line_begin && text[line_end - 1] == '\r') --line_end;
  begin = std::min(begin, line_end);
  auto is_continuation = [&](size_t i) {
    return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80;
  };
  size_t from = begin;
  for (int n = 0; n < kExcerptBefore && from > line_begin; ++n) {
    do --from;
    while (from > line_begin && is_continuation(from));
  }
  size_t to = begin;
  for (int n = 0; n < kExcerptAfter && to < line_end; ++n) {
    do ++to;
    while (to < line_end && is_continuation(to));
  }
  const size_t end = std::clamp(static_cast<size_t>(std::max(span.end, span.begin)), begin, to);
  auto plain = [](absl::string_view part) {
    return absl::StrReplaceAll(part, {{"\t", " "}, {"\r", " "}});
  };
  const std::string before =
      absl::StrCat(from > line_begin ? "…" : "", plain(text.substr(from, begin - from)));
  const int carets = std::max(1, lang::TextWidth(text.substr(begin, end - begin)));
  return absl::StrCat(before, plain(text.substr(begin, to - begin)), to < line_end ? "…" : "", "\n",
                      std::string(static_cast<size_t>(lang::TextWidth(before)), ' '),
                      std::string(static_cast<size_t>(carets), '^'));
}

}  // namespace

absl::Status JuliaError(absl::string_view kind, absl::string_view message) {
  SourceDiagnostic d;
  d.kind = std::string(kind);
  d.message = std::string(message);
  return WithDiagnostic(absl::Status(CodeOf(kind), Headline(d)), d);
}

absl::optional<SourceDiagnostic> GetDiagnostic(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kTypeUrl);
  if (!payload) return absl::nullopt;
  return Decode(std::string(*payload));
}

absl::Status WithDiagnostic(const absl::Status& status, const SourceDiagnostic& diagnostic) {
  if (status.ok()) return status;
  absl::Status result = WithMessage(status, Headline(diagnostic));
  result.SetPayload(kTypeUrl, absl::Cord(Encode(diagnostic)));
  return result;
}

Position PositionAt(const lang::Source& source, int32_t offset) {
  const absl::string_view head =
      absl::string_view(source.text).substr(0, static_cast<size_t>(std::max(offset, 0)));
  const size_t newline = head.rfind('\n');
  const size_t line_begin = newline == absl::string_view::npos ? 0 : newline + 1;
  Position position;
  position.line += static_cast<int>(std::count(head.begin(), head.end(), '\n'));
  position.column += lang::CountCharacters(head.substr(line_begin));
  return position;
}

absl::Status AtSource(const absl::Status& status, const lang::Source& source, lang::Span span) {
  if (status.ok()) return status;
  absl::optional<SourceDiagnostic> diagnostic = GetDiagnostic(status);
  if (!diagnostic) diagnostic = Classify(status);
  if (diagnostic->line > 0) return status;
  const auto size = static_cast<int32_t>(source.text.size());
  span.begin = std::clamp(span.begin, 0, size);
  span.end = std::clamp(span.end, span.begin, size);
  const Position position = PositionAt(source, span.begin);
  diagnostic->source = source.name;
  diagnostic->line = position.line;
  diagnostic->column = position.column;
  diagnostic->excerpt = Excerpt(source.text, span);
  return WithDiagnostic(status, *diagnostic);
}

std::string FormatError(const absl::Status& status) {
  const absl::optional<SourceDiagnostic> d = GetDiagnostic(status);
  if (!d) return absl::StrCat("ERROR: ", status.message());
  std::string text = absl::StrCat("ERROR: ", Headline(*d));
  if (!d->suggestion.empty()) {
    absl::StrAppend(&text, "\nSuggestion: did you mean `", d->suggestion, "`?");
  }
  if (d->line > 0) {
    absl::StrAppend(&text, "\n  @ ", d->source.empty() ? "" : absl::StrCat(d->source, ":"), d->line,
                    ":", d->column);
    if (!d->excerpt.empty()) {
      absl::StrAppend(&text, "\n    ", absl::StrReplaceAll(d->excerpt, {{"\n", "\n    "}}));
    }
  }
  for (size_t i = 0; i < d->trace.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "\nStacktrace:" : "", "\n [", i + 1, "] ", d->trace[i]);
  }
  return text;
}

std::string NearestName(absl::string_view name, const std::vector<std::string>& candidates) {
  constexpr size_t kLongest = 64;
  if (name.size() < 2 || name.size() > kLongest) return "";
  size_t best = std::max<size_t>(1, static_cast<size_t>(lang::CountCharacters(name)) / 3) + 1;
  std::string nearest;
  for (const std::string& candidate : candidates) {
    if (candidate == name || candidate.size() > kLongest) continue;
    const size_t difference =
        std::max(name.size(), candidate.size()) - std::min(name.size(), candidate.size());
    if (difference > 3 * best) continue;
    if (absl::EqualsIgnoreCase(candidate, name)) return candidate;
    // Edit distance over bytes, one row at a time; continuation bytes cost nothing.
    std::vector<size_t> row(candidate.size() + 1);
    auto cost = [](char c) -> size_t { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
    for (size_t j = 0; j < candidate.size(); ++j) row[j + 1] = row[j] + cost(candidate[j]);
    for (const char c : name) {
      size_t diagonal = row[0];
      row[0] += cost(c);
      for (size_t j = 0; j < candidate.size(); ++j) {
        const size_t substituted =
            diagonal + (c == candidate[j] ? 0 : std::max(cost(c), cost(candidate[j])));
        diagonal = row[j + 1];
        row[j + 1] = std::min({substituted, row[j + 1] + cost(c), row[j] + cost(candidate[j])});
      }
    }
    // A name of one character is near to everything.
    if (row.back() < best && row.back() < static_cast<size_t>(lang::CountCharacters(candidate))) {
      best = row.back();
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace fluxgate
