#ifndef FLUXGATE_ENGINE_LANG_SHOWABLE_H_
#define FLUXGATE_ENGINE_LANG_SHOWABLE_H_

#include <string>

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

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_SHOWABLE_H_
