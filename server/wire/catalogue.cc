#include "server/wire/catalogue.h"

#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/backend/registry.h"
#include "engine/data/functions.h"
#include "engine/ir/op.h"
#include "engine/nn/layer.h"
#include "engine/optim/update.h"
#include "engine/tensor/shape.h"
#include "server/wire/error_codec.h"

namespace fluxgate::wire {
namespace {

constexpr ir::OpKind kOps[] = {
#define UNARY(name, text, result, lo, hi, smooth) ir::OpKind::k##name,
#define BINARY(name, text, result, lo, hi, smooth) ir::OpKind::k##name,
#define SHAPED(name, text) ir::OpKind::k##name,
#include "engine/ir/op.def"
};

std::string Qualified(const nn::Function& function) {
  return function.exported ? std::string(function.name)
                           : absl::StrCat(function.package, ".", function.name);
}

}  // namespace

absl::Status FillCatalogue(v1::GetServerInfoResponse* response) {
  for (const std::string& name : DeviceNames()) {
    FG_ASSIGN_OR_RETURN(std::shared_ptr<Backend> backend, GetBackend(name));
    v1::Device* device = response->add_devices();
    device->set_name(name);
    device->set_description(backend->info().description);
  }
  for (ir::OpKind op : kOps) response->add_ops(std::string(ir::GetOpInfo(op).name));
  for (const nn::Layer& layer : nn::Layers()) {
    response->add_layers(std::string(layer.constructor.name));
  }
  // Rules are the functions with capitals; setup, update! and their kin are not.
  for (const nn::Function& function : optim::Functions()) {
    if (absl::ascii_isupper(function.name[0])) {
      response->add_optimisers(std::string(function.name));
    } else {
      response->add_functions(Qualified(function));
    }
  }
  for (const nn::Function& function : nn::Functions()) {
    response->add_functions(Qualified(function));
  }
  for (const nn::Function& function : data::Functions()) {
    response->add_functions(Qualified(function));
  }
  return absl::OkStatus();
}

uint32_t MaxRank() { return Shape::kMaxRank; }

}  // namespace fluxgate::wire
