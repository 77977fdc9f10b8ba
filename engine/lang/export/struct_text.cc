// Types, structs, layers, optimisers and the library's opaque objects as expressions.

#include <utility>

#include "absl/strings/match.h"
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
#include "engine/optim/rule.h"
#include "engine/optim/update.h"

namespace fluxgate::lang {

absl::StatusOr<std::string> ValueText::TypeText(const Type& type) const {
  const StructType* structure = type.struct_type.get();
  if (structure != nullptr && structure->builtin) return names_.Library(type.name);
  if (structure != nullptr) {
    const Environment::Cell* cell = machine_.environment().Find(structure->name);
    const Type* now = cell == nullptr ? nullptr : cell->value.As<Type>();
    if (now == nullptr || now->struct_type.get() != structure) {
      return absl::FailedPreconditionError(
          absl::StrCat("its type ", structure->name, " has been defined anew since"));
    }
  }
  std::string text = type.ToString();
  if (absl::StrContains(text, '#')) {
    return absl::FailedPreconditionError("nothing in Julia text names the type of such a function");
  }
  return text;
}

absl::StatusOr<std::string> ValueText::StructText(const Struct& structure, const Value& value,
                                                  const std::string& path, int indent) {
  if (optim::IsRule(value)) return RuleText(structure, indent);
  ++in_struct_;
  absl::StatusOr<std::string> text;
  if (nn::FindLayer(*structure.type) != nullptr) {
    text = LayerText(structure, path, indent);
  } else if (optim::AsLeaf(value) != nullptr) {
    std::vector<Part> parts = {{"", structure.fields[optim::kLeafRule], ""},
                               {"", structure.fields[optim::kLeafState], FieldPath(path, "state")}};
    if (optim::IsFrozen(structure)) parts.push_back({"frozen = ", Value::Bool(true), ""});
    text = List("Flux.Optimisers.Leaf(", parts, ")", indent);
  } else {
    text = InstanceText(structure, value, path, indent);
  }
  --in_struct_;
  return text;
}

absl::StatusOr<std::string> ValueText::InstanceText(const Struct& structure, const Value& value,
                                                    const std::string& path, int indent) {
  FG_ASSIGN_OR_RETURN(std::string name, TypeText(*TypeOf(value)));
  if (structure.type_arguments.empty()) {
    const std::string& type = structure.type->name;
    name = structure.type->builtin ? names_.Library(type) : type;
  }
  if (!machine_.TakesItsFields(*structure.type)) {
    return absl::FailedPreconditionError(
        absl::StrCat(structure.type->name,
                     " has a constructor of its own, which may make something else of its fields"));
  }
  std::vector<Part> parts;
  for (size_t i = 0; i < structure.fields.size(); ++i) {
    const std::string& field = structure.type->fields[i].name;
    if (IsUndefined(structure.fields[i])) {
      return absl::FailedPreconditionError(absl::StrCat("its field ", field, " has no value"));
    }
    parts.push_back({"", structure.fields[i], FieldPath(path, field)});
  }
  return List(absl::StrCat(name, "("), parts, ")", indent);
}

absl::StatusOr<std::string> ValueText::RuleText(const Struct& rule, int indent) {
  if (optim::IsChain(rule)) {
    std::vector<Part> parts;
    for (const Value& link : rule.fields[0].As<Tuple>()->elements) parts.push_back({"", link, ""});
    return List("OptimiserChain(", parts, ")", indent);
  }
  // Of all rules this one takes its numbers by position alone.
  if (rule.type->name == "ClipNorm") {
    std::vector<Part> parts = {{"", *rule.Find("omega"), ""}, {"", *rule.Find("p"), ""}};
    if (!rule.Find("throw")->scalar().AsBool())
      parts.push_back({"throw = ", Value::Bool(false), ""});
    return List("ClipNorm(", parts, ")", indent);
  }
  return Counted(Repr(Struct::Of(rule.type, rule.fields)));
}

absl::StatusOr<std::string> ValueText::LayerText(const Struct& layer, const std::string& path,
                                                 int indent) {
  const std::string& type = layer.type->name;
  std::vector<Part> parts;
  for (size_t i = 0; i < layer.fields.size(); ++i) {
    const std::string& field = layer.type->fields[i].name;
    const Value& value = layer.fields[i];
    const std::string place = FieldPath(path, field);
    if (type == "SkipConnection" || (field != "layers" && field != "σ" && type != "Dropout")) {
      parts.push_back({"", value, place});
    } else if (type == "Dropout") {
      // Dropout(p; dims, active), where a colon and nothing are what it takes by itself.
      if (field != "p" && (value.is_nothing() || IsColon(value))) continue;
      parts.push_back({field == "p" ? "" : absl::StrCat(field, " = "), value, place});
    } else if (field == "σ") {
      if (Repr(value) != "identity") parts.push_back({"", value, place});
    } else if (const auto* named = value.As<NamedTuple>()) {
      for (Part& part : Fields(*named, place)) parts.push_back(std::move(part));
    } else if (const auto* tuple = value.As<Tuple>()) {
      for (Part& part : Elements(tuple->elements, place)) parts.push_back(std::move(part));
    } else {
      parts.push_back({"", value, place});
    }
  }
  return List(absl::StrCat(names_.Library(type), "("), parts, ")", indent);
}

absl::StatusOr<std::string> ValueText::OpaqueText(const Value& value, const std::string& path,
                                                  int indent) {
  if (const auto* reference = value.AsClass<Reference>()) {
    return List(absl::StrCat(names_.Library("Ref"), "("), {{"", reference->value, ""}}, ")",
                indent);
  }
  if (const auto* loader = value.AsClass<LoaderObject>()) {
    const data::LoaderOptions& options = loader->loader->options();
    std::vector<Part> parts = {{"", loader->loader->data(), FieldPath(path, "data")},
                               {"batchsize = ", Value::Int(options.batch_size), ""}};
    if (options.shuffle) parts.push_back({"shuffle = ", Value::Bool(true), ""});
    if (!options.partial) parts.push_back({"partial = ", Value::Bool(false), ""});
    if (!options.collate) parts.push_back({"collate = ", Value::Bool(false), ""});
    return List("Flux.DataLoader(", parts, ")", indent);
  }
  if (const auto* scaling = value.AsClass<UniformScaling>()) {
    FG_ASSIGN_OR_RETURN(const std::string lambda, Of(scaling->lambda, "", indent));
    return absl::StrCat("(", lambda, " * ", names_.Library("I"), ")");
  }
  if (value.AsClass<Generator>() != nullptr || value.AsClass<CartesianIndex>() != nullptr) {
    return Counted(Repr(value));
  }
  if (IsColon(value)) return Counted(":");
  if (IsUndef(value)) return Counted("undef");
  return absl::FailedPreconditionError(
      absl::StrCat("nothing in Julia text makes a ", TypeName(value).substr(0, 100)));
}

}  // namespace fluxgate::lang
