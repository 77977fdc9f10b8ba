#ifndef FLUXGATE_ENGINE_LANG_IO_H_
#define FLUXGATE_ENGINE_LANG_IO_H_

#include <string>

#include "engine/value/value.h"

namespace fluxgate::lang {

// What print and show write to: an IOBuffer, or stdout (text then goes to the host at once).
class Io : public Object {
 public:
  static constexpr Kind kKind = Kind::kOpaque;
  explicit Io(bool out = false) : Object(kKind), is_stdout(out) {}
  const bool is_stdout;
  std::string text;  // of a buffer
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_IO_H_
