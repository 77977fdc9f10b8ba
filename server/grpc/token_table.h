#ifndef FLUXGATE_SERVER_GRPC_TOKEN_TABLE_H_
#define FLUXGATE_SERVER_GRPC_TOKEN_TABLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxgate::rpc {

// Which bearer token belongs to which tenant, known by salted hashes alone. As text, a line each:
//
//   # ada's laptop
//   ada sha256 SALT HASH
//
// HASH is the SHA-256 of SALT followed by the token, in hexadecimal. A tenant may have several
// lines: an old token and its successor. Immutable.
class TokenTable {
 public:
  // INVALID_ARGUMENT names the line, and nothing that could be a secret.
  static absl::StatusOr<TokenTable> Parse(absl::string_view text);

  // The tenant whose token it is; empty: nobody's. Takes as long for a wrong token as for a right
  // one.
  std::string FindTenant(absl::string_view token) const;
  // Each once.
  std::vector<std::string> Tenants() const;

 private:
  struct Line {
    std::string tenant, salt;
    std::string hash;  // 32 bytes
  };
  std::vector<Line> lines_;
};

// The line for a token, with a salt of its own. INVALID_ARGUMENT for a name that no tenant can
// have, and for a token that is short or cannot travel in a header.
absl::StatusOr<std::string> HashedTokenLine(absl::string_view tenant, absl::string_view token);

// 32 bytes: of `salt` followed by `text`.
std::string Sha256(absl::string_view salt, absl::string_view text);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_TOKEN_TABLE_H_
