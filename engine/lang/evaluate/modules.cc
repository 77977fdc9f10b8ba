#include "engine/lang/evaluate/modules.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/data/functions.h"
#include "engine/lang/builtins/values.h"
#include "engine/lang/exception.h"
#include "engine/lang/function.h"
#include "engine/lang/io.h"
#include "engine/lang/operations/constants.h"
#include "engine/lang/types.h"
#include "engine/nn/layer.h"
#include "engine/optim/update.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

// Modules that contain nothing of their own but stand for a part of another.
constexpr const char* kPackages[] = {
    "Flux",    "NNlib",        "Optimisers", "Zygote", "Statistics", "Random", "LinearAlgebra",
    "MLUtils", "OneHotArrays", "Functors",   "Base",   "Printf",     "Pkg"};
constexpr const char* kParts[] = {"Losses", "Optimise", "Iterators", "Main",      "Core",
                                  "Dates",  "Meta",     "Math",      "Broadcast", "ChainRulesCore"};

// Built once; every interpreter shares it.
struct Library {
  absl::flat_hash_map<std::string, Value> visible;
  absl::flat_hash_map<std::string, Value> qualified;  // not exported: only after a package's name
  absl::flat_hash_map<std::string, std::string> package;
  absl::flat_hash_map<std::string, std::shared_ptr<const NativeFunction>> constructors;
  std::vector<std::string> names;
  absl::flat_hash_set<const Object*> objects;

  Library() {
    for (auto maker : {NumberBuiltins, ArrayBuiltins, ReductionBuiltins, FunctionalBuiltins,
                       CollectionBuiltins, StringBuiltins, LinearAlgebraBuiltins, TypeBuiltins,
                       RandomBuiltins, GradientBuiltins, TrainingBuiltins, ModelBuiltins}) {
      for (Builtin& builtin : maker()) Add(std::move(builtin));
    }
    for (const nn::Function& row : nn::Functions()) Add(row);
    for (const nn::Function& row : optim::Functions()) Add(row);
    for (const nn::Function& row : data::Functions()) {
      if (row.name != "DataLoader") Add(row);  // that one comes with TrainingBuiltins
    }
    for (const nn::Layer& layer : nn::Layers()) {
      const std::string name(layer.constructor.name);
      const Value type = TypeValue(StructTypeOf(layer.type, {}));
      (layer.constructor.exported ? visible : qualified)[name] = type;
      qualified[name] = type;
      package[name] = std::string(layer.constructor.package);
    }
    AddTypes();
    AddConstants();
    for (const char* name : kPackages) {
      visible[name] = Value(std::make_shared<Module>(name));
      qualified[name] = visible[name];  // Flux.NNlib
    }
    for (const char* name : kParts) qualified[name] = Value(std::make_shared<Module>(name));
    // Packages need no installing here: Pkg.add and its kin accept what exists.
    for (const char* name : {"add", "activate", "instantiate", "update", "status"}) {
      qualified[absl::StrCat("Pkg.", name)] = MakeNative(
          name, 0, -1,
          [](Evaluator&, absl::Span<const Value>) { return absl::StatusOr<Value>(Value()); });
    }
    visible["Main"] = qualified["Main"];
    visible["Core"] = qualified["Core"];
    visible["Iterators"] = qualified["Iterators"];
    for (const auto& [name, value] : visible) names.push_back(name);
    std::sort(names.begin(), names.end());
    for (const auto* map : {&visible, &qualified}) {
      for (const auto& [name, value] : *map) objects.insert(value.object().get());
    }
  }

  void Add(Builtin builtin) {
    const std::string name = builtin.name;
    const bool lazy = builtin.package == "Iterators";
    auto function = std::make_shared<NativeFunction>(std::move(builtin));
    // Iterators exports nothing, and shares names with other packages (Flux.flatten).
    if (lazy) {
      qualified["Iterators." + name] = Value(function);
      return;
    }
    package[name] = function->builtin.package;
    if (BuiltinType(name) != nullptr) constructors[name] = function;
    const Value value(function);
    if (function->builtin.exported) visible[name] = value;
    qualified[name] = value;
  }

  void Add(const nn::Function& row) {
    const Value value = nn::FunctionAsValue(row);
    std::vector<std::string> all = {std::string(row.name)};
    for (absl::string_view alias : row.aliases) all.emplace_back(alias);
    for (const std::string& name : all) {
      package[name] = std::string(row.package);
      qualified[name] = value;
      if (row.exported || row.package == "Base") visible[name] = value;
    }
  }

  void AddTypes() {
    for (const char* name : {"Any",
                             "Number",
                             "Real",
                             "Integer",
                             "Signed",
                             "Unsigned",
                             "AbstractFloat",
                             "AbstractIrrational",
                             "Irrational",
                             "Int64",
                             "Int32",
                             "Int",
                             "UInt",
                             "UInt8",
                             "UInt16",
                             "UInt32",
                             "UInt64",
                             "Bool",
                             "Float32",
                             "Float64",
                             "AbstractString",
                             "String",
                             "AbstractChar",
                             "Char",
                             "Symbol",
                             "Nothing",
                             "Missing",
                             "Function",
                             "Type",
                             "DataType",
                             "Module",
                             "Tuple",
                             "NamedTuple",
                             "Pair",
                             "AbstractArray",
                             "AbstractVector",
                             "AbstractMatrix",
                             "AbstractVecOrMat",
                             "VecOrMat",
                             "DenseArray",
                             "DenseVector",
                             "DenseMatrix",
                             "Array",
                             "Vector",
                             "Matrix",
                             "SubArray",
                             "AbstractRange",
                             "OrdinalRange",
                             "AbstractUnitRange",
                             "UnitRange",
                             "StepRange",
                             "StepRangeLen",
                             "AbstractDict",
                             "Dict",
                             "AbstractSet",
                             "Set",
                             "Exception",
                             "IO",
                             "IOBuffer",
                             "AbstractRule",
                             "Union",
                             "Vararg",
                             "Colon"}) {
      const Value type = TypeValue(BuiltinType(name));
      visible[name] = type;
      qualified[name] = type;
    }
    std::vector<std::shared_ptr<const StructType>> structs = ExceptionTypes();
    structs.push_back(SomeType());
    for (const std::shared_ptr<const StructType>& type : structs) {
      const Value value = TypeValue(StructTypeOf(type, {}));
      visible[type->name] = value;
      qualified[type->name] = value;
    }
  }

  void AddConstants() {
    const double pi = std::acos(-1.0);
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::pair<const char*, Value> constants[] = {
        {"nothing", Value()},
        {"missing", Value::Missing()},
        {"pi", Value(Scalar(pi).As(Scalar::Written::kPi))},
        {"π", Value(Scalar(pi).As(Scalar::Written::kPi))},
        {"ℯ", Value(Scalar(std::exp(1.0)).As(Scalar::Written::kEuler))},
        {"Inf", Value::Float64(infinity)},
        {"Inf64", Value::Float64(infinity)},
        {"Inf32", Value::Float32(static_cast<float>(infinity))},
        {"NaN", Value::Float64(nan)},
        {"NaN64", Value::Float64(nan)},
        {"NaN32", Value::Float32(static_cast<float>(nan))},
        {"stdout", Value(std::make_shared<Io>(true))},
        {"stderr", Value(std::make_shared<Io>(true))},
        // A session has no command line.
        {"ARGS", Tuple::Of({})},
    };
    for (const auto& [name, value] : constants) {
      visible[name] = value;
      qualified[name] = value;
    }
    for (const auto& [name, value] : BaseConstants()) {
      visible[name] = value;
      qualified[name] = value;
    }
  }
};

const Library& TheLibrary() {
  static const Library& library = *new Library;
  return library;
}

const Value* Find(const absl::flat_hash_map<std::string, Value>& map, absl::string_view name) {
  const auto it = map.find(name);
  return it == map.end() ? nullptr : &it->second;
}

}  // namespace

const Value* FindBuiltin(absl::string_view name) { return Find(TheLibrary().visible, name); }

const Value* FindMember(absl::string_view module, absl::string_view name) {
  // These two share names with other packages.
  for (absl::string_view shares : {"Iterators", "Pkg"}) {
    if (module != shares && !absl::EndsWith(module, absl::StrCat(".", shares))) continue;
    const Value* own = Find(TheLibrary().qualified, absl::StrCat(shares, ".", name));
    if (own != nullptr) return own;
  }
  return Find(TheLibrary().qualified, name);
}

const Builtin* FindConstructor(absl::string_view type_name) {
  const auto it = TheLibrary().constructors.find(type_name);
  return it == TheLibrary().constructors.end() ? nullptr : &it->second->builtin;
}

bool IsOfLibrary(const Value& value) { return TheLibrary().objects.contains(value.object().get()); }

bool IsPackage(absl::string_view name) {
  return std::find(Packages().begin(), Packages().end(), name) != Packages().end();
}

const std::vector<std::string>& Packages() {
  static const auto& all =
      *new std::vector<std::string>(std::begin(kPackages), std::end(kPackages));
  return all;
}

const std::vector<std::string>& BuiltinNames() { return TheLibrary().names; }

std::string QualifiedName(absl::string_view name) {
  const Library& library = TheLibrary();
  if (library.visible.contains(name) || !library.qualified.contains(name)) return "";
  const auto it = library.package.find(name);
  return it == library.package.end() ? "" : absl::StrCat(it->second, ".", name);
}

std::string PackageOf(absl::string_view name) {
  const auto it = TheLibrary().package.find(name);
  return it == TheLibrary().package.end() ? "Base" : it->second;
}

std::vector<std::string> UnexportedNames() {
  const Library& library = TheLibrary();
  std::vector<std::string> names;
  for (const auto& [name, value] : library.qualified) {
    if (!library.visible.contains(name)) names.push_back(name);
  }
  return names;
}

}  // namespace fluxgate::lang
