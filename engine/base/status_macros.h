#ifndef FLUXGATE_ENGINE_BASE_STATUS_MACROS_H_
#define FLUXGATE_ENGINE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function when `expr`, an absl::Status, is an error.
#define FG_RETURN_IF_ERROR(expr)                            \
  do {                                                      \
    if (absl::Status fg_status = (expr); !fg_status.ok()) { \
      return fg_status;                                     \
    }                                                       \
  } while (false)

// FG_ASSIGN_OR_RETURN(auto x, F()): x is F()'s value, or the enclosing function returns its error.
#define FG_ASSIGN_OR_RETURN(lhs, expr) \
  FG_ASSIGN_OR_RETURN_IMPL_(FG_CONCAT_(fg_status_or_, __LINE__), lhs, expr)
#define FG_ASSIGN_OR_RETURN_IMPL_(var, lhs, expr) \
  auto var = (expr);                              \
  if (!var.ok()) return std::move(var).status();  \
  lhs = *std::move(var)
#define FG_CONCAT_(a, b) FG_CONCAT_IMPL_(a, b)
#define FG_CONCAT_IMPL_(a, b) a##b

#endif  // FLUXGATE_ENGINE_BASE_STATUS_MACROS_H_
