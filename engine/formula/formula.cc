#include "engine/formula/formula.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/formula/algebra.h"
#include "engine/formula/printer.h"

namespace fluxgate::formula {
namespace {

using ir::Node;
using ir::NodeId;
using ir::OpKind;

// Longer graphs make formulas that nobody reads.
constexpr size_t kMaxNodes = 2000;
constexpr int64_t kMaxElements = 64;  // of a vector that is written out

// A number, as the decimal digits give it that a Float32 was written with.
double AsWritten(const Tensor& value, int64_t element = 0) {
  const double number = value.ElementAsDouble(element);
  if (value.dtype() != DType::kFloat32 || std::floor(number) == number) return number;
  const auto single = static_cast<float>(number);
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof(digits) - 1, single);
  *end.ptr = '\0';
  return std::strtod(digits, nullptr);
}

std::string Digits(double number) {
  char digits[64];
  return std::string(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

// [1, 2] or [1 2; 3 4].
std::string Literal(const Tensor& array) {
  const bool matrix = array.shape().rank() == 2;
  const int64_t rows = array.shape().dim(0), columns = matrix ? array.shape().dim(1) : 1;
  std::string text = "[";
  for (int64_t r = 0; r < rows; ++r) {
    absl::StrAppend(&text, r == 0 ? "" : matrix ? "; " : ", ");
    for (int64_t c = 0; c < columns; ++c) {
      absl::StrAppend(&text, c == 0 ? "" : " ", Digits(AsWritten(array, r + c * rows)));
    }
  }
  // [1;;] is a matrix, [1] is not.
  return absl::StrCat(text, matrix && columns == 1 ? ";;]" : "]");
}

Dims DimsOf(const Shape& shape) { return {shape.dims().begin(), shape.dims().end()}; }

// The terms of a graph's nodes, in order: operands come first.
class Reader {
 public:
  Reader(const ir::Graph& graph, const Known& known, Algebra& algebra)
      : graph_(graph), known_(known), algebra_(algebra), terms_(graph.nodes.size(), -1) {
    for (const auto& [id, name] : known.variables) {
      if (terms_[id] < 0) terms_[id] = algebra.Symbol(name, DimsOf(graph.node(id).shape));
    }
  }

  absl::StatusOr<TermId> Read(NodeId id) {
    std::vector<bool> needed(graph_.nodes.size());
    needed[id] = true;
    size_t count = 0;
    for (NodeId i = id; i >= 0; --i) {
      if (!needed[i] || terms_[i] >= 0) continue;
      if (++count > kMaxNodes) {
        return absl::ResourceExhaustedError(absl::StrCat("the formula has more than ", kMaxNodes,
                                                         " operations, which nobody would read"));
      }
      for (const NodeId operand : graph_.node(i).operands) needed[operand] = true;
    }
    for (NodeId i = 0; i <= id; ++i) {
      if (!needed[i] || terms_[i] >= 0) continue;
      FG_ASSIGN_OR_RETURN(terms_[i], Term(i));
    }
    return Whole(terms_[id], graph_.node(id).shape);
  }

 private:
  TermId operand(const Node& node, int i) const { return terms_[node.operands[i]]; }
  const Shape& shape(const Node& node, int i) const { return graph_.node(node.operands[i]).shape; }

  absl::Status Unsupported(const Node& node) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "the operation \"", GetOpInfo(node.op).name,
        "\" has no place in a formula; those of numbers, those of each element of an array, sums "
        "over dims and products of matrices have"));
  }

  // The term with the shape that its node has: what broadcasting left to the elements is made so.
  TermId Whole(TermId term, const Shape& shape) {
    if (algebra_.at(term).dims == DimsOf(shape)) return term;
    if (shape.num_elements() == 1 && algebra_.at(term).dims.empty() && shape.rank() == 0) {
      return term;
    }
    const std::string dims = absl::StrJoin(shape.dims(), ", ");
    if (algebra_.at(term).dims.empty()) {
      return algebra_.Call("fill", {term}, DimsOf(shape), absl::StrCat(", ", dims));
    }
    return algebra_.Multiply(
        term, algebra_.Call("ones", {}, DimsOf(shape), absl::StrCat("(", dims, ")")));
  }

  absl::StatusOr<TermId> Term(NodeId id) {
    const Node& node = graph_.node(id);
    const TermId a = node.operands.empty() ? -1 : operand(node, 0);
    const TermId b = node.operands.size() > 1 ? operand(node, 1) : -1;
    switch (node.op) {
      case OpKind::kInput: {
        const auto it = known_.numbers.find(id);
        if (it != known_.numbers.end() && it->second.num_elements() == 1) {
          return algebra_.Number(AsWritten(it->second));
        }
        return absl::InvalidArgumentError(
            "the function reads an array that has no name in the workspace");
      }
      case OpKind::kConstant:
        return Constant(node);

      case OpKind::kNeg:
        return algebra_.Negate(a);
      case OpKind::kSqrt:
        return algebra_.Power(a, algebra_.Number(0.5));
      case OpKind::kExp2:
        return algebra_.Power(algebra_.Number(2), a);
      case OpKind::kSigmoid:
        return Function("σ", a, nullptr);
      case OpKind::kExp:
        return Function("exp", a, std::exp);
      case OpKind::kLog:
        return Function("log", a, std::log);
      case OpKind::kSin:
        return Function("sin", a, std::sin);
      case OpKind::kCos:
        return Function("cos", a, std::cos);
      case OpKind::kTan:
        return Function("tan", a, std::tan);
      case OpKind::kTanh:
        return Function("tanh", a, std::tanh);
      case OpKind::kSinh:
        return Function("sinh", a, std::sinh);
      case OpKind::kCosh:
        return Function("cosh", a, std::cosh);
      case OpKind::kAbs:
        return Function("abs", a, std::fabs);
      case OpKind::kNot:
        return algebra_.Each("!", {a});
      case OpKind::kBarrier:
      case OpKind::kStopGradient:
      case OpKind::kBroadcast:
        return a;
      case OpKind::kCast:
        return IsFloat(node.dtype) || !IsFloat(graph_.node(node.operands[0]).dtype)
                   ? absl::StatusOr<TermId>(a)
                   : Unsupported(node);

      case OpKind::kAdd:
        return algebra_.Add(a, b);
      case OpKind::kSub:
        return algebra_.Subtract(a, b);
      case OpKind::kMul:
        return algebra_.Multiply(a, b);
      case OpKind::kDiv:
        return algebra_.Divide(a, b);
      case OpKind::kPow:
        return algebra_.Power(a, b);
      case OpKind::kMax:
      case OpKind::kMin:
      case OpKind::kRem:
      case OpKind::kMod:
        return algebra_.Each(GetOpInfo(node.op).name, {a, b});
      case OpKind::kIDiv:
        return algebra_.Each("div", {a, b});
      case OpKind::kAtan2:
        return algebra_.Each("atan", {a, b});
      case OpKind::kEq:
        return algebra_.Each("==", {a, b});
      case OpKind::kNe:
        return algebra_.Each("!=", {a, b});
      case OpKind::kLt:
        // As people write it: x > 0.
        return algebra_.IsNumber(a) ? algebra_.Each(">", {b, a}) : algebra_.Each("<", {a, b});
      case OpKind::kLe:
        return algebra_.IsNumber(a) ? algebra_.Each(">=", {b, a}) : algebra_.Each("<=", {a, b});
      case OpKind::kAnd:
        return algebra_.Each("&", {a, b});
      case OpKind::kOr:
        return algebra_.Each("|", {a, b});
      case OpKind::kSelect:
        return Select(node);

      case OpKind::kSum:
        return Sum(node);
      case OpKind::kMatMul:
        return MatMul(node);
      case OpKind::kPermute: {
        if (node.shape.rank() != 2) return Unsupported(node);
        if (algebra_.at(a).dims.empty()) return a;
        return algebra_.Call("'", {Whole(a, shape(node, 0))}, DimsOf(node.shape));
      }
      case OpKind::kReshape:
        return Reshape(node);
      case OpKind::kSlice:
        return Slice(node);
      case OpKind::kPadSlice:
        return PadSlice(node);

      case OpKind::kErf:  // text has no such function
        return Unsupported(node);
      default: {
        // A function of each element is called what its row is called.
        const ir::OpInfo& info = GetOpInfo(node.op);
        if (info.elementwise && info.arity == 1) return Function(info.name, a, nullptr);
        return Unsupported(node);
      }
    }
  }

  absl::StatusOr<TermId> Constant(const Node& node) {
    const Tensor& value = std::get<ir::ConstantAttr>(node.attr).value;
    const int rank = value.shape().rank();
    if (value.num_elements() != 1 || rank > 0) {
      if (rank > 2 || value.num_elements() == 0 || value.num_elements() > kMaxElements) {
        return absl::InvalidArgumentError(
            "the function has an array in it that is too large to be written out; give it a name");
      }
      return algebra_.Call(Literal(value), {}, DimsOf(value.shape()));
    }
    const double number = value.ElementAsDouble(0);
    // Those that derivatives bring along.
    if (number == M_PI) return algebra_.Call("π", {}, {});
    for (const double n : {2.0, 10.0}) {
      if (number == std::log(n)) return algebra_.Call("log", {algebra_.Number(n)}, {});
    }
    return algebra_.Number(AsWritten(value));
  }

  // Of a number it is computed when that makes the text no less telling: cos(0) is 1, but exp(1)
  // stays.
  TermId Function(absl::string_view name, TermId a, double (*function)(double)) {
    if (function != nullptr && algebra_.IsNumber(a)) {
      const double argument = algebra_.at(a).number, value = function(argument);
      if (std::floor(argument) != argument || std::floor(value) == value) {
        return algebra_.Number(value);
      }
    }
    return algebra_.Each(name, {a});
  }

  // Whether the condition says that `tested`, or what `tested` is the magnitude of, is 0.
  bool TestsForZero(TermId condition, TermId tested) const {
    const formula::Term& t = algebra_.at(condition);
    if (t.name == "&") return TestsForZero(t.args[0], tested) || TestsForZero(t.args[1], tested);
    if (t.name != "==") return false;
    const formula::Term& magnitude = algebra_.at(tested);
    const bool is_magnitude =
        magnitude.kind == formula::Term::Kind::kCall && magnitude.name == "abs";
    const TermId inside = is_magnitude ? magnitude.args[0] : tested;
    for (const int side : {0, 1}) {
      if (!algebra_.IsNumber(t.args[1 - side], 0)) continue;
      if (t.args[side] == tested || t.args[side] == inside) return true;
    }
    return false;
  }

  TermId Select(const Node& node) {
    const TermId condition = operand(node, 0), a = operand(node, 1), b = operand(node, 2);
    if (a == b) return a;
    // A number that stands in for what is 0, so that 0^0 and log 0 have a derivative.
    if (algebra_.IsNumber(a) && TestsForZero(condition, b)) return b;
    return algebra_.Each("ifelse", {condition, a, b});
  }

  // What broadcasting left to the elements counts as often as there are elements.
  TermId Sum(const Node& node) {
    TermId term = operand(node, 0);
    const Shape& whole = shape(node, 0);
    const Dims have = algebra_.at(term).dims;
    const auto size = [&](int d) { return d < static_cast<int>(have.size()) ? have[d] : 1; };
    double copies = 1;
    std::vector<int> dims;  // over which there is something to add up, from 1
    Dims rest = have;
    for (const int d : std::get<ir::DimsAttr>(node.attr).dims) {
      if (size(d) == whole.dim(d)) {
        if (size(d) != 1) dims.push_back(d + 1);
      } else {
        copies *= static_cast<double>(whole.dim(d));
      }
      if (d < static_cast<int>(rest.size())) rest[d] = 1;
    }
    if (!dims.empty()) {
      bool all = true;
      for (size_t d = 0; d < rest.size(); ++d) all = all && rest[d] == 1;
      const std::string which = dims.size() == 1
                                    ? absl::StrCat(dims[0])
                                    : absl::StrCat("(", absl::StrJoin(dims, ", "), ")");
      term = all ? algebra_.Call("sum", {term}, {})
                 : algebra_.Call("sum", {term}, rest, absl::StrCat("; dims = ", which));
    }
    return algebra_.Multiply(algebra_.Number(copies), term);
  }

  absl::StatusOr<TermId> MatMul(const Node& node) {
    const auto& attr = std::get<ir::MatMulAttr>(node.attr);
    const auto side = [&](int i, bool transposed) {
      const TermId whole = Whole(operand(node, i), shape(node, i));
      if (!transposed) return whole;
      Dims dims = DimsOf(shape(node, i));
      std::swap(dims[0], dims[1]);
      return algebra_.Call("'", {whole}, dims);
    };
    if (node.shape.rank() > 2) return Unsupported(node);
    return algebra_.Call("*", {side(0, attr.transpose_a), side(1, attr.transpose_b)},
                         DimsOf(node.shape));
  }

  absl::StatusOr<TermId> Reshape(const Node& node) {
    const TermId a = operand(node, 0);
    if (algebra_.at(a).dims.empty()) return a;
    const Dims dims = DimsOf(node.shape);
    if (node.shape.num_elements() == 1) return algebra_.Call("only", {a}, {});
    const TermId whole = Whole(a, shape(node, 0));
    if (dims.size() == 1) return algebra_.Call("vec", {whole}, dims);
    return algebra_.Call("reshape", {whole}, dims, absl::StrCat(", ", absl::StrJoin(dims, ", ")));
  }

  absl::StatusOr<TermId> Slice(const Node& node) {
    // Each of equal elements is the same.
    if (algebra_.at(operand(node, 0)).dims.empty()) return operand(node, 0);
    const auto& slice = std::get<ir::SliceAttr>(node.attr);
    std::vector<std::string> indices;
    for (size_t d = 0; d < slice.start.size(); ++d) {
      if (slice.count[d] == 0) return Unsupported(node);
      const int64_t first = slice.start[d] + 1;
      const int64_t last = first + (slice.count[d] - 1) * slice.step[d];
      indices.push_back(node.shape.num_elements() == 1 ? absl::StrCat(first)
                        : slice.step[d] == 1           ? absl::StrCat(first, ":", last)
                                             : absl::StrCat(first, ":", slice.step[d], ":", last));
    }
    const TermId whole = Whole(operand(node, 0), shape(node, 0));
    if (algebra_.at(whole).kind == formula::Term::Kind::kSymbol && node.shape.num_elements() == 1) {
      return algebra_.Symbol(
          absl::StrCat(algebra_.at(whole).name, "[", absl::StrJoin(indices, ", "), "]"));
    }
    return algebra_.Call("[]", {whole},
                         node.shape.num_elements() == 1 ? Dims() : DimsOf(node.shape),
                         absl::StrCat("[", absl::StrJoin(indices, ", "), "]"));
  }

  // One number among zeros.
  absl::StatusOr<TermId> PadSlice(const Node& node) {
    const auto& slice = std::get<ir::SliceAttr>(node.attr);
    if (node.shape.rank() != 1 || slice.count[0] != 1 || node.shape.dim(0) > kMaxElements) {
      return Unsupported(node);
    }
    std::vector<TermId> elements(static_cast<size_t>(node.shape.dim(0)), algebra_.Number(0));
    elements[static_cast<size_t>(slice.start[0])] = operand(node, 0);
    return algebra_.Vector(std::move(elements));
  }

  const ir::Graph& graph_;
  const Known& known_;
  Algebra& algebra_;
  std::vector<TermId> terms_;  // by node; -1: not read yet
};

}  // namespace

absl::StatusOr<std::string> ToJulia(const ir::Graph& graph, ir::NodeId node, const Known& known) {
  Algebra algebra;
  FG_ASSIGN_OR_RETURN(const TermId term, Reader(graph, known, algebra).Read(node));
  return Print(algebra, term);
}

}  // namespace fluxgate::formula
