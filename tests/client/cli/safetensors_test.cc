#include "client/cli/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace fluxgate::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string File(const std::string& header, const std::string& data) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + header + data;
}

template <typename T>
std::string Bytes(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string Error(const std::string& file) {
  const auto tensors = DecodeSafetensors(file);
  return tensors.ok() ? "none" : std::string(tensors.status().message());
}

TEST(SafetensorsTest, TheShapeStaysAndTheBytesAreRowMajor) {
  // Ours: column-major, the matrix [1 3 5; 2 4 6].
  const std::vector<NamedTensor> tensors = {
      {"layers[1].weight", HostTensor::Of({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6})},
      {"bias", HostTensor::Of({1}, std::vector<double>{7})}};
  const std::string file = EncodeSafetensors(tensors);
  EXPECT_THAT(file, HasSubstr(R"({"layers[1].weight":{"dtype":"F32","shape":[2,3],)"
                              R"("data_offsets":[0,24]},"bias":{"dtype":"F64","shape":[1],)"
                              R"("data_offsets":[24,32]}})"));
  EXPECT_THAT(file, ::testing::EndsWith(Bytes<float>({1, 3, 5, 2, 4, 6}) + Bytes<double>({7})));
  uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof(length));
  EXPECT_EQ(length % 8, 0u);
  EXPECT_EQ(file.size(), 8 + length + 32);
}

TEST(SafetensorsTest, RoundTripsEveryDType) {
  HostTensor flags{v1::Tensor::BOOL, {3}, std::string("\1\0\1", 3)};
  HostTensor small{v1::Tensor::INT32, {2, 1}, Bytes<int32_t>({-1, 5})};
  for (const HostTensor& tensor :
       {HostTensor::Of({2, 3, 2}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}),
        HostTensor::Of({}, std::vector<int64_t>{7}), HostTensor::Of({0, 4}, std::vector<float>()),
        HostTensor::Of({2}, std::vector<double>{0.1, -0.0}), flags, small}) {
    const auto back = DecodeSafetensors(EncodeSafetensors({{"a \"σ\"\n", tensor}}));
    ASSERT_TRUE(back.ok()) << back.status();
    ASSERT_EQ(back->size(), 1u);
    EXPECT_EQ((*back)[0].path, "a \"σ\"\n");
    EXPECT_EQ((*back)[0].tensor.dtype, tensor.dtype);
    EXPECT_EQ((*back)[0].tensor.dims, tensor.dims);
    EXPECT_EQ((*back)[0].tensor.bytes, tensor.bytes);
  }
}

TEST(SafetensorsTest, HalfPrecisionBecomesFloat32) {
  const auto tensors = DecodeSafetensors(File(
      R"({"__metadata__":{"format":"pt"},"half":{"dtype":"F16","shape":[5],"data_offsets":[0,10]},)"
      R"("brain":{"dtype":"BF16","shape":[2],"data_offsets":[10,14]},)"
      R"("byte":{"dtype":"U8","shape":[1],"data_offsets":[14,15]}})",
      Bytes<uint16_t>({0x3C00, 0xC100, 0x0001, 0x7BFF, 0xFC00, 0x3F80, 0xC020}) + "\xFF"));
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  ASSERT_EQ(tensors->size(), 3u);
  EXPECT_THAT((*tensors)[0].tensor.data<float>(),
              ElementsAre(1, -2.5, std::ldexp(1.0f, -24), 65504, -INFINITY));
  EXPECT_THAT((*tensors)[1].tensor.data<float>(), ElementsAre(1, -2.5));
  EXPECT_THAT((*tensors)[2].tensor.data<int64_t>(), ElementsAre(255));
}

TEST(SafetensorsTest, DamagedFilesAreRefused) {
  EXPECT_THAT(Error(""), HasSubstr("does not fit"));
  EXPECT_THAT(Error(std::string(8, '\xff')), HasSubstr("does not fit"));
  EXPECT_THAT(Error(File("{", "")), HasSubstr("no JSON"));
  const auto one = [](const std::string& description, const std::string& data) {
    return Error(File("{\"x\":{" + description + "}}", data));
  };
  EXPECT_EQ(one(R"("dtype":"F32","shape":[1],"data_offsets":[0,4])", "1234"), "none");
  EXPECT_THAT(one(R"("dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1])", "1"),
              HasSubstr("x: dtype \"F8_E4M3\"; BOOL, I32"));
  EXPECT_THAT(one(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])", "1234"),
              HasSubstr("8 bytes of shape [2]"));
  EXPECT_THAT(one(R"("dtype":"F32","shape":[1],"data_offsets":[0,4])", "123"),
              HasSubstr("within the file"));
  EXPECT_THAT(one(R"("dtype":"F32","shape":[1],"data_offsets":[4,0])", "1234"),
              HasSubstr("data_offsets"));
  EXPECT_THAT(one(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])", ""),
              HasSubstr("too large"));
  EXPECT_THAT(one(R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])", "1234"),
              HasSubstr("no whole number"));
  EXPECT_THAT(one(R"("dtype":"F32")", ""), HasSubstr("data_offsets"));
  EXPECT_THAT(Error(File(R"({"x":1})", "")), HasSubstr("dtype"));
}

}  // namespace
}  // namespace fluxgate::client
