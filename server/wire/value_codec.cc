#include "server/wire/value_codec.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"
#include "server/session/workspace.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/tensor_codec.h"
#include "server/wire/text.h"

namespace fluxgate::wire {
namespace {

constexpr size_t kMaxTextBytes = 1 << 20;

Value FromTensor(Tensor tensor) {
  if (tensor.shape().rank() == 0) return Value(Scalar::FromTensor(tensor));
  return Array::Of(std::move(tensor));
}

absl::StatusOr<Tensor> ReadNumbers(session::Visit& visit, const Value& value) {
  return visit.interpreter().context().ops().Read(value);
}

bool HoldsNumbers(const Value& value) {
  return value.is_number() || value.is(Kind::kArray) || value.is(Kind::kRange) ||
         value.is(Kind::kTraced);
}

absl::StatusOr<DType> RequestedDType(const v1::Tensor& message, absl::string_view field) {
  v1::Tensor header;
  header.set_dtype(message.dtype());
  FG_ASSIGN_OR_RETURN(TensorHeader decoded, DecodeHeader(header, field));
  return decoded.dtype;
}

// Fills a message and what it holds, within one answer's bounds.
class ValueEncoder {
 public:
  explicit ValueEncoder(session::Visit& visit) : visit_(visit) {}

  absl::Status Encode(const Value& value, int depth, v1::Value* message) {
    message->set_kind(KindOf(value));
    message->set_type(CleanText(visit_.interpreter().TypeName(value), kMaxTextBytes / 16));
    if (depth == 0) AddLines(visit_.interpreter().Display(value), message->mutable_show());
    // A range is a few numbers, however many it stands for.
    if (const Range* range = value.As<Range>();
        range != nullptr && static_cast<uint64_t>(range->length) > bytes_left_ / 8) {
      message->set_truncated(true);
      return absl::OkStatus();
    }
    if (HoldsNumbers(value)) {
      FG_ASSIGN_OR_RETURN(Tensor tensor, ReadNumbers(visit_, value));
      const auto bytes = static_cast<size_t>(tensor.bytes());
      const bool whole = EncodeTensor(tensor, bytes_left_, message->mutable_tensor());
      message->set_truncated(!whole);
      if (whole) bytes_left_ -= std::min(bytes, bytes_left_);
      return absl::OkStatus();
    }
    if (value.is(Kind::kString) || value.is(Kind::kSymbol)) {
      message->set_text(CleanText(value.text(), std::min(kMaxTextBytes, bytes_left_)));
      message->set_truncated(message->text().size() < value.text().size());
      bytes_left_ -= std::min(message->text().size(), bytes_left_);
      return absl::OkStatus();
    }
    if (value.is(Kind::kChar)) {
      message->set_text(visit_.interpreter().Repr(value));
      return absl::OkStatus();
    }
    return EncodeElements(value, depth, message);
  }

 private:
  absl::Status EncodeElements(const Value& value, int depth, v1::Value* message) {
    for (auto& [name, element] : ElementsOf(value)) {
      if (depth + 1 >= kMaxValueDepth || elements_left_ == 0) {
        message->set_truncated(true);
        return absl::OkStatus();
      }
      --elements_left_;
      auto* part = message->add_elements();
      part->set_name(CleanText(name, kMaxNameBytes * 8));
      FG_RETURN_IF_ERROR(Encode(element, depth + 1, part->mutable_value()));
    }
    return absl::OkStatus();
  }

  std::vector<std::pair<std::string, Value>> ElementsOf(const Value& value) const {
    std::vector<std::pair<std::string, Value>> elements;
    if (const auto* tuple = value.As<Tuple>()) {
      for (const Value& element : tuple->elements) elements.emplace_back("", element);
    } else if (const auto* named = value.As<NamedTuple>()) {
      for (size_t i = 0; i < named->names.size(); ++i) {
        elements.emplace_back(named->names[i], named->values[i]);
      }
    } else if (const auto* pair = value.As<Pair>()) {
      elements = {{"first", pair->first}, {"second", pair->second}};
    } else if (const auto* list = value.As<List>()) {
      for (const Value& element : list->elements) elements.emplace_back("", element);
    } else if (const auto* dict = value.As<Dict>()) {
      for (auto& [key, element] : dict->Entries()) {
        elements.emplace_back(visit_.interpreter().Repr(key), element);
      }
    } else if (const auto* set = value.As<Set>()) {
      for (auto& [key, unused] : set->members.Entries()) elements.emplace_back("", key);
    } else if (const auto* structure = value.As<Struct>()) {
      for (size_t i = 0; i < structure->fields.size(); ++i) {
        elements.emplace_back(structure->type->fields[i].name, structure->fields[i]);
      }
    }
    return elements;
  }

  session::Visit& visit_;
  int elements_left_ = kMaxElements;
  size_t bytes_left_ = kMaxInlineBytes;
};

}  // namespace

absl::StatusOr<Value> DecodeValue(session::Visit& visit, const v1::Tensor& message,
                                  absl::string_view field) {
  FG_ASSIGN_OR_RETURN(const TensorForm form, FormOf(message, field));
  if (form != TensorForm::kSource && form != TensorForm::kRef) {
    const metrics::BookTime book(visit.context().times.copy_in);
    FG_ASSIGN_OR_RETURN(Tensor tensor, DecodeTensor(message, field));
    return FromTensor(std::move(tensor));
  }
  const bool is_source = form == TensorForm::kSource;
  const std::string path = absl::StrCat(field, is_source ? ".source" : ".ref");
  if (message.dims_size() > 0 || message.layout() != v1::Tensor::COLUMN_MAJOR) {
    return FieldError(absl::StrCat(field, message.dims_size() > 0 ? ".dims" : ".layout"),
                      "source and ref have their own dims and order");
  }
  if (is_source && message.source().size() > kMaxSourceBytes) {
    return FieldError(path, absl::StrCat("longer than ", kMaxSourceBytes, " bytes"));
  }
  absl::StatusOr<Value> value = is_source ? session::ValueOf(visit, message.source(), path)
                                          : session::Lookup(visit, message.ref());
  if (!value.ok()) return AtField(value.status(), path);
  if (message.dtype() == v1::Tensor::DTYPE_UNSPECIFIED) return value;
  FG_ASSIGN_OR_RETURN(const DType dtype, RequestedDType(message, field));
  absl::StatusOr<Tensor> tensor = ReadNumbers(visit, *value);
  if (!tensor.ok()) return AtField(tensor.status(), path);
  if (tensor->dtype() == dtype) return value;
  FG_ASSIGN_OR_RETURN(Tensor converted, ConvertExactly(*tensor, dtype, path));
  return FromTensor(std::move(converted));
}

absl::StatusOr<Value> DecodeNumbers(session::Visit& visit, const v1::Tensor& message,
                                    absl::string_view field) {
  FG_ASSIGN_OR_RETURN(Value value, DecodeValue(visit, message, field));
  if (value.is_number() || value.is(Kind::kArray)) return value;
  if (!HoldsNumbers(value)) {
    return FieldError(field,
                      absl::StrCat("numbers are expected here, not ",
                                   session::WithArticle(visit.interpreter().TypeName(value))));
  }
  FG_ASSIGN_OR_RETURN(Tensor tensor, ReadNumbers(visit, value));
  return FromTensor(std::move(tensor));
}

absl::StatusOr<std::vector<Value>> DecodeArguments(
    session::Visit& visit, const google::protobuf::RepeatedPtrField<v1::Tensor>& messages,
    absl::string_view field) {
  if (messages.size() > kMaxArguments) {
    return FieldError(field, absl::StrCat(messages.size(), " arguments; at most ", kMaxArguments));
  }
  std::vector<Value> values;
  for (int i = 0; i < messages.size(); ++i) {
    FG_ASSIGN_OR_RETURN(Value value,
                        DecodeValue(visit, messages[i], absl::StrCat(field, "[", i, "]")));
    values.push_back(std::move(value));
  }
  return values;
}

absl::StatusOr<lang::Keywords> DecodeKeywords(
    session::Visit& visit, const google::protobuf::Map<std::string, v1::Tensor>& messages,
    absl::string_view field) {
  if (messages.size() > kMaxArguments) {
    return FieldError(field, absl::StrCat("more than ", kMaxArguments, " keyword arguments"));
  }
  lang::Keywords keywords;
  for (const auto& [name, message] : messages) {
    const std::string path = absl::StrCat(field, "[\"", CleanText(name, kMaxNameBytes), "\"]");
    FG_ASSIGN_OR_RETURN(Value value, DecodeValue(visit, message, path));
    keywords.emplace_back(name, std::move(value));
  }
  // A map has no order of its own.
  std::sort(keywords.begin(), keywords.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return keywords;
}

absl::StatusOr<Value> DecodeShape(session::Visit& visit, const v1::Tensor& message,
                                  absl::string_view field) {
  FG_ASSIGN_OR_RETURN(const TensorForm form, FormOf(message, field));
  if (form != TensorForm::kNone || message.dims_size() == 0) {
    return DecodeValue(visit, message, field);
  }
  v1::Tensor header = message;
  if (header.dtype() == v1::Tensor::DTYPE_UNSPECIFIED) header.set_dtype(v1::Tensor::FLOAT32);
  FG_ASSIGN_OR_RETURN(TensorHeader decoded, DecodeHeader(header, field));
  absl::StatusOr<Tensor> zeros = Tensor::Zeros(decoded.dtype, decoded.shape);
  if (!zeros.ok()) return AtField(zeros.status(), absl::StrCat(field, ".dims"));
  return FromTensor(*std::move(zeros));
}

absl::StatusOr<std::vector<Value>> DecodeShapes(
    session::Visit& visit, const google::protobuf::RepeatedPtrField<v1::Tensor>& messages,
    absl::string_view field) {
  if (messages.size() > kMaxArguments) {
    return FieldError(field, absl::StrCat(messages.size(), " arguments; at most ", kMaxArguments));
  }
  std::vector<Value> values;
  for (int i = 0; i < messages.size(); ++i) {
    FG_ASSIGN_OR_RETURN(Value value,
                        DecodeShape(visit, messages[i], absl::StrCat(field, "[", i, "]")));
    values.push_back(std::move(value));
  }
  return values;
}

absl::Status EncodeValue(session::Visit& visit, const Value& value, v1::Value* message) {
  const metrics::BookTime book(visit.context().times.copy_out);
  return ValueEncoder(visit).Encode(value, 0, message);
}

v1::Value::Kind KindOf(const Value& value) {
  switch (value.kind()) {
    case Kind::kNothing:
    case Kind::kMissing:
      return v1::Value::NOTHING;
    case Kind::kNumber:
    case Kind::kTraced:
      return v1::Value::NUMBER;
    case Kind::kRange:
    case Kind::kArray:
      return v1::Value::TENSOR;
    case Kind::kChar:
    case Kind::kSymbol:
    case Kind::kString:
      return v1::Value::TEXT;
    case Kind::kTuple:
    case Kind::kPair:
      return v1::Value::TUPLE;
    case Kind::kNamedTuple:
      return session::IsDataset(value) ? v1::Value::DATASET : v1::Value::NAMED_TUPLE;
    case Kind::kList:
      return v1::Value::LIST;
    case Kind::kDict:
    case Kind::kSet:
      return v1::Value::DICTIONARY;
    case Kind::kStruct:
      if (optim::IsRule(value) || optim::IsLeaf(value)) return v1::Value::OPTIMISER;
      return session::IsModel(value) ? v1::Value::MODEL : v1::Value::STRUCT;
    case Kind::kFunction:
      return session::IsModel(value) ? v1::Value::MODEL : v1::Value::FUNCTION;
    case Kind::kType:
    case Kind::kModule:
      return v1::Value::TYPE;
    case Kind::kOpaque:
      return v1::Value::OTHER;
  }
  return v1::Value::OTHER;
}

std::string Summary(session::Visit& visit, const Value& value) {
  const std::string text = visit.interpreter().Display(value);
  return CleanText(absl::string_view(text).substr(0, text.find('\n')), 256);
}

}  // namespace fluxgate::wire
