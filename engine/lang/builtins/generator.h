#ifndef FLUXGATE_ENGINE_LANG_BUILTINS_GENERATOR_H_
#define FLUXGATE_ENGINE_LANG_BUILTINS_GENERATOR_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "engine/lang/showable.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// MersenneTwister(seed), Xoshiro(seed): a sequence of its own; without a seed the session's.
class Generator final : public Object, public Showable {
 public:
  Generator(std::string n, absl::optional<int64_t> s)
      : Object(Kind::kOpaque), name(std::move(n)), seed(s) {}
  std::string Show() const override {
    return absl::StrCat(name, "(", seed ? absl::StrCat(*seed) : "", ")");
  }
  std::string TypeName() const override { return name; }
  const std::string name;
  absl::optional<int64_t> seed;
  int64_t draws = 0;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_BUILTINS_GENERATOR_H_
