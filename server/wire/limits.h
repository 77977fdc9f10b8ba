#ifndef FLUXGATE_SERVER_WIRE_LIMITS_H_
#define FLUXGATE_SERVER_WIRE_LIMITS_H_

#include <cstddef>
#include <cstdint>

// What a client may ask for, and how large an answer becomes. ServerInfo publishes these.
namespace fluxgate::wire {

inline constexpr int kMaxRequestBytes = 64 << 20;  // of one message to the server
inline constexpr int kMaxResponseBytes = 3 << 20;
inline constexpr size_t kChunkBytes = 1 << 20;        // of `data` in a stream's message
inline constexpr size_t kMaxChunkBytes = 4 << 20;     // that is still taken from a client
inline constexpr size_t kMaxInlineBytes = 2 << 20;    // of a tensor inside an answer
inline constexpr size_t kMaxSourceBytes = 1 << 20;    // of Julia text
inline constexpr int64_t kMaxRowsElements = 100'000;  // numbers in `rows`
inline constexpr int64_t kShownElements = 64;         // that come back as `rows` and `show`
inline constexpr size_t kMaxNameBytes = 128;          // of sessions and request ids
inline constexpr int kMaxArguments = 64;              // of a call, `x` and `inputs` together
inline constexpr int kMaxLayerDepth = 32;             // of nested typed layers
inline constexpr int kMaxLayers = 10'000;             // of one typed model
inline constexpr int kMaxPaths = 1000;                // named in one request
inline constexpr int kMaxMetrics = 16;
inline constexpr int kMaxOrder = 8;        // of a derivative
inline constexpr int kMaxElements = 1000;  // of a composite value in an answer
inline constexpr int kMaxValueDepth = 4;
inline constexpr size_t kMaxOutputBytes = 1 << 20;  // that a text may print into one answer
inline constexpr int kDefaultPageSize = 100;
inline constexpr int kMaxPageSize = 1000;

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_LIMITS_H_
