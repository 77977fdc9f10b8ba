// Structs, layers, optimisers and the library's opaque objects as expressions.

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/builtins/generator.h"
#include "engine/lang/display/display.h"
#include "engine/lang/export/value_text.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/constants.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/training/training_plan.h"
#include "engine/lang/types.h"
#include "engine/nn/layer.h"
#include "engine/optim/leaf.h"
#include "engine/optim/update.h"

namespace fluxgate::lang {
namespace {

absl::Status NoText(const Value& value) {
  return absl::FailedPreconditionError(
      absl::StrCat("nothing in Julia text makes a ", TypeName(value).substr(0, 100)));
}

}  // namespace

absl::StatusOr<std::string> ValueText::StructText(const Struct& structure, const Value& value,
                                                  const std::string& path, int indent) {
  if (optim::IsRule(value)) return Repr(value);
  ++in_struct_;
  absl::StatusOr<std::string> text = std::string();
  if (nn::FindLayer(*structure.type) != nullptr) {
    text = LayerText(structure, path, indent);
  } else if (optim::AsLeaf(value) != nullptr) {
    std::vector<Part> parts = {{"", structure.fields[optim::kLeafRule], path + ".rule"},
                               {"", structure.fields[optim::kLeafState], path + ".state"}};
    if (optim::IsFrozen(structure)) parts.push_back({"frozen = ", Value::Bool(true), ""});
    text = List("Flux.Optimisers.Leaf(", parts, ")", indent);
  } else {
    std::vector<Part> parts;
    for (size_t i = 0; i < structure.fields.size(); ++i) {
      const std::string& field = structure.type->fields[i].name;
      if (IsUndefined(structure.fields[i])) {
        text = absl::FailedPreconditionError(absl::StrCat("its field ", field, " has no value"));
      }
      parts.push_back({"", structure.fields[i], absl::StrCat(path, ".", field)});
    }
    if (text.ok() && !machine_.TakesItsFields(*structure.type)) {
      text = absl::FailedPreconditionError(
          absl::StrCat("no constructor of ", structure.type->name, " takes all of its fields"));
    }
    const std::string name =
        structure.type_arguments.empty() ? structure.type->name : TypeOf(value)->ToString();
    if (text.ok()) text = List(absl::StrCat(name, "("), parts, ")", indent);
  }
  --in_struct_;
  return text;
}

absl::StatusOr<std::string> ValueText::LayerText(const Struct& layer, const std::string& path,
                                                 int indent) {
  const std::string name = LibraryName(layer.type->name);
  std::vector<Part> parts;
  for (size_t i = 0; i < layer.fields.size(); ++i) {
    const std::string& field = layer.type->fields[i].name;
    const Value& value = layer.fields[i];
    const std::string place = absl::StrCat(path, ".", field);
    if (name == "SkipConnection" || (field != "layers" && field != "σ" && name != "Dropout")) {
      parts.push_back({"", value, place});
    } else if (name == "Dropout") {
      // Dropout(p; dims, active), where a colon and nothing are what it takes by itself.
      if (field != "p" && (value.is_nothing() || IsColon(value))) continue;
      parts.push_back({field == "p" ? "" : absl::StrCat(field, " = "), value, place});
    } else if (field == "σ") {
      if (Repr(value) != "identity") parts.push_back({"", value, place});
    } else if (const auto* named = value.As<NamedTuple>()) {
      for (size_t k = 0; k < named->values.size(); ++k) {
        parts.push_back({absl::StrCat(named->names[k], " = "), named->values[k],
                         absl::StrCat(place, ".", named->names[k])});
      }
    } else if (const auto* tuple = value.As<Tuple>()) {
      for (size_t k = 0; k < tuple->elements.size(); ++k) {
        parts.push_back({"", tuple->elements[k], absl::StrCat(place, "[", k + 1, "]")});
      }
    } else {
      parts.push_back({"", value, place});
    }
  }
  return List(absl::StrCat(name, "("), parts, ")", indent);
}

absl::StatusOr<std::string> ValueText::OpaqueText(const Value& value, const std::string& path,
                                                  int indent) {
  if (const auto* reference = value.AsClass<Reference>()) {
    return List("Ref(", {{"", reference->value, path + "[]"}}, ")", indent);
  }
  if (const auto* loader = value.AsClass<LoaderObject>()) {
    const data::LoaderOptions& options = loader->loader->options();
    std::vector<Part> parts = {{"", loader->loader->data(), path + ".data"},
                               {"batchsize = ", Value::Int(options.batch_size), ""}};
    if (options.shuffle) parts.push_back({"shuffle = ", Value::Bool(true), ""});
    if (!options.partial) parts.push_back({"partial = ", Value::Bool(false), ""});
    if (!options.collate) parts.push_back({"collate = ", Value::Bool(false), ""});
    return List("Flux.DataLoader(", parts, ")", indent);
  }
  if (const auto* scaling = value.AsClass<UniformScaling>()) {
    FG_ASSIGN_OR_RETURN(const std::string lambda, Of(scaling->lambda, "", indent));
    return absl::StrCat("(", lambda, " * I)");
  }
  if (value.AsClass<Generator>() != nullptr || value.AsClass<CartesianIndex>() != nullptr) {
    return Repr(value);
  }
  if (IsColon(value)) return std::string(":");
  if (IsUndef(value)) return std::string("undef");
  return NoText(value);
}

}  // namespace fluxgate::lang
