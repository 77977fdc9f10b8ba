#include "client/cpp/host_tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace fluxgate::client {
namespace {

google::protobuf::Value Number(double v) {
  google::protobuf::Value value;
  value.set_number_value(v);
  return value;
}

TEST(HostTensorTest, RowsAreReadDownTheColumns) {
  v1::Tensor proto;
  proto.set_dtype(v1::Tensor::FLOAT32);
  proto.add_dims(2);
  proto.add_dims(3);
  for (int i = 0; i < 2; ++i) {
    auto* row = proto.mutable_rows()->mutable_list_value()->add_values()->mutable_list_value();
    for (int j = 0; j < 3; ++j) *row->add_values() = Number(10 * i + j);
  }
  auto tensor = FromProto(proto);
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  const std::vector<float> expected = {0, 10, 1, 11, 2, 12};
  EXPECT_EQ(tensor->data<float>(), absl::MakeConstSpan(expected));
}

TEST(HostTensorTest, StringsHoldWhatJsonNumbersCannot) {
  v1::Tensor proto;
  proto.set_dtype(v1::Tensor::INT64);
  proto.add_dims(1);
  proto.mutable_rows()->mutable_list_value()->add_values()->set_string_value("9007199254740993");
  auto whole = FromProto(proto);
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(whole->data<int64_t>()[0], 9007199254740993);

  proto.set_dtype(v1::Tensor::FLOAT64);
  proto.mutable_rows()->mutable_list_value()->mutable_values(0)->set_string_value("NaN");
  auto nan = FromProto(proto);
  ASSERT_TRUE(nan.ok()) << nan.status();
  EXPECT_TRUE(std::isnan(nan->data<double>()[0]));

  proto.mutable_rows()->mutable_list_value()->mutable_values(0)->set_string_value("seven");
  EXPECT_FALSE(FromProto(proto).ok());
}

TEST(HostTensorTest, RawBytesMustFillTheDims) {
  const HostTensor tensor = HostTensor::Of({2, 2}, std::vector<double>{1, 2, 3, 4});
  v1::Tensor proto = ToProto(tensor);
  auto back = FromProto(proto);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->bytes, tensor.bytes);
  proto.set_dims(0, 3);
  EXPECT_FALSE(FromProto(proto).ok());
}

}  // namespace
}  // namespace fluxgate::client
