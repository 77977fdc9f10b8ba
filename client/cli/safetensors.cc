#include "client/cli/safetensors.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/read_file.h"
#include "client/cli/row_major.h"

namespace fluxgate::client {
namespace {

constexpr size_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // as the format's own readers have it
constexpr double kMaxWhole = 9007199254740992.0;   // 2^53: JSON's numbers are doubles

float FromBFloat16(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}

float FromFloat16(uint16_t bits) {
  const int exponent = bits >> 10 & 0x1F;
  const int fraction = bits & 0x3FF;
  float value = exponent == 0x1F ? (fraction == 0 ? INFINITY : NAN)
                : exponent == 0  ? std::ldexp(static_cast<float>(fraction), -24)
                                 : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return (bits >> 15) != 0 ? -value : value;
}

template <typename From, typename To>
std::string Widened(absl::string_view bytes, To (*convert)(From)) {
  std::string wide(bytes.size() / sizeof(From) * sizeof(To), '\0');
  for (size_t i = 0; i < bytes.size() / sizeof(From); ++i) {
    From from;
    std::memcpy(&from, &bytes[i * sizeof(From)], sizeof(from));
    const To to = convert(from);
    std::memcpy(&wide[i * sizeof(To)], &to, sizeof(to));
  }
  return wide;
}

struct DType {
  absl::string_view name;
  int64_t size;
  v1::Tensor::DType dtype;
  // Of those that we have not ourselves: in ours.
  std::string (*widen)(absl::string_view bytes);
};
constexpr DType kDTypes[] = {
    {"BOOL", 1, v1::Tensor::BOOL, nullptr},
    {"I32", 4, v1::Tensor::INT32, nullptr},
    {"I64", 8, v1::Tensor::INT64, nullptr},
    {"F32", 4, v1::Tensor::FLOAT32, nullptr},
    {"F64", 8, v1::Tensor::FLOAT64, nullptr},
    {"F16", 2, v1::Tensor::FLOAT32,
     [](absl::string_view bytes) { return Widened<uint16_t, float>(bytes, FromFloat16); }},
    {"BF16", 2, v1::Tensor::FLOAT32,
     [](absl::string_view bytes) { return Widened<uint16_t, float>(bytes, FromBFloat16); }},
    {"U8", 1, v1::Tensor::INT64,
     [](absl::string_view bytes) {
       return Widened<uint8_t, int64_t>(bytes, [](uint8_t b) { return int64_t{b}; });
     }},
};

absl::StatusOr<std::vector<int64_t>> WholeNumbers(const google::protobuf::Value& list) {
  std::vector<int64_t> numbers;
  for (const auto& value : list.list_value().values()) {
    const double number = value.number_value();
    if (!value.has_number_value() || number < 0 || number > kMaxWhole ||
        number != std::floor(number)) {
      return absl::InvalidArgumentError("a shape or an offset that is no whole number");
    }
    numbers.push_back(static_cast<int64_t>(number));
  }
  return numbers;
}

// The value under a key; one that is null when there is none.
const google::protobuf::Value& Field(const google::protobuf::Struct& fields, const char* key) {
  static const auto* none = new google::protobuf::Value;
  const auto found = fields.fields().find(key);
  return found == fields.fields().end() ? *none : found->second;
}

struct Placed {
  int64_t begin;
  NamedTensor tensor;
};

absl::StatusOr<Placed> DecodeTensor(const std::string& name,
                                    const google::protobuf::Struct& description,
                                    absl::string_view data) {
  const std::string& dtype = Field(description, "dtype").string_value();
  const auto* type = std::find_if(std::begin(kDTypes), std::end(kDTypes),
                                  [&](const DType& t) { return t.name == dtype; });
  if (type == std::end(kDTypes)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "dtype \"", dtype, "\"; ",
        absl::StrJoin(kDTypes, ", ",
                      [](std::string* out, const DType& t) { absl::StrAppend(out, t.name); }),
        " are read"));
  }
  auto dims = WholeNumbers(Field(description, "shape"));
  auto offsets = WholeNumbers(Field(description, "data_offsets"));
  if (!dims.ok()) return dims.status();
  if (!offsets.ok()) return offsets.status();
  int64_t bytes = type->size;
  for (int64_t dim : *dims) {
    if (__builtin_mul_overflow(bytes, dim, &bytes)) {
      return absl::InvalidArgumentError("a shape that is too large");
    }
  }
  if (offsets->size() != 2 || (*offsets)[0] > (*offsets)[1] ||
      (*offsets)[1] > static_cast<int64_t>(data.size()) || (*offsets)[1] - (*offsets)[0] != bytes) {
    return absl::InvalidArgumentError(absl::StrCat("data_offsets do not give the ", bytes,
                                                   " bytes of shape [", absl::StrJoin(*dims, ", "),
                                                   "] within the file"));
  }
  HostTensor tensor;
  tensor.dtype = type->dtype;
  tensor.bytes = FromRowMajor(*dims, data.substr((*offsets)[0], bytes), type->size);
  if (type->widen != nullptr) tensor.bytes = type->widen(tensor.bytes);
  tensor.dims = *std::move(dims);
  return Placed{(*offsets)[0], {name, std::move(tensor)}};
}

// As JSON.
std::string Quoted(absl::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&json, "\\u%04x", c);
    } else {
      if (c == '"' || c == '\\') json += '\\';
      json += c;
    }
  }
  return json + '"';
}

}  // namespace

std::string EncodeSafetensors(const std::vector<NamedTensor>& tensors) {
  std::string header = "{", data;
  for (const auto& [path, tensor] : tensors) {
    // By a copy: clang 14 captures no structured binding.
    const auto* type =
        std::find_if(std::begin(kDTypes), std::end(kDTypes),
                     [dtype = tensor.dtype](const DType& t) { return t.dtype == dtype; });
    const size_t begin = data.size();
    data += ToRowMajor(tensor.dims, tensor.bytes, type->size);
    absl::StrAppend(&header, header.size() > 1 ? "," : "", Quoted(path.empty() ? "value" : path),
                    ":{\"dtype\":\"", type->name, "\",\"shape\":[", absl::StrJoin(tensor.dims, ","),
                    "],\"data_offsets\":[", begin, ",", data.size(), "]}");
  }
  header += "}";
  // The data is aligned.
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const uint64_t length = header.size();
  return absl::StrCat(absl::string_view(reinterpret_cast<const char*>(&length), sizeof(length)),
                      header, data);
}

absl::StatusOr<std::vector<NamedTensor>> DecodeSafetensors(absl::string_view bytes) {
  uint64_t length = 0;
  if (bytes.size() >= kLengthBytes) std::memcpy(&length, bytes.data(), kLengthBytes);
  if (bytes.size() < kLengthBytes || length > kMaxHeaderBytes ||
      length > bytes.size() - kLengthBytes) {
    return absl::InvalidArgumentError("not a .safetensors file: its header does not fit into it");
  }
  google::protobuf::Struct header;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(bytes.data() + kLengthBytes, length), &header);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a header that is no JSON: ", parsed.ToString()));
  }
  const absl::string_view data = bytes.substr(kLengthBytes + length);
  std::vector<Placed> placed;
  for (const auto& [name, description] : header.fields()) {
    if (name == "__metadata__") continue;
    absl::StatusOr<Placed> tensor = DecodeTensor(name, description.struct_value(), data);
    if (!tensor.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(name, ": ", tensor.status().message()));
    }
    placed.push_back(*std::move(tensor));
  }
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.begin, a.tensor.path) < std::tie(b.begin, b.tensor.path);
  });
  std::vector<NamedTensor> tensors;
  for (Placed& one : placed) tensors.push_back(std::move(one.tensor));
  return tensors;
}

absl::Status WriteSafetensors(const std::string& file, const std::vector<NamedTensor>& tensors) {
  std::ofstream stream(file, std::ios::binary);
  stream << EncodeSafetensors(tensors);
  stream.close();
  return stream ? absl::OkStatus() : absl::UnavailableError(absl::StrCat("cannot write ", file));
}

absl::StatusOr<std::vector<NamedTensor>> ReadSafetensors(const std::string& file) {
  const absl::StatusOr<std::string> bytes = ReadFile(file);
  if (!bytes.ok()) return bytes.status();
  auto tensors = DecodeSafetensors(*bytes);
  if (tensors.ok()) return tensors;
  return absl::InvalidArgumentError(absl::StrCat(file, ": ", tensors.status().message()));
}

}  // namespace fluxgate::client
