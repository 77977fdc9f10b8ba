#include "server/wire/chunk_codec.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "engine/base/crc32c.h"
#include "engine/value/array.h"
#include "engine/value/scalar.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/value_codec.h"

namespace fluxgate::wire {

absl::optional<OutgoingChunk> ChunkEncoder::Next() {
  if (index_ == tensors_.size()) return absl::nullopt;
  const auto& [path, tensor] = tensors_[index_];
  OutgoingChunk chunk;
  chunk.head.set_path(path);
  if (tensor.num_elements() <= kShownElements) {
    EncodeTensor(tensor, 0, chunk.head.mutable_tensor());
    ++index_;
    return chunk;
  }
  if (offset_ == 0) EncodeHeader(tensor.dtype(), tensor.shape(), chunk.head.mutable_tensor());
  const int64_t size = std::min<int64_t>(kChunkBytes, tensor.bytes() - offset_);
  chunk.tensor = tensor;
  chunk.data = absl::string_view(reinterpret_cast<const char*>(tensor.raw()) + offset_,
                                 static_cast<size_t>(size));
  chunk.head.set_offset(static_cast<uint64_t>(offset_));
  chunk.head.set_crc32c(Crc32c(chunk.data));
  offset_ += size;
  if (offset_ == tensor.bytes()) {
    ++index_;
    offset_ = 0;
  }
  return chunk;
}

absl::Status ChunkDecoder::Add(const v1::TensorChunk& chunk, absl::string_view field) {
  if (chunk.data().size() > kMaxChunkBytes) {
    return FieldError(absl::StrCat(field, ".data"),
                      absl::StrCat("a chunk has up to ", kMaxChunkBytes, " bytes"));
  }
  if (chunk.has_crc32c() && Crc32c(chunk.data()) != chunk.crc32c()) {
    return FieldError(absl::StrCat(field, ".crc32c"), "the bytes of data are not those sent",
                      absl::StatusCode::kDataLoss);
  }
  if (chunk.has_tensor()) {
    FG_RETURN_IF_ERROR(Begin(chunk.path(), chunk.tensor(), field));
  } else if (items_.empty() || (!chunk.path().empty() && chunk.path() != items_.back().path)) {
    return FieldError(absl::StrCat(field, ".tensor"),
                      "the first chunk of a tensor gives its dtype and dims");
  }
  return Append(chunk, field);
}

absl::Status ChunkDecoder::AddWhole(std::string path, const v1::Tensor& message,
                                    absl::string_view field) {
  FG_ASSIGN_OR_RETURN(TensorForm form, FormOf(message, field));
  Item item;
  item.path = std::move(path);
  item.field = std::string(field);
  if (form == TensorForm::kSource || form == TensorForm::kRef) {
    item.deferred = message;
  } else {
    ScopedMemoryBudget charge(budget_);
    FG_ASSIGN_OR_RETURN(item.tensor, DecodeTensor(message, field));
    item.received = item.tensor.bytes();
  }
  items_.push_back(std::move(item));
  return absl::OkStatus();
}

absl::Status ChunkDecoder::Begin(std::string path, const v1::Tensor& message,
                                 absl::string_view field) {
  // A stream that goes on after a break may repeat a tensor of which nothing but the head had come.
  if (!items_.empty() && items_.back().path == path && items_.back().received == 0 &&
      items_.back().tensor.bytes() > 0) {
    items_.pop_back();
  }
  if (!items_.empty()) FG_RETURN_IF_ERROR(CheckComplete(items_.back()));
  if (items_.size() >= kMaxTensors) {
    return FieldError(field, absl::StrCat("more than ", kMaxTensors, " tensors"));
  }
  for (const Item& item : items_) {
    if (item.path == path) {
      return FieldError(absl::StrCat(field, ".path"),
                        absl::StrCat("\"", path.substr(0, 128), "\" came before"));
    }
  }
  const std::string tensor_field = absl::StrCat(field, ".tensor");
  FG_ASSIGN_OR_RETURN(TensorForm form, FormOf(message, tensor_field));
  if (form != TensorForm::kNone) return AddWhole(std::move(path), message, tensor_field);
  FG_ASSIGN_OR_RETURN(TensorHeader header, DecodeHeader(message, tensor_field));
  Item item;
  item.path = std::move(path);
  item.field = tensor_field;
  item.row_major = header.row_major;
  ScopedMemoryBudget charge(budget_);
  absl::StatusOr<Tensor> room = Tensor::Create(header.dtype, header.shape);
  if (!room.ok()) return AtField(room.status(), absl::StrCat(tensor_field, ".dims"));
  item.tensor = *std::move(room);
  items_.push_back(std::move(item));
  return absl::OkStatus();
}

absl::Status ChunkDecoder::Append(const v1::TensorChunk& chunk, absl::string_view field) {
  if (chunk.data().empty()) return absl::OkStatus();
  Item& item = items_.back();
  const auto size = static_cast<int64_t>(chunk.data().size());
  if (static_cast<int64_t>(chunk.offset()) != item.received) {
    return FieldError(absl::StrCat(field, ".offset"),
                      absl::StrCat("is ", chunk.offset(), ", but ", item.received,
                                   " bytes of this tensor have come"));
  }
  if (item.deferred.has_value() || item.received + size > item.tensor.bytes()) {
    return FieldError(absl::StrCat(field, ".data"),
                      absl::StrCat("more bytes than the tensor has, ", item.tensor.bytes()));
  }
  std::memcpy(item.tensor.mutable_raw() + item.received, chunk.data().data(), chunk.data().size());
  item.received += size;
  return absl::OkStatus();
}

absl::Status ChunkDecoder::CheckComplete(const Item& item) {
  if (item.deferred.has_value() || item.received == item.tensor.bytes()) return absl::OkStatus();
  return FieldError(item.field, absl::StrCat("only ", item.received, " of ", item.tensor.bytes(),
                                             " bytes have come"));
}

ChunkDecoder::Position ChunkDecoder::position() const {
  if (items_.empty()) return {};
  return {items_.back().path, items_.back().received};
}

int64_t ChunkDecoder::bytes() const {
  int64_t sum = 0;
  for (const Item& item : items_) sum += item.deferred.has_value() ? 0 : item.tensor.bytes();
  return sum;
}

absl::Status ChunkDecoder::CheckWhole(uint32_t expected) const {
  if (!items_.empty()) FG_RETURN_IF_ERROR(CheckComplete(items_.back()));
  if (items_.size() >= expected) return absl::OkStatus();
  return FieldError("tensors",
                    absl::StrCat("is ", expected, ", but the stream ended after ", items_.size()));
}

absl::StatusOr<std::vector<std::pair<std::string, Value>>> ChunkDecoder::Finish(
    session::Visit& visit) {
  std::vector<std::pair<std::string, Value>> values;
  for (Item& item : items_) {
    FG_RETURN_IF_ERROR(CheckComplete(item));
    if (item.deferred.has_value()) {
      FG_ASSIGN_OR_RETURN(Value value, DecodeNumbers(visit, *item.deferred, item.field));
      values.emplace_back(std::move(item.path), std::move(value));
      continue;
    }
    FG_RETURN_IF_ERROR(CheckBytes(item.tensor, item.field));
    if (item.row_major) {
      FG_ASSIGN_OR_RETURN(item.tensor, FromRowMajor(item.tensor));
    }
    values.emplace_back(std::move(item.path), item.tensor.shape().rank() == 0
                                                  ? Value(Scalar::FromTensor(item.tensor))
                                                  : Array::Of(std::move(item.tensor)));
  }
  items_.clear();
  return values;
}

}  // namespace fluxgate::wire
