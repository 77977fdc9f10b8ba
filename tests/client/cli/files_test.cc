#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "client/cli/csv.h"
#include "client/cli/dataset_file.h"
#include "client/cli/npz.h"

namespace fluxgate::client {
namespace {

std::string TempFile(const std::string& name, const std::string& text = "") {
  const std::string file = ::testing::TempDir() + "/" + name;
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

std::vector<float> Floats(const HostTensor& tensor) {
  return {tensor.data<float>().begin(), tensor.data<float>().end()};
}

TEST(CsvTest, ReadsQuotedFieldsAndBlankLines) {
  auto table = ParseCsv("a,\"b,c\"\r\n1,\"say \"\"x\"\"\"\n\n2,\"two\nlines\"\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->columns, (std::vector<std::string>{"a", "b,c"}));
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_EQ(table->rows[0][1], "say \"x\"");
  EXPECT_EQ(table->rows[1][1], "two\nlines");
}

TEST(CsvTest, AByteOrderMarkIsNoPartOfTheFirstName) {
  const auto table = ParseCsv(
      "\xef\xbb\xbf"
      "a,b\n1,2\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->columns[0], "a");
}

TEST(CsvTest, NamesTheRecordThatIsWrong) {
  EXPECT_NE(ParseCsv("a,b\n1,2\n3\n").status().message().find("record 3"), absl::string_view::npos);
  EXPECT_FALSE(ParseCsv("a,\"b\n1,2").ok());
  EXPECT_FALSE(ParseCsv("").ok());
}

TEST(NpyTest, RoundTripsEveryDType) {
  for (const HostTensor& tensor : {HostTensor::Of({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}),
                                   HostTensor::Of({2}, std::vector<double>{0.1, -0.0}),
                                   HostTensor::Of({}, std::vector<int64_t>{7}),
                                   HostTensor::Of({0, 4}, std::vector<float>())}) {
    const std::string bytes = EncodeNpy(tensor);
    EXPECT_EQ((bytes.size() - tensor.bytes.size()) % 64, 0u);
    auto back = DecodeNpy(bytes);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->dtype, tensor.dtype);
    EXPECT_EQ(back->dims, tensor.dims);
    EXPECT_EQ(back->bytes, tensor.bytes);
  }
}

TEST(NpyTest, RowMajorArraysAreReordered) {
  std::string bytes = EncodeNpy(HostTensor::Of({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}));
  bytes.replace(bytes.find("True"), 4, "False");
  bytes.erase(bytes.find("  \n"), 1);  // The header keeps its length.
  auto tensor = DecodeNpy(bytes);
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(Floats(*tensor), (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

TEST(NpyTest, RefusesWhatItCannotRead) {
  std::string bytes = EncodeNpy(HostTensor::Of({2}, std::vector<float>{1, 2}));
  EXPECT_FALSE(DecodeNpy("no array").ok());
  EXPECT_FALSE(DecodeNpy(absl::string_view(bytes).substr(0, 20)).ok());
  EXPECT_FALSE(DecodeNpy(absl::string_view(bytes).substr(0, bytes.size() - 1)).ok());
  std::string complex = bytes;
  complex.replace(complex.find("<f4"), 3, "<c8");
  EXPECT_NE(DecodeNpy(complex).status().message().find("float32"), absl::string_view::npos);
  std::string huge = bytes;
  huge.replace(huge.find("(2,)"), 4, "(9223372036854775807, 9223372036854775807)");
  EXPECT_FALSE(DecodeNpy(huge).ok());
}

TEST(NpzTest, RoundTripsPathsAsNames) {
  const std::string file = TempFile("parameters.npz");
  const std::vector<NamedTensor> tensors = {
      {"layers[1].weight", HostTensor::Of({2, 1}, std::vector<float>{1, 2})},
      {"layers[1].bias", HostTensor::Of({2}, std::vector<float>{3, 4})}};
  ASSERT_TRUE(WriteNpz(file, tensors).ok());
  auto back = ReadNpz(file);
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[0].path, "layers[1].weight");
  EXPECT_EQ((*back)[1].tensor.bytes, tensors[1].tensor.bytes);
  EXPECT_FALSE(ReadNpz(TempFile("none.npz", "not a zip")).ok());
}

TEST(DatasetFileTest, CsvColumnsBecomeFeaturesAndLabels) {
  const std::string file = TempFile("flowers.csv", "a,b,kind\n1,2,rose\n3,4,iris\n5,6,rose\n");
  auto dataset = ReadDatasetFile(file, {.label = "kind", .onehot = true, .scale = 0.5});
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ((*dataset)[0].tensor.dims, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(Floats((*dataset)[0].tensor), (std::vector<float>{0.5, 1, 1.5, 2, 2.5, 3}));
  EXPECT_EQ((*dataset)[1].tensor.dims, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(Floats((*dataset)[1].tensor), (std::vector<float>{0, 1, 1, 0, 0, 1}));
}

TEST(DatasetFileTest, NumberLabelsAreSortedByValue) {
  const std::string file = TempFile("numbers.csv", "a,kind\n1,10\n1,9\n");
  auto dataset = ReadDatasetFile(file, {.label = "kind", .onehot = true});
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ(Floats((*dataset)[1].tensor), (std::vector<float>{0, 1, 1, 0}));
}

TEST(DatasetFileTest, ErrorsNameTheColumnAndWhatExists) {
  const std::string file = TempFile("words.csv", "a,kind\n1,rose\n");
  auto unknown = ReadDatasetFile(file, {.label = "species"});
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kNotFound);
  EXPECT_NE(unknown.status().message().find("a, kind"), absl::string_view::npos);
  auto words = ReadDatasetFile(file, {.label = "kind"});
  EXPECT_NE(words.status().message().find("--onehot"), absl::string_view::npos);
  EXPECT_FALSE(ReadDatasetFile("data.txt", {}).ok());
}

TEST(DatasetFileTest, NumpyArraysHaveTheirExamplesLast) {
  const std::string file = TempFile("data.npz");
  // numpy's x of shape (3, 2): rows (1, 2), (3, 4), (5, 6).
  ASSERT_TRUE(WriteNpz(file, {{"x", HostTensor::Of({3, 2}, std::vector<double>{1, 3, 5, 2, 4, 6})},
                              {"y", HostTensor::Of({3}, std::vector<int64_t>{7, 8, 9})}})
                  .ok());
  auto dataset = ReadDatasetFile(file, {});
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ((*dataset)[0].tensor.dims, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(Floats((*dataset)[0].tensor), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ((*dataset)[1].tensor.dims, (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(Floats((*dataset)[1].tensor), (std::vector<float>{7, 8, 9}));
}

TEST(SplitTest, EveryExampleIsOnOneSideAndXStaysWithY) {
  std::vector<float> x(20), y(10);
  for (int i = 0; i < 10; ++i) x[2 * i] = x[2 * i + 1] = y[i] = static_cast<float>(i);
  const std::vector<NamedTensor> dataset = {{"x", HostTensor::Of({2, 10}, x)},
                                            {"y", HostTensor::Of({1, 10}, y)}};
  const auto [kept, held] = Split(dataset, 0.2, 1);
  EXPECT_EQ(kept[0].tensor.dims, (std::vector<int64_t>{2, 8}));
  EXPECT_EQ(held[0].tensor.dims, (std::vector<int64_t>{2, 2}));
  std::vector<float> all = Floats(kept[1].tensor);
  for (size_t i = 0; i < 8; ++i) EXPECT_EQ(Floats(kept[0].tensor)[2 * i], all[i]);
  for (float value : Floats(held[1].tensor)) all.push_back(value);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, y);
  EXPECT_EQ(Split(dataset, 0.2, 1).second[0].tensor.bytes, held[0].tensor.bytes);
  EXPECT_NE(Split(dataset, 0.2, 2).second[0].tensor.bytes, held[0].tensor.bytes);
}

}  // namespace
}  // namespace fluxgate::client
