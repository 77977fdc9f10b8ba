#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_ORIGINS_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_ORIGINS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/ir/builder.h"
#include "engine/lang/syntax/ast.h"
#include "engine/value/value.h"

namespace fluxgate {
class Storage;
}

namespace fluxgate::lang {

// Where the nodes of a staged loss come from: which text was being evaluated, and in which layer of
// the model, when each was first made. Nodes that follow one another from the same place are one
// entry, so staging pays for it next to nothing, and a node carries nothing.
class Origins {
 public:
  // `leading`: the loss's arguments before the batch, the model first if it has one.
  Origins(const ir::Builder& builder, Value loss, absl::Span<const Value> leading)
      : builder_(&builder), loss_(std::move(loss)), leading_(leading.begin(), leading.end()) {}

  // The nodes made while it lives come from this place in the text.
  class InText {
   public:
    InText(Origins& origins, const std::shared_ptr<const Source>& source, Span span);
    ~InText();
    InText(const InText&) = delete;
    InText& operator=(const InText&) = delete;

   private:
    Origins& origins_;
    const std::shared_ptr<const Source>* const source_;
    const Span span_;
  };

  // The nodes made while it lives come from this layer (or other callable object). `field` and
  // `index` say where the layer that is being called holds it; see nn::Context::CallPart.
  class InLayer {
   public:
    InLayer(Origins* origins, const Value& layer, absl::string_view field = {}, int index = -1)
        : origins_(origins) {
      if (origins_ != nullptr) Enter(layer, field, index);
    }
    ~InLayer() {
      if (origins_ != nullptr) Leave();
    }
    InLayer(const InLayer&) = delete;
    InLayer& operator=(const InLayer&) = delete;

   private:
    void Enter(const Value& layer, absl::string_view field, int index);
    void Leave();
    Origins* const origins_;
    int32_t outer_ = -1;
    ir::NodeId first_ = 0;
  };

  void AddBatchPath(std::string path) { batch_paths_.push_back(std::move(path)); }
  // Ends the recording: what the builder makes later has no origin.
  void Settle();

  // ---- What it knows ----
  struct Place {
    std::shared_ptr<const Source> source;  // null: made by no text
    Span span;
    bool in_layer = false;
    std::string layer;  // "layers[2]"; "" for the model itself
  };
  Place PlaceOf(ir::NodeId node) const;
  // The path, in the model, of the array with this storage; else "".
  std::string PathOf(const Storage* storage) const;
  // What the loss calls an array of the batch: "x".
  std::string BatchName(size_t array) const;

 private:
  struct LayerCall {
    Value layer;
    int32_t outer;  // the call that made this one; -1: none
    std::string field;
    int32_t index;
  };
  struct Run {
    ir::NodeId end;
    int32_t source;  // in sources_; -1: none
    Span span;
    int32_t layer;  // in calls_; -1: none
  };
  std::string LayerPath(int32_t call) const;

  const ir::Builder* builder_;
  const Value loss_;
  const std::vector<Value> leading_;
  std::vector<std::string> batch_paths_;

  const std::shared_ptr<const Source>* source_ = nullptr;  // of the text under way
  Span span_;
  int32_t layer_ = -1;
  ir::NodeId settled_ = 0;
  std::vector<Run> runs_;
  std::vector<std::shared_ptr<const Source>> sources_;
  std::vector<LayerCall> calls_;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_ORIGINS_H_
