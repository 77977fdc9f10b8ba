#ifndef FLUXGATE_ENGINE_RUNTIME_KEY_SEQUENCE_H_
#define FLUXGATE_ENGINE_RUNTIME_KEY_SEQUENCE_H_

#include <array>
#include <cstdint>

namespace fluxgate {

// A session's random keys: key n is a pure function of the seed and n, so the sequence can be
// repeated, taken up again and compared.
class KeySequence {
 public:
  explicit KeySequence(uint64_t seed = 0) : seed_(seed) {}

  void Seed(uint64_t seed) {
    seed_ = seed;
    draws_ = 0;
  }
  std::array<int64_t, 2> Next();

  uint64_t seed() const { return seed_; }
  // Keys given so far; going back repeats them.
  uint64_t draws() const { return draws_; }
  void set_draws(uint64_t draws) { draws_ = draws; }

 private:
  uint64_t seed_;
  uint64_t draws_ = 0;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_RUNTIME_KEY_SEQUENCE_H_
