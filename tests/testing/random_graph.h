#ifndef FLUXGATE_TESTS_TESTING_RANDOM_GRAPH_H_
#define FLUXGATE_TESTS_TESTING_RANDOM_GRAPH_H_

#include <cstdint>
#include <vector>

#include "engine/ir/graph.h"

namespace fluxgate::testing {

struct RandomGraph {
  ir::Graph graph;
  std::vector<Tensor> inputs;
};

struct RandomGraphOptions {
  int nodes = 40;
  int outputs = 4;
  bool products = true;  // MatMul
};

// A graph of all kinds of ops over a few small shapes, with inputs to run it on. The same seed
// gives the same graph.
RandomGraph MakeRandomGraph(uint32_t seed, const RandomGraphOptions& options = {});

// Elements drawn between lo and hi; integers are truncated.
Tensor RandomTensor(DType dtype, const Shape& shape, double lo, double hi, uint32_t seed);

}  // namespace fluxgate::testing

#endif  // FLUXGATE_TESTS_TESTING_RANDOM_GRAPH_H_
