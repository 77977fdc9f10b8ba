#include "engine/value/heap.h"

#include <utility>

namespace fluxgate {
namespace {

std::shared_ptr<Heap>& CurrentHeap() {
  static thread_local std::shared_ptr<Heap> current;
  return current;
}

}  // namespace

const std::shared_ptr<Heap>& Heap::Current() { return CurrentHeap(); }

ScopedHeap::ScopedHeap(std::shared_ptr<Heap> heap)
    : previous_(std::exchange(CurrentHeap(), std::move(heap))) {}
ScopedHeap::~ScopedHeap() { CurrentHeap() = std::move(previous_); }

void Heap::Clear() {
  // Freed after the lock: an object that ends leaves the list.
  std::vector<Value> values;
  MutexLock lock(mutex_);
  for (HeapObject* object = first_; object != nullptr; object = object->next_) {
    object->Surrender(values);
  }
}

HeapObject::HeapObject(Kind kind) : Object(kind), heap_(Heap::Current()) {
  if (heap_ == nullptr) return;
  MutexLock lock(heap_->mutex_);
  next_ = heap_->first_;
  if (next_ != nullptr) next_->previous_ = this;
  heap_->first_ = this;
}

HeapObject::~HeapObject() {
  if (heap_ == nullptr) return;
  MutexLock lock(heap_->mutex_);
  if (next_ != nullptr) next_->previous_ = previous_;
  (previous_ != nullptr ? previous_->next_ : heap_->first_) = next_;
}

}  // namespace fluxgate
