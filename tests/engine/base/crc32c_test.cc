#include "engine/base/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace fluxgate {
namespace {

// RFC 3720, B.4.
TEST(Crc32cTest, KnownValues) {
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(Crc32cTest, ExtendingGivesTheChecksumOfTheWhole) {
  std::string text;
  for (int i = 0; i < 100; ++i) text.push_back(static_cast<char>(i * 7));
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(ExtendCrc32c(Crc32c(text.substr(0, cut)), text.substr(cut)), Crc32c(text));
  }
}

// Long texts are summed in several lanes; short pieces, which are not, must give the same.
TEST(Crc32cTest, LongTextsGiveWhatTheirPiecesGive) {
  std::string text;
  for (uint32_t i = 0; i < 50'000; ++i)
    text.push_back(static_cast<char>(i * i * 2654435761u >> 24));
  for (const size_t size : {6143, 6144, 6145, 12'288, 20'000, 49'999}) {
    for (const size_t begin : {0, 1, 5}) {
      const absl::string_view whole = absl::string_view(text).substr(begin, size);
      uint32_t sum = 0;
      for (size_t at = 0; at < whole.size(); at += 1000) {
        sum = ExtendCrc32c(sum, whole.substr(at, 1000));
      }
      EXPECT_EQ(Crc32c(whole), sum) << size << " bytes from " << begin;
    }
  }
}

}  // namespace
}  // namespace fluxgate
