#include "tests/fuzz/message_mutator.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

// libFuzzer's own mutation of bytes.
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace fluxgate::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMaxSites = 500;
constexpr size_t kMaxText = 300;

// Names of the session that request_fuzz sets up, and texts of every kind that requests hold.
constexpr const char* kWords[] = {"m",
                                  "net",
                                  "d",
                                  "d.x",
                                  "d.y",
                                  "v",
                                  "s",
                                  "f",
                                  "x",
                                  "y",
                                  "weight",
                                  "bias",
                                  "layers[1].weight",
                                  "net.layers[2]",
                                  "m.weight",
                                  "default",
                                  "request",
                                  "cpu",
                                  "mse",
                                  "mae",
                                  "logitcrossentropy",
                                  "accuracy",
                                  "relu",
                                  "tanh",
                                  "softmax",
                                  "sum",
                                  "Flux.mse",
                                  "glorot_uniform",
                                  "Adam(0.1)",
                                  "Descent()",
                                  "x -> 3x^2",
                                  "x -> sum(x .^ 2)",
                                  "(m, x, y) -> sum(m(x) .- y)",
                                  "() -> sum(m(d.x))",
                                  "1",
                                  "1, 2",
                                  "[1.0, 2.0]",
                                  "rand(Float32, 2, 3)",
                                  "zeros(0)",
                                  "1:3",
                                  "Chain(Dense(2 => 3, tanh), Dropout(0.5), Dense(3 => 1))",
                                  "dims",
                                  "at-1",
                                  "job-1",
                                  "+",
                                  "vcat",
                                  "Dict(1 => [1])",
                                  "(a = 1, b = [2.0])",
                                  "[[1], [2]]",
                                  "\"text\"",
                                  "nothing",
                                  "NaN",
                                  "../x"};

template <typename T, size_t n>
T OneOf(const T (&values)[n], Random& random) {
  return values[random() % n];
}

uint64_t AnyInteger(uint64_t now, Random& random) {
  static constexpr uint64_t kEdges[] = {
      0,          1,          2,          3,           4,        16,         17,         64,
      0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 1u << 20, ~0ull >> 1, 1ull << 63, ~0ull};
  switch (random() % 4) {
    case 0:
      return now + 1;
    case 1:
      return now - 1;
    case 2:
      return random() % 8;
    default:
      return OneOf(kEdges, random);
  }
}

double AnyReal(double now, Random& random) {
  static const double kEdges[] = {0,
                                  -0.0,
                                  1,
                                  -1,
                                  0.5,
                                  1e-3,
                                  1e38,
                                  1e300,
                                  5e-324,
                                  std::numeric_limits<double>::infinity(),
                                  std::numeric_limits<double>::quiet_NaN(),
                                  9007199254740992.0};
  return random() % 4 == 0 ? now * 1.5 + 1 : OneOf(kEdges, random);
}

std::string AnyText(std::string now, bool is_bytes, Random& random) {
  if (!is_bytes && random() % 3 == 0) return OneOf(kWords, random);
  now.resize(std::min(now.size(), kMaxText));
  const size_t size = now.size();
  now.resize(kMaxText + 4);
  now.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(now.data()), size, now.size()));
  if (!is_bytes) {
    for (char& c : now) c = static_cast<char>(c & 0x7f);
  }
  return now;
}

// A field of a message somewhere inside.
struct Site {
  Message* message;
  const FieldDescriptor* field;
};

void Collect(Message* message, std::vector<Site>& sites) {
  const Reflection* reflection = message->GetReflection();
  for (int i = 0; i < message->GetDescriptor()->field_count() && sites.size() < kMaxSites; ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    sites.push_back({message, field});
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    if (field->is_repeated()) {
      for (int k = 0; k < reflection->FieldSize(*message, field); ++k) {
        Collect(reflection->MutableRepeatedMessage(message, field, k), sites);
      }
    } else if (reflection->HasField(*message, field)) {
      Collect(reflection->MutableMessage(message, field), sites);
    }
  }
}

// Calls `get` and `set` of a field's type, singular or for the element at `index`.
void Change(const Site& site, int index, Random& random) {
  auto [message, field] = site;
  const Reflection* r = message->GetReflection();
  const bool many = field->is_repeated();
  switch (field->cpp_type()) {
#define FLUXGATE_CHANGE(TYPE, Name, expression)                                              \
  case FieldDescriptor::CPPTYPE_##TYPE: {                                                    \
    const auto now =                                                                         \
        many ? r->GetRepeated##Name(*message, field, index) : r->Get##Name(*message, field); \
    auto next = expression;                                                                  \
    if (many) {                                                                              \
      r->SetRepeated##Name(message, field, index, next);                                     \
    } else {                                                                                 \
      r->Set##Name(message, field, next);                                                    \
    }                                                                                        \
    break;                                                                                   \
  }
    FLUXGATE_CHANGE(INT32, Int32,
                    static_cast<int32_t>(AnyInteger(static_cast<uint64_t>(now), random)))
    FLUXGATE_CHANGE(INT64, Int64,
                    static_cast<int64_t>(AnyInteger(static_cast<uint64_t>(now), random)))
    FLUXGATE_CHANGE(UINT32, UInt32, static_cast<uint32_t>(AnyInteger(now, random)))
    FLUXGATE_CHANGE(UINT64, UInt64, AnyInteger(now, random))
    FLUXGATE_CHANGE(FLOAT, Float, static_cast<float>(AnyReal(now, random)))
    FLUXGATE_CHANGE(DOUBLE, Double, AnyReal(now, random))
    FLUXGATE_CHANGE(BOOL, Bool, !now)
    FLUXGATE_CHANGE(STRING, String,
                    AnyText(now, field->type() == FieldDescriptor::TYPE_BYTES, random))
    FLUXGATE_CHANGE(ENUM, EnumValue, now >= 0 ? static_cast<int>(random() % 10) : 0)
#undef FLUXGATE_CHANGE
    case FieldDescriptor::CPPTYPE_MESSAGE:
      Mutate(many ? r->MutableRepeatedMessage(message, field, index)
                  : r->MutableMessage(message, field),
             random);
      break;
  }
}

void Append(const Site& site) {
  auto [message, field] = site;
  const Reflection* r = message->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return r->AddInt32(message, field, 0);
    case FieldDescriptor::CPPTYPE_INT64:
      return r->AddInt64(message, field, 0);
    case FieldDescriptor::CPPTYPE_UINT32:
      return r->AddUInt32(message, field, 0);
    case FieldDescriptor::CPPTYPE_UINT64:
      return r->AddUInt64(message, field, 0);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return r->AddFloat(message, field, 0);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return r->AddDouble(message, field, 0);
    case FieldDescriptor::CPPTYPE_BOOL:
      return r->AddBool(message, field, false);
    case FieldDescriptor::CPPTYPE_ENUM:
      return r->AddEnumValue(message, field, 0);
    case FieldDescriptor::CPPTYPE_STRING:
      return r->AddString(message, field, "");
    case FieldDescriptor::CPPTYPE_MESSAGE:
      r->AddMessage(message, field);
  }
}

class NoErrors final : public google::protobuf::io::ErrorCollector {
  void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
};

}  // namespace

void Mutate(Message* message, Random& random) {
  std::vector<Site> sites;
  Collect(message, sites);
  if (sites.empty()) return;
  const Site site = sites[random() % sites.size()];
  const Reflection* reflection = site.message->GetReflection();
  if (!site.field->is_repeated()) {
    if (reflection->HasField(*site.message, site.field) && random() % 4 == 0) {
      reflection->ClearField(site.message, site.field);
    } else {
      Change(site, 0, random);
    }
    return;
  }
  const int size = reflection->FieldSize(*site.message, site.field);
  if (size == 0 || random() % 3 == 0) {
    Append(site);
    Change(site, size, random);
  } else if (random() % 3 == 0) {
    reflection->RemoveLast(site.message, site.field);
  } else {
    Change(site, static_cast<int>(random() % static_cast<unsigned>(size)), random);
  }
}

bool ParseMessage(const std::string& text, Message* message) {
  if (!text.empty() && text[0] == '{') {
    return google::protobuf::util::JsonStringToMessage(text, message).ok();
  }
  google::protobuf::TextFormat::Parser parser;
  NoErrors errors;
  parser.RecordErrorsTo(&errors);
  parser.SetRecursionLimit(100);
  return parser.ParseFromString(text, message);
}

std::string PrintMessage(const Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(message, &text);
  return text;
}

}  // namespace fluxgate::fuzz
