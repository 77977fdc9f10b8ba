// Compiled once per instruction level, with ISA naming it, and with fused multiply-adds allowed.

#include "engine/backend/cpu/kernels/gemm_bodies.h"
#include "engine/backend/cpu/kernels/vector.h"

namespace fluxgate::cpu::ISA {
namespace {

// A block of c that fits the registers: two vectors of rows by so many columns.
constexpr int kRowVectors = 2;
constexpr int kColumns = kVectorBytes == 64 ? 12 : kVectorBytes == 32 ? 6 : 4;
// Rows of a panel of a: with two vectors of each it fills half a first-level cache.
constexpr int64_t kDepth = 256;
static_assert(kDepth * kRowVectors * kVectorBytes <= kGemmScratchBytes);

// c[rows × columns] = or += a panel × b. Row p of the panel begins at a + p * a_step and has
// `vectors` whole vectors; element (p, j) of b is at p * b_row + j * b_column.
template <typename T, int vectors, int columns>
[[gnu::always_inline]] inline void Block(const T* a, int64_t a_step, const T* b, int64_t b_row,
                                         int64_t b_column, int64_t depth, T* c, int64_t c_step,
                                         int64_t rows, bool add) {
  using V = Vector<T, kVectorBytes>;
  constexpr int kWidth = kVectorBytes / sizeof(T);
  V sums[columns][vectors];
  for (int j = 0; j < columns; ++j) {
    for (int v = 0; v < vectors; ++v) sums[j][v] = V{};
  }
  for (int64_t p = 0; p < depth; ++p) {
    V x[vectors];
    for (int v = 0; v < vectors; ++v) x[v] = LoadVector<T, kVectorBytes>(a + v * kWidth);
    for (int j = 0; j < columns; ++j) {
      const V y = Splat<T, kVectorBytes>(b[j * b_column]);
      for (int v = 0; v < vectors; ++v) sums[j][v] += x[v] * y;
    }
    a += a_step;
    b += b_row;
  }
  if (rows == vectors * kWidth) {
    for (int j = 0; j < columns; ++j) {
      for (int v = 0; v < vectors; ++v) {
        T* to = c + j * c_step + v * kWidth;
        StoreVector<T, kVectorBytes>(
            to, add ? LoadVector<T, kVectorBytes>(to) + sums[j][v] : sums[j][v]);
      }
    }
    return;
  }
  // Only the last vector is partial.
  alignas(64) T part[kWidth];
  const int64_t rest = rows - (vectors - 1) * kWidth;
  for (int j = 0; j < columns; ++j) {
    T* to = c + j * c_step;
    for (int v = 0; v < vectors - 1; ++v, to += kWidth) {
      StoreVector<T, kVectorBytes>(to,
                                   add ? LoadVector<T, kVectorBytes>(to) + sums[j][v] : sums[j][v]);
    }
    StoreVector<T, kVectorBytes>(part, sums[j][vectors - 1]);
    for (int64_t i = 0; i < rest; ++i) to[i] = add ? to[i] + part[i] : part[i];
  }
}

// All columns of c for one panel of a.
template <typename T, int vectors>
void Panel(const T* a, int64_t a_step, const T* b, int64_t b_row, int64_t b_column, int64_t depth,
           T* c, int64_t c_step, int64_t rows, int64_t n, bool add) {
  int64_t j = 0;
#define FLUXGATE_BLOCKS(columns)                                                      \
  for (; j + (columns) <= n; j += (columns)) {                                        \
    Block<T, vectors, (columns)>(a, a_step, b + j * b_column, b_row, b_column, depth, \
                                 c + j * c_step, c_step, rows, add);                  \
  }
  FLUXGATE_BLOCKS(kColumns)
  if constexpr (kColumns > 8) {
    FLUXGATE_BLOCKS(8)
  }
  if constexpr (kColumns > 4) {
    FLUXGATE_BLOCKS(4)
  }
  FLUXGATE_BLOCKS(2)
  FLUXGATE_BLOCKS(1)
#undef FLUXGATE_BLOCKS
}

// Rows [0, rows) of op(a), `depth` of its columns, as a panel of `width` rows. The rest of the
// panel is anything: its products are never stored. `after` elements of a follow the first one.
template <typename T, int width>
void Pack(const T* a, int64_t row_step, int64_t column_step, int64_t rows, int64_t depth,
          int64_t after, T* to) {
  if (row_step == 1) {
    for (int64_t p = 0; p < depth; ++p) {
      const T* from = a + p * column_step;
      T* column = to + p * width;
      if (p * column_step + width <= after) {
        for (int i = 0; i < width; ++i) column[i] = from[i];
      } else {
        for (int64_t i = 0; i < width; ++i) column[i] = i < rows ? from[i] : T(0);
      }
    }
    return;
  }
  if (rows < width) {
    for (int64_t i = 0; i < width * depth; ++i) to[i] = T(0);
  }
  // Transposed: read along the depth, in squares that stay in the cache.
  int64_t p = 0;
  for (; p + 8 <= depth; p += 8) {
    for (int64_t i = 0; i < rows; ++i) {
      const T* from = a + i * row_step + p;
      for (int q = 0; q < 8; ++q) to[(p + q) * width + i] = from[q];
    }
  }
  for (; p < depth; ++p) {
    for (int64_t i = 0; i < rows; ++i) to[p * width + i] = a[i * row_step + p];
  }
}

template <typename T>
void BlockedProduct(const GemmExtent& e, const T* a, const T* b, T* c, T* panel) {
  constexpr int kWidth = kVectorBytes / sizeof(T);
  constexpr int kPanelRows = kRowVectors * kWidth;
  const int64_t a_row = e.transpose_a ? e.k : 1;
  const int64_t a_column = e.transpose_a ? 1 : e.m;
  const int64_t b_row = e.transpose_b ? e.b_column : 1;
  const int64_t b_column = e.transpose_b ? 1 : e.b_column;
  // Whole panels of a small a, or of one that is read once or twice, are used where they lie.
  const bool near = e.m * e.k * static_cast<int64_t>(sizeof(T)) <= 16 * 1024;
  const bool direct = !e.transpose_a && (near || e.n <= 2 * kColumns);
  for (int64_t p = 0; p < e.k; p += kDepth) {
    const int64_t depth = e.k - p < kDepth ? e.k - p : kDepth;
    const T* b_block = b + p * b_row;
    for (int64_t i = 0; i < e.m; i += kPanelRows) {
      const int64_t rows = e.m - i < kPanelRows ? e.m - i : kPanelRows;
      const T* a_block = a + i * a_row + p * a_column;
      T* c_block = c + i;
      const bool add = p > 0;
      const int64_t after = e.m * e.k - (i * a_row + p * a_column);
      if (direct && rows == kPanelRows) {
        Panel<T, kRowVectors>(a_block, a_column, b_block, b_row, b_column, depth, c_block, e.m,
                              rows, e.n, add);
      } else if (direct && rows == kWidth) {
        Panel<T, 1>(a_block, a_column, b_block, b_row, b_column, depth, c_block, e.m, rows, e.n,
                    add);
      } else if (rows > kWidth) {
        Pack<T, kPanelRows>(a_block, a_row, a_column, rows, depth, after, panel);
        Panel<T, kRowVectors>(panel, kPanelRows, b_block, b_row, b_column, depth, c_block, e.m,
                              rows, e.n, add);
      } else {
        Pack<T, kWidth>(a_block, a_row, a_column, rows, depth, after, panel);
        Panel<T, 1>(panel, kWidth, b_block, b_row, b_column, depth, c_block, e.m, rows, e.n, add);
      }
    }
  }
}

// ---- One column: c = op(a) b --------------------------------------------------------------------

template <typename T, int vectors>
[[gnu::always_inline]] inline void ColumnBlock(const T* a, int64_t m, const T* b, int64_t k, T* c) {
  using V = Vector<T, kVectorBytes>;
  constexpr int kWidth = kVectorBytes / sizeof(T);
  V sums[vectors];
  for (int v = 0; v < vectors; ++v) sums[v] = V{};
  for (int64_t p = 0; p < k; ++p) {
    const V y = Splat<T, kVectorBytes>(b[p]);
    for (int v = 0; v < vectors; ++v) {
      sums[v] += LoadVector<T, kVectorBytes>(a + p * m + v * kWidth) * y;
    }
  }
  for (int v = 0; v < vectors; ++v) StoreVector<T, kVectorBytes>(c + v * kWidth, sums[v]);
}

template <typename T>
void ColumnProduct(int64_t m, int64_t k, const T* a, const T* b, T* c) {
  constexpr int kWidth = kVectorBytes / sizeof(T);
  int64_t i = 0;
  for (; i + 8 * kWidth <= m; i += 8 * kWidth) ColumnBlock<T, 8>(a + i, m, b, k, c + i);
  for (; i + 2 * kWidth <= m; i += 2 * kWidth) ColumnBlock<T, 2>(a + i, m, b, k, c + i);
  for (; i + kWidth <= m; i += kWidth) ColumnBlock<T, 1>(a + i, m, b, k, c + i);
  for (; i < m; ++i) {
    T sum = T(0);
    for (int64_t p = 0; p < k; ++p) sum += a[i + p * m] * b[p];
    c[i] = sum;
  }
}

// `columns` dot products at once: columns of a, each of length k, with b.
template <typename T, int columns>
[[gnu::always_inline]] inline void DotBlock(const T* a, const T* b, int64_t k, T* c) {
  using V = Vector<T, kVectorBytes>;
  constexpr int kWidth = kVectorBytes / sizeof(T);
  // Two chains each, to hide the latency of additions.
  V sums[columns][2];
  T rest[columns];
  for (int j = 0; j < columns; ++j) {
    sums[j][0] = sums[j][1] = V{};
    rest[j] = T(0);
  }
  int64_t p = 0;
  for (; p + 2 * kWidth <= k; p += 2 * kWidth) {
    const V y0 = LoadVector<T, kVectorBytes>(b + p);
    const V y1 = LoadVector<T, kVectorBytes>(b + p + kWidth);
    for (int j = 0; j < columns; ++j) {
      sums[j][0] += LoadVector<T, kVectorBytes>(a + j * k + p) * y0;
      sums[j][1] += LoadVector<T, kVectorBytes>(a + j * k + p + kWidth) * y1;
    }
  }
  for (; p + kWidth <= k; p += kWidth) {
    const V y = LoadVector<T, kVectorBytes>(b + p);
    for (int j = 0; j < columns; ++j) sums[j][0] += LoadVector<T, kVectorBytes>(a + j * k + p) * y;
  }
  for (; p < k; ++p) {
    for (int j = 0; j < columns; ++j) rest[j] += a[j * k + p] * b[p];
  }
  for (int j = 0; j < columns; ++j) {
    T sum = rest[j];
    if (k >= kWidth) {
      const V both = sums[j][0] + sums[j][1];
      alignas(64) T lanes[kWidth];
      StoreVector<T, kVectorBytes>(lanes, both);
      for (int half = kWidth / 2; half > 0; half /= 2) {
        for (int l = 0; l < half; ++l) lanes[l] += lanes[l + half];
      }
      sum += lanes[0];
    }
    c[j] = sum;
  }
}

template <typename T>
void DotProducts(int64_t m, int64_t k, const T* a, const T* b, T* c) {
  int64_t i = 0;
  for (; i + 4 <= m; i += 4) DotBlock<T, 4>(a + i * k, b, k, c + i);
  for (; i < m; ++i) DotBlock<T, 1>(a + i * k, b, k, c + i);
}

// ---- Few numbers --------------------------------------------------------------------------------

constexpr int64_t kFewProducts = 64;

template <typename T>
void PlainProduct(const GemmExtent& e, const T* a, const T* b, T* c) {
  const int64_t a_row = e.transpose_a ? e.k : 1;
  const int64_t a_column = e.transpose_a ? 1 : e.m;
  const int64_t b_row = e.transpose_b ? e.b_column : 1;
  const int64_t b_column = e.transpose_b ? 1 : e.b_column;
  for (int64_t j = 0; j < e.n; ++j) {
    for (int64_t i = 0; i < e.m; ++i) {
      T sum = a[i * a_row] * b[j * b_column];
      for (int64_t p = 1; p < e.k; ++p) {
        sum += a[i * a_row + p * a_column] * b[p * b_row + j * b_column];
      }
      c[i + j * e.m] = sum;
    }
  }
}

template <typename T>
void Product(const GemmExtent& e, const void* a_bytes, const void* b_bytes, void* c_bytes,
             void* scratch) {
  const T* a = static_cast<const T*>(a_bytes);
  const T* b = static_cast<const T*>(b_bytes);
  T* c = static_cast<T*>(c_bytes);
  if (e.m * e.n * e.k <= kFewProducts) return PlainProduct(e, a, b, c);
  if (e.n == 1) {
    return e.transpose_a ? DotProducts(e.m, e.k, a, b, c) : ColumnProduct(e.m, e.k, a, b, c);
  }
  // One row is one column of the transposed product.
  if (e.m == 1) {
    return e.transpose_b ? ColumnProduct(e.n, e.k, b, a, c) : DotProducts(e.n, e.k, b, a, c);
  }
  BlockedProduct(e, a, b, c, static_cast<T*>(scratch));
}

}  // namespace

void GemmFloat32(const GemmExtent& extent, const void* a, const void* b, void* c, void* scratch) {
  Product<float>(extent, a, b, c, scratch);
}
void GemmFloat64(const GemmExtent& extent, const void* a, const void* b, void* c, void* scratch) {
  Product<double>(extent, a, b, c, scratch);
}

}  // namespace fluxgate::cpu::ISA
