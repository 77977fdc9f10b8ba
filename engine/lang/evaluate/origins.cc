#include "engine/lang/evaluate/origins.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "engine/lang/evaluate/scope.h"
#include "engine/lang/function.h"
#include "engine/value/array.h"
#include "engine/value/flatten.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {
namespace {

// The path of `object` below `root`; absent when it is not there.
absl::optional<std::string> FindPath(const Value& root, const Object* object) {
  struct At {
    Value value;
    std::string path;
  };
  std::vector<At> stack = {{root, ""}};
  absl::flat_hash_set<const Object*> seen;
  while (!stack.empty()) {
    const At at = std::move(stack.back());
    stack.pop_back();
    if (at.value.object().get() == object) {
      return std::string(absl::StripPrefix(at.path, "."));
    }
    if (at.value.object() == nullptr || !seen.insert(at.value.object().get()).second) continue;
    std::vector<Child> children = at.value.object()->Children();
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      stack.push_back({child->value, absl::StrCat(at.path, child->step)});
    }
  }
  return absl::nullopt;
}

std::string Joined(const std::string& path, const std::string& rest) {
  if (path.empty() || rest.empty() || rest[0] == '[' || rest[0] == '.') return path + rest;
  return absl::StrCat(path, ".", rest);
}

}  // namespace

Origins::InText::InText(Origins& origins, const std::shared_ptr<const Source>& source, Span span)
    : origins_(origins), source_(origins.source_), span_(origins.span_) {
  origins_.Settle();
  origins_.source_ = &source;
  origins_.span_ = span;
}

Origins::InText::~InText() {
  origins_.Settle();
  origins_.source_ = source_;
  origins_.span_ = span_;
}

void Origins::InLayer::Enter(const Value& layer, absl::string_view field, int index) {
  origins_->Settle();
  outer_ = origins_->layer_;
  first_ = origins_->settled_;
  origins_->layer_ = static_cast<int32_t>(origins_->calls_.size());
  origins_->calls_.push_back({layer, outer_, std::string(field), index});
}

void Origins::InLayer::Leave() {
  origins_->Settle();
  // A call that made nothing need not be remembered.
  if (origins_->settled_ == first_) origins_->calls_.resize(origins_->layer_);
  origins_->layer_ = outer_;
}

void Origins::Settle() {
  const auto now = static_cast<ir::NodeId>(builder_->num_nodes());
  if (now == settled_) return;
  settled_ = now;
  int32_t source = -1;
  if (source_ != nullptr) {
    const auto it = std::find(sources_.rbegin(), sources_.rend(), *source_);
    source = static_cast<int32_t>(sources_.rend() - it) - 1;
    if (source < 0) {
      source = static_cast<int32_t>(sources_.size());
      sources_.push_back(*source_);
    }
  }
  runs_.push_back({now, source, span_, layer_});
}

Origins::Place Origins::PlaceOf(ir::NodeId node) const {
  Place place;
  const auto run = std::upper_bound(runs_.begin(), runs_.end(), node,
                                    [](ir::NodeId id, const Run& r) { return id < r.end; });
  if (run == runs_.end()) return place;
  if (run->source >= 0) {
    place.source = sources_[run->source];
    place.span = run->span;
  }
  place.in_layer = run->layer >= 0;
  if (place.in_layer) place.layer = LayerPath(run->layer);
  return place;
}

std::string Origins::LayerPath(int32_t index) const {
  const LayerCall& call = calls_[index];
  if (call.outer >= 0) {
    const LayerCall& outer = calls_[call.outer];
    const std::string path = LayerPath(call.outer);
    if (outer.layer.IdenticalTo(call.layer) && call.field.empty()) return path;
    const Struct* holder = outer.layer.As<Struct>();
    if (!call.field.empty() && holder != nullptr) {
      std::string step = call.field;
      const Value* field = holder->Find(call.field);
      if (call.index >= 0 && field != nullptr && field->object() != nullptr) {
        const std::vector<Child> children = field->object()->Children();
        if (call.index < static_cast<int>(children.size())) {
          absl::StrAppend(&step, children[call.index].step);
        }
      }
      return Joined(path, step);
    }
    // A struct of the user's calls what it holds.
    const auto inside = FindPath(outer.layer, call.layer.object().get());
    return inside.has_value() ? Joined(path, *inside) : path;
  }
  if (leading_.empty()) return "";
  return FindPath(leading_[0], call.layer.object().get()).value_or("");
}

std::string Origins::PathOf(const Storage* storage) const {
  if (leading_.empty()) return "";
  const absl::StatusOr<std::vector<Leaf>> leaves = Flatten(leading_[0]);
  if (!leaves.ok()) return "";
  for (const Leaf& leaf : *leaves) {
    const Array* array = leaf.value.As<Array>();
    if (array != nullptr && array->storage().get() == storage) return leaf.path;
  }
  return "";
}

std::string Origins::BatchName(size_t array) const {
  absl::string_view path = batch_paths_[array];
  // "[2].a" is part `a` of the batch's second argument.
  size_t argument = 1;
  const size_t close = path.find(']');
  if (absl::ConsumePrefix(&path, "[") && close != absl::string_view::npos) {
    if (!absl::SimpleAtoi(path.substr(0, close - 1), &argument)) argument = 1;
    path.remove_prefix(close);
  }
  const size_t position = leading_.size() + argument - 1;
  std::string name = argument == 1   ? "x"
                     : argument == 2 ? "y"
                                     : absl::StrCat("argument ", argument);
  const auto* function = loss_.AsClass<GenericFunction>();
  if (function != nullptr && function->methods().size() == 1) {
    const Method& method = function->methods()[0];
    if (position < method.code->positional.size()) {
      const std::string& own = method.code->positional[position].node->name;
      if (!own.empty()) name = own;
    }
  }
  return Joined(name, std::string(path));
}

}  // namespace fluxgate::lang
