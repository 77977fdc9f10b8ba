#ifndef FLUXGATE_ENGINE_NN_BYTE_SIZE_H_
#define FLUXGATE_ENGINE_NN_BYTE_SIZE_H_

#include <cstdint>
#include <string>

#include "engine/value/value.h"

namespace fluxgate::nn {

// Julia's Base.summarysize of a model: its struct laid out as C would, with a pointer per array or
// boxed field, and every array once (32 + 8 ndims + data bytes).
int64_t SummarySize(const Value& value);

// Julia's Base.format_bytes: "452 bytes", "6.211 KiB".
std::string FormatBytes(int64_t bytes);

// 1234567 as Flux shows a count: "1_234_567".
std::string Underscorise(int64_t count);

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_BYTE_SIZE_H_
