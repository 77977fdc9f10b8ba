#ifndef FLUXGATE_ENGINE_VALUE_HEAP_H_
#define FLUXGATE_ENGINE_VALUE_HEAP_H_

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"
#include "engine/value/value.h"

namespace fluxgate {

class HeapObject;

// The mutable objects of one workspace. References are counted, so what refers to itself
// (`d[:self] = d`) outlives every name; a workspace's heap ends it with the workspace. Thread-safe.
class Heap {
 public:
  // Takes the values out of all objects, and with them what only those held. REQUIRES: nobody looks
  // into an object of this heap again.
  void Clear();

  // The heap that objects made on this thread belong to; null: none.
  static const std::shared_ptr<Heap>& Current();

 private:
  friend class HeapObject;
  Mutex mutex_;
  HeapObject* first_ ABSL_GUARDED_BY(mutex_) = nullptr;  // A list through the objects.
};

// Makes `heap` the current one of this thread for the life of the object.
class ScopedHeap {
 public:
  explicit ScopedHeap(std::shared_ptr<Heap> heap);
  ~ScopedHeap();
  ScopedHeap(const ScopedHeap&) = delete;
  ScopedHeap& operator=(const ScopedHeap&) = delete;

 private:
  std::shared_ptr<Heap> previous_;
};

// An object whose values can be replaced, so that it can come to hold itself.
class HeapObject : public Object {
 public:
  explicit HeapObject(Kind kind);
  ~HeapObject() override;

 protected:
  friend class Heap;
  // Moves the values that it holds to `to`, freeing none.
  virtual void Surrender(std::vector<Value>& to) = 0;

 private:
  const std::shared_ptr<Heap> heap_;
  HeapObject* previous_ = nullptr;  // Guarded by the heap's mutex, as is next_.
  HeapObject* next_ = nullptr;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_VALUE_HEAP_H_
