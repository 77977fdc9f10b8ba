#include <utility>

#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/io.h"
#include "engine/lang/showable.h"

namespace fluxgate::lang {
namespace {

// What a user's show method writes for a struct, while one of Machine's texts is being made.
class UserShow final : public StructShow {
 public:
  explicit UserShow(Machine& machine) : machine_(machine) {}

  absl::optional<std::string> Show(const Value& value) override {
    if (!status_.ok()) return absl::nullopt;
    auto io = std::make_shared<Io>();
    bool found = false;
    const absl::StatusOr<Value> shown = machine_.CallExtension("show", {Value(io), value}, &found);
    if (!shown.ok()) status_ = shown.status();
    if (!found || !shown.ok()) return absl::nullopt;
    return io->Take();
  }

  const absl::Status& status() const { return status_; }

 private:
  Machine& machine_;
  absl::Status status_;
};

}  // namespace

template <typename F>
absl::StatusOr<std::string> Machine::WithUserShow(F text) {
  if (!extensions_.contains("show")) return text();
  UserShow show(*this);
  std::string result;
  {
    const ScopedStructShow scope(&show);
    result = text();
  }
  FG_RETURN_IF_ERROR(show.status());
  return result;
}

absl::StatusOr<std::string> Machine::PrintText(const Value& value) {
  if (!extensions_.empty() && value.is(Kind::kStruct)) {
    auto io = std::make_shared<Io>();
    bool found = false;
    FG_RETURN_IF_ERROR(TryExtension("print", {Value(io), value}, {}, &found).status());
    if (found) return io->Take();
  }
  return WithUserShow([&] { return Print(value); });
}

absl::StatusOr<std::string> Machine::ReprText(const Value& value) {
  return WithUserShow([&] { return Repr(value); });
}

absl::StatusOr<std::string> Machine::DisplayText(const Value& value) {
  if (!extensions_.empty() && value.is(Kind::kStruct)) {
    // show(io, ::MIME"text/plain", x) is what a prompt asks first.
    auto io = std::make_shared<Io>();
    bool found = false;
    FG_RETURN_IF_ERROR(
        TryExtension("show", {Value(io), Value::Symbol("text/plain"), value}, {}, &found).status());
    if (found) return io->Take();
  }
  return WithUserShow([&] { return Display(value); });
}

}  // namespace fluxgate::lang
