#ifndef FLUXGATE_ENGINE_LANG_SHOWABLE_H_
#define FLUXGATE_ENGINE_LANG_SHOWABLE_H_

#include <string>
#include <utility>

#include "absl/types/optional.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// How an object of a kind with several classes (kFunction, kModule, kOpaque) presents itself; the
// class derives from Object and from this.
class Showable {
 public:
  virtual ~Showable() = default;
  // As repr and inside other values: "f", "Params([...])".
  virtual std::string Show() const = 0;
  // What typeof prints: "typeof(f)".
  virtual std::string TypeName() const = 0;
  // At a prompt: "f (generic function with 2 methods)".
  virtual std::string Display() const { return Show(); }
};

// How users' own `show` methods reach the text of structs inside other values: display asks the
// thread's current one before it shows a struct itself.
class StructShow {
 public:
  virtual ~StructShow() = default;
  // Nothing when there is no such method.
  virtual absl::optional<std::string> Show(const Value& value) = 0;
  static StructShow*& Current() {
    static thread_local StructShow* current = nullptr;
    return current;
  }
};

class ScopedStructShow {
 public:
  explicit ScopedStructShow(StructShow* show)
      : previous_(std::exchange(StructShow::Current(), show)) {}
  ~ScopedStructShow() { StructShow::Current() = previous_; }
  ScopedStructShow(const ScopedStructShow&) = delete;
  ScopedStructShow& operator=(const ScopedStructShow&) = delete;

 private:
  StructShow* previous_;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_SHOWABLE_H_
