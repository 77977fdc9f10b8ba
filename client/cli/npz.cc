#include "client/cli/npz.h"

#include <zip.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/cli/row_major.h"

namespace fluxgate::client {
namespace {

constexpr char kMagic[] = "\x93NUMPY\x01";  // followed by a zero byte, the minor version
constexpr size_t kMagicBytes = 8;
// A zip entry that claims more than this is refused before anything is allocated.
constexpr zip_uint64_t kMaxEntryBytes = zip_uint64_t{16} << 30;

struct Descr {
  absl::string_view text;
  v1::Tensor::DType dtype;
};
constexpr Descr kDescrs[] = {{"|b1", v1::Tensor::BOOL},
                             {"<i4", v1::Tensor::INT32},
                             {"<i8", v1::Tensor::INT64},
                             {"<f4", v1::Tensor::FLOAT32},
                             {"<f8", v1::Tensor::FLOAT64}};

// The text after `key` in numpy's header, which is the repr of a Python dict.
absl::StatusOr<absl::string_view> HeaderValue(absl::string_view header, absl::string_view key) {
  const size_t at = header.find(absl::StrCat("'", key, "':"));
  if (at == absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat("an .npy header without ", key));
  }
  return absl::StripLeadingAsciiWhitespace(header.substr(at + key.size() + 3));
}

std::string ZipError(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

}  // namespace

std::string EncodeNpy(const HostTensor& tensor) {
  absl::string_view descr;
  for (const Descr& d : kDescrs) {
    if (d.dtype == tensor.dtype) descr = d.text;
  }
  std::string shape = absl::StrJoin(tensor.dims, ", ");
  if (tensor.dims.size() == 1) shape += ",";
  std::string header =
      absl::StrCat("{'descr': '", descr, "', 'fortran_order': True, 'shape': (", shape, "), }");
  // The data begins at a multiple of 64 bytes.
  const size_t length = (kMagicBytes + 2 + header.size() + 1 + 63) / 64 * 64;
  header.resize(length - kMagicBytes - 2 - 1, ' ');
  header += '\n';
  std::string bytes(kMagic, kMagicBytes);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header + tensor.bytes;
}

absl::StatusOr<HostTensor> DecodeNpy(absl::string_view bytes) {
  if (bytes.size() < 12 || bytes.substr(0, 6) != absl::string_view(kMagic, 6)) {
    return absl::InvalidArgumentError("not an .npy array");
  }
  const bool long_header = bytes[6] != 1;  // versions 2 and 3: four bytes of length
  size_t header_size = static_cast<uint8_t>(bytes[8]) | static_cast<uint8_t>(bytes[9]) << 8;
  if (long_header) {
    header_size |= static_cast<size_t>(static_cast<uint8_t>(bytes[10])) << 16 |
                   static_cast<size_t>(static_cast<uint8_t>(bytes[11])) << 24;
  }
  const size_t begin = long_header ? 12 : 10;
  if (bytes.size() - begin < header_size) return absl::InvalidArgumentError("a cut .npy header");
  const absl::string_view header = bytes.substr(begin, header_size);
  absl::string_view data = bytes.substr(begin + header_size);

  HostTensor tensor;
  auto descr = HeaderValue(header, "descr");
  auto order = HeaderValue(header, "fortran_order");
  auto shape = HeaderValue(header, "shape");
  for (const absl::Status& s : {descr.status(), order.status(), shape.status()}) {
    if (!s.ok()) return s;
  }
  tensor.dtype = v1::Tensor::DTYPE_UNSPECIFIED;
  for (const Descr& d : kDescrs) {
    if (absl::StartsWith(*descr, absl::StrCat("'", d.text, "'"))) tensor.dtype = d.dtype;
  }
  const bool bytes_of_uint8 = absl::StartsWith(*descr, "'|u1'");
  if (bytes_of_uint8) tensor.dtype = v1::Tensor::INT64;
  if (tensor.dtype == v1::Tensor::DTYPE_UNSPECIFIED) {
    return absl::InvalidArgumentError(
        absl::StrCat("an array of dtype ", descr->substr(0, descr->find(',')),
                     "; bool, uint8, int32, int64, float32 and float64 are read"));
  }
  const absl::string_view inside = shape->substr(1, shape->find(')') - 1);
  int64_t elements = 1;
  for (absl::string_view part : absl::StrSplit(inside, ',', absl::SkipWhitespace())) {
    int64_t dim = 0;
    if (!absl::SimpleAtoi(part, &dim) || dim < 0 ||
        __builtin_mul_overflow(elements, dim, &elements)) {
      return absl::InvalidArgumentError("a damaged shape in an .npy header");
    }
    tensor.dims.push_back(dim);
  }
  const int64_t size = bytes_of_uint8 ? 1 : SizeOf(tensor.dtype);
  if (static_cast<int64_t>(data.size()) / size < elements) {
    return absl::InvalidArgumentError("an .npy array with too few bytes");
  }
  data = data.substr(0, elements * size);
  tensor.bytes =
      absl::StartsWith(*order, "True") ? std::string(data) : FromRowMajor(tensor.dims, data, size);
  if (bytes_of_uint8) {
    std::string wide;
    for (char c : tensor.bytes) {
      const int64_t value = static_cast<uint8_t>(c);
      wide.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    tensor.bytes = std::move(wide);
  }
  return tensor;
}

absl::Status WriteNpz(const std::string& file, const std::vector<NamedTensor>& tensors) {
  int code = 0;
  std::unique_ptr<zip_t, CloseArchive> archive(
      zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  if (archive == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot write ", file, ": ", ZipError(code)));
  }
  // The archive reads the entries when it is closed, so they must live until then.
  std::vector<std::string> encoded;
  encoded.reserve(tensors.size());
  for (const NamedTensor& named : tensors) {
    encoded.push_back(EncodeNpy(named.tensor));
    zip_source_t* source =
        zip_source_buffer(archive.get(), encoded.back().data(), encoded.back().size(), 0);
    const std::string name = absl::StrCat(named.path.empty() ? "value" : named.path, ".npy");
    const zip_int64_t index =
        zip_file_add(archive.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8 | ZIP_FL_OVERWRITE);
    if (index < 0) {
      zip_source_free(source);
      return absl::InternalError(
          absl::StrCat("cannot add ", name, ": ", zip_strerror(archive.get())));
    }
    zip_set_file_compression(archive.get(), index, ZIP_CM_STORE, 0);
  }
  if (zip_close(archive.get()) != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot write ", file, ": ", zip_strerror(archive.get())));
  }
  archive.release();  // NOLINT(bugprone-unused-return-value): zip_close freed it.
  return absl::OkStatus();
}

absl::StatusOr<std::vector<NamedTensor>> ReadNpz(const std::string& file) {
  int code = 0;
  std::unique_ptr<zip_t, CloseArchive> archive(zip_open(file.c_str(), ZIP_RDONLY, &code));
  if (archive == nullptr) {
    return absl::NotFoundError(absl::StrCat("cannot read ", file, ": ", ZipError(code)));
  }
  std::vector<NamedTensor> tensors;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    if (zip_stat_index(archive.get(), i, 0, &stat) != 0 || stat.size > kMaxEntryBytes) {
      return absl::InvalidArgumentError(absl::StrCat(file, " holds a damaged entry"));
    }
    std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive.get(), i, 0));
    std::string bytes(stat.size, '\0');
    if (entry == nullptr || zip_fread(entry.get(), bytes.data(), bytes.size()) !=
                                static_cast<zip_int64_t>(bytes.size())) {
      return absl::InvalidArgumentError(absl::StrCat("cannot read ", stat.name, " in ", file));
    }
    absl::StatusOr<HostTensor> tensor = DecodeNpy(bytes);
    if (!tensor.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(stat.name, " in ", file, ": ", tensor.status().message()));
    }
    tensors.push_back({std::string(absl::StripSuffix(stat.name, ".npy")), *std::move(tensor)});
  }
  return tensors;
}

}  // namespace fluxgate::client
