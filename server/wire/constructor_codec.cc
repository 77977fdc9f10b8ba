#include "server/wire/constructor_codec.h"

#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/value/containers.h"
#include "google/protobuf/descriptor.h"
#include "server/session/workspace.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/value_codec.h"

namespace fluxgate::wire {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// How a message calls its constructor. The arguments are separated by blanks, keywords after ';':
//   a      the field a, which must be set       a?     the field a if it is set
//   a=>b   the pair of two fields               a...   each element of a repeated field
//   a|b|true   the first of the fields that is set, else the literal
struct Form {
  absl::string_view message;
  absl::string_view when;  // The field whose presence chooses this form; "" always.
  absl::string_view function;
  absl::string_view arguments;
};

constexpr Form kForms[] = {
    {"Dense", "weight", "Flux.Dense", "weight bias_values|bias|true activation?"},
    {"Dense", "", "Flux.Dense", "in=>out activation? ; bias? init?"},
    {"Chain", "", "Flux.Chain", "layers..."},
    {"Scale", "scale", "Flux.Scale", "scale bias_values|bias|true activation?"},
    {"Scale", "", "Flux.Scale", "size... activation? ; bias? init?"},
    {"SkipConnection", "", "Flux.SkipConnection", "layer connection"},
    {"Parallel", "", "Flux.Parallel", "connection layers..."},
    {"Dropout", "", "Flux.Dropout", "p ; dims? active?"},
    {"Descent", "", "Flux.Descent", "; eta?"},
    {"Momentum", "", "Flux.Momentum", "; eta? rho?"},
    {"Nesterov", "", "Flux.Nesterov", "; eta? rho?"},
    {"Adam", "", "Flux.Adam", "; eta? beta? epsilon?"},
    {"AdamW", "", "Flux.AdamW", "; eta? beta? lambda? epsilon?"},
    {"RMSProp", "", "Flux.RMSProp", "; eta? rho? epsilon? centred?"},
    {"WeightDecay", "", "Flux.WeightDecay", "; lambda?"},
    {"ClipGrad", "", "Flux.ClipGrad", "; delta?"},
    {"ClipNorm", "", "Flux.ClipNorm", "; omega? p?"},
    {"OptimiserChain", "", "Flux.OptimiserChain", "rules..."},
};

std::string Join(absl::string_view path, absl::string_view field) {
  return path.empty() ? std::string(field) : absl::StrCat(path, ".", field);
}

bool IsSet(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  return field->is_repeated() ? reflection->FieldSize(message, field) > 0
                              : reflection->HasField(message, field);
}

class Constructor {
 public:
  explicit Constructor(session::Visit& visit) : visit_(visit) {}

  absl::StatusOr<Value> Layer(const v1::Layer& layer, const std::string& path, int depth) {
    if (depth >= kMaxLayerDepth) {
      return FieldError(path, absl::StrCat("layers nest deeper than ", kMaxLayerDepth));
    }
    if (++layers_ > kMaxLayers) {
      return FieldError(path, absl::StrCat("more than ", kMaxLayers, " layers"));
    }
    switch (layer.kind_case()) {
      case v1::Layer::kActivation:
        return Function(layer.activation(), Join(path, "activation"));
      case v1::Layer::kFlatten:
        return Function("Flux.flatten", Join(path, "flatten"));
      case v1::Layer::kRef: {
        absl::StatusOr<Value> value = session::Lookup(visit_, layer.ref());
        return value.ok() ? value : AtField(value.status(), Join(path, "ref"));
      }
      case v1::Layer::kSource: {
        const std::string field = Join(path, "source");
        absl::StatusOr<Value> value = session::ValueOf(visit_, layer.source(), field);
        return value.ok() ? value : AtField(value.status(), field);
      }
      case v1::Layer::KIND_NOT_SET:
        return FieldError(path, "set one kind of layer: dense, chain, activation, ref, ...");
      default:
        return ChosenMember(layer, path, depth);
    }
  }

  absl::StatusOr<Value> Optimiser(const v1::Optimiser& optimiser, const std::string& path,
                                  int depth) {
    if (depth >= kMaxLayerDepth) {
      return FieldError(path, absl::StrCat("rules nest deeper than ", kMaxLayerDepth));
    }
    if (++layers_ > kMaxLayers) return FieldError(path, "too many rules");
    if (optimiser.rule_case() == v1::Optimiser::RULE_NOT_SET) {
      return FieldError(path, "set one rule: descent, adam, chain, ...");
    }
    return ChosenMember(optimiser, path, depth);
  }

 private:
  // The one message that is set in the oneof of a Layer or Optimiser.
  absl::StatusOr<Value> ChosenMember(const Message& message, const std::string& path, int depth) {
    const FieldDescriptor* member = message.GetReflection()->GetOneofFieldDescriptor(
        message, message.GetDescriptor()->oneof_decl(0));
    return Construct(message.GetReflection()->GetMessage(message, member),
                     Join(path, member->name()), depth);
  }

  absl::StatusOr<Value> Construct(const Message& message, const std::string& path, int depth) {
    const Form* form = ChooseForm(message);
    if (form == nullptr) {
      return absl::InternalError(
          absl::StrCat("no constructor for ", message.GetDescriptor()->full_name()));
    }
    std::vector<Value> positional;
    lang::Keywords keywords;
    std::set<const FieldDescriptor*> used;
    bool in_keywords = false;
    for (absl::string_view token : absl::StrSplit(form->arguments, ' ', absl::SkipEmpty())) {
      if (token == ";") {
        in_keywords = true;
      } else if (absl::ConsumeSuffix(&token, "...")) {
        FG_RETURN_IF_ERROR(Splat(message, token, path, depth, used, positional, keywords));
      } else if (in_keywords) {
        absl::ConsumeSuffix(&token, "?");
        const FieldDescriptor* field = Find(message, token, used);
        if (!IsSet(message, field)) continue;
        FG_ASSIGN_OR_RETURN(Value value, FieldValue(message, field, path, depth));
        keywords.emplace_back(std::string(token), std::move(value));
      } else {
        FG_RETURN_IF_ERROR(Positional(message, token, path, depth, used, positional));
      }
    }
    FG_RETURN_IF_ERROR(CheckUnused(message, *form, used, path));
    FG_ASSIGN_OR_RETURN(Value function, visit_.interpreter().Resolve(form->function));
    absl::StatusOr<Value> made = visit_.interpreter().Call(function, positional, keywords);
    return made.ok() ? made : AtField(made.status(), path);
  }

  static const Form* ChooseForm(const Message& message) {
    for (const Form& form : kForms) {
      if (form.message != absl::string_view(message.GetDescriptor()->name())) continue;
      if (form.when.empty() ||
          IsSet(message, message.GetDescriptor()->FindFieldByName(std::string(form.when)))) {
        return &form;
      }
    }
    return nullptr;
  }

  static const FieldDescriptor* Find(const Message& message, absl::string_view name,
                                     std::set<const FieldDescriptor*>& used) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(name));
    used.insert(field);
    return field;
  }

  absl::StatusOr<Value> Required(const Message& message, absl::string_view name,
                                 const std::string& path, int depth,
                                 std::set<const FieldDescriptor*>& used) {
    const FieldDescriptor* field = Find(message, name, used);
    if (!IsSet(message, field)) return FieldError(Join(path, name), "is required");
    return FieldValue(message, field, path, depth);
  }

  absl::Status Positional(const Message& message, absl::string_view token, const std::string& path,
                          int depth, std::set<const FieldDescriptor*>& used,
                          std::vector<Value>& positional) {
    const std::vector<absl::string_view> pair = absl::StrSplit(token, "=>");
    if (pair.size() == 2) {
      FG_ASSIGN_OR_RETURN(Value first, Required(message, pair[0], path, depth, used));
      FG_ASSIGN_OR_RETURN(Value second, Required(message, pair[1], path, depth, used));
      positional.push_back(Pair::Of(std::move(first), std::move(second)));
      return absl::OkStatus();
    }
    if (absl::ConsumeSuffix(&token, "?")) {
      if (!IsSet(message, Find(message, token, used))) return absl::OkStatus();
    }
    const std::vector<absl::string_view> choices = absl::StrSplit(token, '|');
    int chosen = -1;
    for (size_t i = 0; i < choices.size() && choices[i] != "true"; ++i) {
      if (!IsSet(message, Find(message, choices[i], used))) continue;
      if (chosen >= 0) {
        return FieldError(path, absl::StrCat("both ", choices[chosen], " and ", choices[i],
                                             " are set; give one"));
      }
      chosen = static_cast<int>(i);
    }
    if (chosen < 0 && choices.back() == "true") {
      positional.push_back(Value::Bool(true));
      return absl::OkStatus();
    }
    FG_ASSIGN_OR_RETURN(Value value,
                        Required(message, choices[std::max(chosen, 0)], path, depth, used));
    positional.push_back(std::move(value));
    return absl::OkStatus();
  }

  // The elements as arguments; layers with names as keywords.
  absl::Status Splat(const Message& message, absl::string_view name, const std::string& path,
                     int depth, std::set<const FieldDescriptor*>& used,
                     std::vector<Value>& positional, lang::Keywords& keywords) {
    const FieldDescriptor* field = Find(message, name, used);
    const auto* reflection = message.GetReflection();
    const int size = reflection->FieldSize(message, field);
    if (size == 0) return FieldError(Join(path, name), "is required");
    for (int i = 0; i < size; ++i) {
      const std::string at = absl::StrCat(Join(path, name), "[", i, "]");
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
        positional.push_back(Value::Int(reflection->GetRepeatedUInt32(message, field, i)));
        continue;
      }
      const Message& element = reflection->GetRepeatedMessage(message, field, i);
      FG_ASSIGN_OR_RETURN(Value value, MessageValue(element, at, depth));
      const auto* layer = dynamic_cast<const v1::Layer*>(&element);
      const bool named = layer != nullptr && !layer->name().empty();
      if (named != !keywords.empty() && i > 0) {
        return FieldError(Join(at, "name"), "either all layers have names or none");
      }
      if (named) {
        for (const auto& [other, unused] : keywords) {
          if (other == layer->name()) {
            return FieldError(Join(at, "name"), absl::StrCat("\"", other, "\" came before"));
          }
        }
        keywords.emplace_back(layer->name(), std::move(value));
      } else {
        positional.push_back(std::move(value));
      }
    }
    return absl::OkStatus();
  }

  static absl::Status CheckUnused(const Message& message, const Form& form,
                                  const std::set<const FieldDescriptor*>& used,
                                  const std::string& path) {
    std::vector<const FieldDescriptor*> set;
    message.GetReflection()->ListFields(message, &set);
    for (const FieldDescriptor* field : set) {
      if (used.contains(field)) continue;
      return FieldError(Join(path, field->name()),
                        form.when.empty() ? "has no meaning here"
                                          : absl::StrCat("cannot be given with ", form.when));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Value> FieldValue(const Message& message, const FieldDescriptor* field,
                                   const std::string& path, int depth) {
    const auto* reflection = message.GetReflection();
    const std::string at = Join(path, field->name());
    if (field->is_repeated()) return RepeatedValue(message, field, at);
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_UINT32:
        return Value::Int(reflection->GetUInt32(message, field));
      case FieldDescriptor::CPPTYPE_BOOL:
        return Value::Bool(reflection->GetBool(message, field));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return Finite(reflection->GetDouble(message, field), at);
      case FieldDescriptor::CPPTYPE_STRING:
        return Function(reflection->GetString(message, field), at);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return MessageValue(reflection->GetMessage(message, field), at, depth);
      default:
        return absl::InternalError(absl::StrCat("no conversion for ", field->full_name()));
    }
  }

  // Numbers, as one number or a tuple.
  static absl::StatusOr<Value> RepeatedValue(const Message& message, const FieldDescriptor* field,
                                             const std::string& at) {
    const auto* reflection = message.GetReflection();
    std::vector<Value> elements;
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
        FG_ASSIGN_OR_RETURN(Value number, Finite(reflection->GetRepeatedDouble(message, field, i),
                                                 absl::StrCat(at, "[", i, "]")));
        elements.push_back(std::move(number));
      } else {
        elements.push_back(Value::Int(reflection->GetRepeatedUInt32(message, field, i)));
      }
    }
    if (elements.size() == 1) return elements[0];
    return Tuple::Of(std::move(elements));
  }

  static absl::StatusOr<Value> Finite(double number, const std::string& at) {
    if (!std::isfinite(number)) return FieldError(at, "must be finite");
    return Value::Float64(number);
  }

  absl::StatusOr<Value> MessageValue(const Message& message, const std::string& at, int depth) {
    if (const auto* layer = dynamic_cast<const v1::Layer*>(&message)) {
      return Layer(*layer, at, depth + 1);
    }
    if (const auto* optimiser = dynamic_cast<const v1::Optimiser*>(&message)) {
      return Optimiser(*optimiser, at, depth + 1);
    }
    if (const auto* tensor = dynamic_cast<const v1::Tensor*>(&message)) {
      return DecodeNumbers(visit_, *tensor, at);
    }
    return Construct(message, at, depth + 1);
  }

  absl::StatusOr<Value> Function(absl::string_view text, const std::string& at) {
    const session::Sort sort = absl::EndsWith(at, "activation") ? session::Sort::kActivation
                               : absl::EndsWith(at, "init")     ? session::Sort::kInitialiser
                                                                : session::Sort::kFunction;
    absl::StatusOr<Value> function = session::FunctionOf(visit_, text, at, sort);
    return function.ok() ? function : AtField(function.status(), at);
  }

  session::Visit& visit_;
  int layers_ = 0;
};

}  // namespace

absl::StatusOr<Value> DecodeLayer(session::Visit& visit, const v1::Layer& layer,
                                  absl::string_view field) {
  return Constructor(visit).Layer(layer, std::string(field), 0);
}

absl::StatusOr<Value> DecodeOptimiser(session::Visit& visit, const v1::Optimiser& optimiser,
                                      absl::string_view field) {
  return Constructor(visit).Optimiser(optimiser, std::string(field), 0);
}

}  // namespace fluxgate::wire
