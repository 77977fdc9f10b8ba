#ifndef FLUXGATE_ENGINE_LANG_IO_H_
#define FLUXGATE_ENGINE_LANG_IO_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// What print and show write to: an IOBuffer, or stdout (text then goes to the host at once).
class Io : public Object {
 public:
  static constexpr Kind kKind = Kind::kOpaque;
  explicit Io(bool out = false) : Object(kKind), is_stdout(out) {}
  const bool is_stdout;
  const std::string& text() const { return text_; }  // of a buffer
  void Append(absl::string_view more) {
    text_.append(more.data(), more.size());
    HoldBytes(text_.capacity());
  }
  std::string Take() {
    HoldBytes(0);
    return std::exchange(text_, {});
  }

 private:
  std::string text_;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_IO_H_
