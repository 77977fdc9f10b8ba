#include "engine/kernels/random.h"

#include "engine/kernels/scalar_ops.h"

namespace fluxgate::kernels {
namespace {

constexpr double kTwoPi = 6.283185307179586476925;

uint32_t Low(uint64_t x) { return static_cast<uint32_t>(x); }
uint32_t High(uint64_t x) { return static_cast<uint32_t>(x >> 32); }

// SplitMix64's finaliser: 0 stays 0, so a key of (k, 0) is Philox's own key k.
uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

template <typename T>
struct Draws {
  T first, second;  // both uniform in [0, 1)
};
Draws<float> ToUniform(const PhiloxBlock& b, float) {
  return {static_cast<float>(b[0] >> 8) * 0x1p-24f, static_cast<float>(b[1] >> 8) * 0x1p-24f};
}
Draws<double> ToUniform(const PhiloxBlock& b, double) {
  const auto join = [](uint32_t low, uint32_t high) {
    return static_cast<double>((static_cast<uint64_t>(high) << 32 | low) >> 11) * 0x1p-53;
  };
  return {join(b[0], b[1]), join(b[2], b[3])};
}

template <typename T>
T ToNormal(Draws<T> u) {
  // 1 - u is never 0.
  const T radius = scalar_ops::Sqrt(T(-2) * scalar_ops::Log(T(1) - u.first));
  return radius * scalar_ops::Cos(static_cast<T>(kTwoPi) * u.second);
}

template <typename T>
void Fill(RandomKind kind, std::array<uint32_t, 2> key, uint64_t draw, int64_t count, T* output) {
  for (int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<uint64_t>(i);
    const Draws<T> u =
        ToUniform(Philox({Low(index), High(index), Low(draw), High(draw)}, key), T(0));
    output[i] = kind == RandomKind::kUniform ? u.first : ToNormal(u);
  }
}

}  // namespace

PhiloxBlock Philox(PhiloxBlock c, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * c[0];
    const uint64_t b = uint64_t{0xCD9E8D57} * c[2];
    c = {High(b) ^ c[1] ^ key[0], Low(b), High(a) ^ c[3] ^ key[1], Low(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return c;
}

void Random(RandomKind kind, DType dtype, const int64_t* key, int64_t draw, int64_t count,
            void* output) {
  const uint64_t folded = static_cast<uint64_t>(key[0]) ^ Mix(static_cast<uint64_t>(key[1]));
  const std::array<uint32_t, 2> philox_key = {Low(folded), High(folded)};
  const auto number = static_cast<uint64_t>(draw);
  if (dtype == DType::kFloat32) {
    Fill(kind, philox_key, number, count, static_cast<float*>(output));
  } else {
    Fill(kind, philox_key, number, count, static_cast<double*>(output));
  }
}

}  // namespace fluxgate::kernels
