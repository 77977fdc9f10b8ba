#include "server/grpc/token_table.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/status_macros.h"

namespace fluxgate::rpc {
namespace {

constexpr size_t kMaxNameBytes = 128;
constexpr size_t kMaxSaltBytes = 128;
// Of hexadecimal digits that is 64 bits; shorter ones could be guessed.
constexpr size_t kMinTokenBytes = 16;
constexpr size_t kMaxTokenBytes = 4096;

bool IsTenantName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
         });
}

absl::Status BadTenantName() {
  return absl::InvalidArgumentError(absl::StrCat("a tenant's name has 1 to ", kMaxNameBytes,
                                                 " letters, digits, '_', '-' or '.'"));
}

template <bool (*IsDigit)(unsigned char)>
bool IsAll(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), IsDigit);
}

}  // namespace

std::string Sha256(absl::string_view salt, absl::string_view text) {
  const std::string whole = absl::StrCat(salt, text);
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(whole.data()), whole.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

absl::StatusOr<TokenTable> TokenTable::Parse(absl::string_view text) {
  TokenTable table;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    const auto wrong = [number](absl::string_view why) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, ": ", why));
    };
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() != 4) {
      return wrong(absl::StrCat("has ", words.size(), " words; NAME sha256 SALT HASH are four"));
    }
    if (!IsTenantName(words[0])) return wrong(BadTenantName().message());
    if (words[1] != "sha256") return wrong("the second word is the algorithm, sha256 alone");
    if (words[2].size() > kMaxSaltBytes || !IsAll<absl::ascii_isalnum>(words[2])) {
      return wrong(absl::StrCat("a salt has up to ", kMaxSaltBytes, " letters and digits"));
    }
    if (words[3].size() != size_t{2} * SHA256_DIGEST_LENGTH ||
        !IsAll<absl::ascii_isxdigit>(words[3])) {
      return wrong("a SHA-256 has 64 hexadecimal digits");
    }
    table.lines_.push_back(
        {std::string(words[0]), std::string(words[2]), absl::HexStringToBytes(words[3])});
  }
  if (table.lines_.empty()) return absl::InvalidArgumentError("there is no token in it");
  return table;
}

std::string TokenTable::FindTenant(absl::string_view token) const {
  const Line* found = nullptr;
  for (const Line& line : lines_) {
    const std::string hash = Sha256(line.salt, token);
    if (CRYPTO_memcmp(hash.data(), line.hash.data(), hash.size()) == 0) found = &line;
  }
  return found == nullptr ? "" : found->tenant;
}

std::vector<std::string> TokenTable::Tenants() const {
  std::vector<std::string> names;
  for (const Line& line : lines_) names.push_back(line.tenant);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

absl::StatusOr<std::string> HashedTokenLine(absl::string_view tenant, absl::string_view token) {
  if (!IsTenantName(tenant)) return BadTenantName();
  if (token.size() < kMinTokenBytes || token.size() > kMaxTokenBytes ||
      !IsAll<absl::ascii_isgraph>(token)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a token has ", kMinTokenBytes, " to ", kMaxTokenBytes,
                     " visible ASCII characters, chosen at random, as `openssl rand -hex 32` "
                     "prints them"));
  }
  std::random_device random;
  std::string salt;
  for (int i = 0; i < 4; ++i) absl::StrAppend(&salt, absl::Hex(random(), absl::kZeroPad8));
  return absl::StrCat(tenant, " sha256 ", salt, " ", absl::BytesToHexString(Sha256(salt, token)));
}

}  // namespace fluxgate::rpc
