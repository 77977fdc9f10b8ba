#ifndef FLUXGATE_ENGINE_VALUE_ARRAY_H_
#define FLUXGATE_ENGINE_VALUE_ARRAY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "engine/ir/op.h"
#include "engine/value/trace.h"
#include "engine/value/value.h"

namespace fluxgate {

// The memory behind one or more arrays (an array, its reshapes and views). Its identity is what
// `===`, Params, tied parameters and a job's locks go by.
class Storage {
 public:
  explicit Storage(Tensor value);
  explicit Storage(NodeRef node);

  DType dtype() const { return dtype_; }
  // As it was made; the arrays that share the storage may see other dims.
  const Shape& shape() const { return shape_; }
  uint64_t id() const { return id_; }            // Unique in the process.
  uint64_t version() const { return version_; }  // Grows with each write.

  // The trace node of the present version; empty for an ordinary array.
  const NodeRef& node() const { return node_; }
  // The present value; inside a trace it is computed when first asked for.
  absl::StatusOr<Tensor> Read() const;

  // Replace the contents. FAILED_PRECONDITION naming the job while one holds the lock. Dtype and
  // the number of elements stay (REQUIRES), but for Resize, which push! uses.
  absl::Status Write(Tensor value);
  absl::Status Write(NodeRef node);
  absl::Status Resize(Tensor value);
  absl::Status Resize(NodeRef node);
  // Lets `change` write elements in place, without a copy when nobody else reads the value;
  // RESOURCE_EXHAUSTED when the copy does not fit. It must keep dtype and shape. REQUIRES: no
  // node().
  absl::Status Update(absl::FunctionRef<void(Tensor&)> change);
  // What a running job publishes, past its own lock.
  void Publish(Tensor value);

  // Set for the arguments of a gradient, which the function under differentiation may not write.
  bool is_argument() const { return is_argument_; }
  void set_argument() { is_argument_ = true; }

  // The job that writes this storage now, or empty. Set under the session's turn.
  const std::string& locked_by() const { return locked_by_; }
  void set_locked_by(std::string job) { locked_by_ = std::move(job); }

 private:
  absl::Status CheckUnlocked() const;

  DType dtype_;
  Shape shape_;
  const uint64_t id_;
  uint64_t version_ = 0;
  mutable Tensor value_;
  mutable bool has_value_ = false;
  NodeRef node_;
  bool is_argument_ = false;
  std::string locked_by_;
};

// Julia's Array of numbers: a mutable reference with identity. Inside a trace it carries its node.
class Array : public Object {
 public:
  static constexpr Kind kKind = Kind::kArray;

  explicit Array(Tensor value);
  explicit Array(NodeRef node);
  // Shares `storage` under other dims (reshape, vec) or as a strided part of it (view).
  Array(std::shared_ptr<Storage> storage, Shape shape);
  Array(std::shared_ptr<Storage> storage, Shape shape, ir::SliceAttr view);

  static Value Of(Tensor value) { return Value(std::make_shared<Array>(std::move(value))); }

  DType dtype() const { return storage_->dtype(); }
  const Shape& shape() const { return shape_; }
  const std::shared_ptr<Storage>& storage() const { return storage_; }
  // Set for a view: the slice of storage()->shape() that this array is (dims of count 1 that an
  // integer index removed are absent from shape()).
  const absl::optional<ir::SliceAttr>& view() const { return view_; }
  // Where in the storage the element with this flat index is.
  int64_t StorageOffset(int64_t flat) const;
  bool is_traced() const { return static_cast<bool>(storage_->node()); }

  // The elements now, with shape().
  absl::StatusOr<Tensor> Read() const;
  // Writes all elements in place (through a view too). REQUIRES: dtype() and shape() of `value`.
  absl::Status Write(Tensor value);
  // Other contents of another length (push!, resize!). INVALID_ARGUMENT for a view and for an array
  // that shares its storage with another.
  absl::Status Resize(Tensor value);
  absl::Status Resize(NodeRef node);

  // Shown as OneHotMatrix; the elements are ordinary Bools.
  bool one_hot = false;
  // The transpose of a vector: 1×n, and its product with a vector is a number.
  bool row_vector = false;
  // The lazy array that Julia has here, as its summary names it: "adjoint(::Matrix{Int64})". Empty:
  // an ordinary array. Only this object says so; whatever computes with it makes an ordinary one.
  std::string wrapper;
  // Bools that broadcasting made: Julia shows them as a BitArray.
  bool bits = false;

 private:
  absl::Status CheckResizable() const;

  std::shared_ptr<Storage> storage_;
  Shape shape_;
  absl::optional<ir::SliceAttr> view_;
};

// A number inside a trace. Behaves as a number everywhere; its value is computed when asked for.
class Traced : public Object {
 public:
  static constexpr Kind kKind = Kind::kTraced;
  explicit Traced(NodeRef n) : Object(kKind), node(std::move(n)) {}
  DType dtype() const { return node.trace->builder().dtype(node.id); }
  const NodeRef node;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_VALUE_ARRAY_H_
