#include "engine/value/flatten.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "engine/base/status_macros.h"
#include "engine/value/struct.h"

namespace fluxgate {
namespace {

constexpr size_t kMaxDepth = 10'000;
// A value whose parts are shared can unfold to more leaves than memory holds.
constexpr int64_t kMaxNodes = 5'000'000;

std::string WithoutDot(absl::string_view path) {
  absl::ConsumePrefix(&path, ".");
  return std::string(path);
}

std::vector<Child> AllChildren(const Value& value) {
  return value.object() == nullptr ? std::vector<Child>() : value.object()->Children();
}

std::vector<Child> TrainableChildren(const Value& value) {
  std::vector<Child> children = AllChildren(value);
  const Struct* s = value.As<Struct>();
  if (s == nullptr || !s->type->trainable) return children;
  const std::vector<std::string>& names = *s->type->trainable;
  children.erase(std::remove_if(children.begin(), children.end(),
                                [&](const Child& child) {
                                  return std::find(names.begin(), names.end(),
                                                   WithoutDot(child.step)) == names.end();
                                }),
                 children.end());
  return children;
}

// Depth first with a stack of its own. `enter` gives the children of a value; `leaf` sees those
// without any; `leave` a composite after its children.
class Walker {
 public:
  using Enter = absl::FunctionRef<std::vector<Child>(const Value&)>;
  using Visit = absl::FunctionRef<absl::Status(const std::string& path, const Value&)>;

  static absl::Status Walk(const Value& root, Enter enter, Visit leaf, Visit leave) {
    struct Frame {
      Value value;
      std::vector<Child> children;
      size_t next = 0;
      size_t path_size = 0;
    };
    std::vector<Frame> stack;
    std::string path;
    int64_t visited = 0;
    const auto push = [&](const Value& value, size_t path_size) -> absl::Status {
      if (++visited > kMaxNodes) {
        return absl::ResourceExhaustedError("the value has too many parts to walk");
      }
      std::vector<Child> children = enter(value);
      if (children.empty()) {
        FG_RETURN_IF_ERROR(leaf(WithoutDot(path), value));
        path.resize(path_size);
        return absl::OkStatus();
      }
      if (stack.size() >= kMaxDepth) {
        return absl::InvalidArgumentError(
            absl::StrCat("the value contains itself or is nested deeper than ", kMaxDepth));
      }
      stack.push_back({value, std::move(children), 0, path_size});
      return absl::OkStatus();
    };
    FG_RETURN_IF_ERROR(push(root, 0));
    while (!stack.empty()) {
      Frame& top = stack.back();
      if (top.next < top.children.size()) {
        const Child child = std::move(top.children[top.next++]);
        const size_t size = path.size();
        path += child.step;
        FG_RETURN_IF_ERROR(push(child.value, size));
        continue;
      }
      FG_RETURN_IF_ERROR(leave(WithoutDot(path), top.value));
      path.resize(top.path_size);
      stack.pop_back();
    }
    return absl::OkStatus();
  }
};

absl::Status Ignore(const std::string&, const Value&) { return absl::OkStatus(); }

}  // namespace

absl::StatusOr<std::vector<Leaf>> Flatten(const Value& value) {
  std::vector<Leaf> leaves;
  FG_RETURN_IF_ERROR(Walker::Walk(
      value, AllChildren,
      [&](const std::string& path, const Value& leaf) {
        leaves.push_back({path, leaf});
        return absl::OkStatus();
      },
      Ignore));
  return leaves;
}

absl::StatusOr<std::vector<Leaf>> Trainables(const Value& model) {
  std::vector<Leaf> leaves;
  absl::flat_hash_set<const Storage*> seen;
  FG_RETURN_IF_ERROR(Walker::Walk(
      model, TrainableChildren,
      [&](const std::string& path, const Value& leaf) {
        const Array* array = leaf.As<Array>();
        if (array != nullptr && IsFloat(array->dtype()) &&
            seen.insert(array->storage().get()).second) {
          leaves.push_back({path, leaf});
        }
        return absl::OkStatus();
      },
      Ignore));
  return leaves;
}

absl::StatusOr<Value> MapLeaves(
    const Value& value,
    absl::FunctionRef<absl::StatusOr<Value>(const std::string& path, const Value& leaf)> f) {
  // Results not yet taken up by their parent.
  std::vector<Value> done;
  FG_RETURN_IF_ERROR(Walker::Walk(
      value, AllChildren,
      [&](const std::string& path, const Value& leaf) -> absl::Status {
        FG_ASSIGN_OR_RETURN(Value mapped, f(path, leaf));
        done.push_back(std::move(mapped));
        return absl::OkStatus();
      },
      [&](const std::string&, const Value& composite) {
        const size_t count = composite.object()->Children().size();
        std::vector<Value> children(std::make_move_iterator(done.end() - count),
                                    std::make_move_iterator(done.end()));
        done.resize(done.size() - count);
        done.push_back(composite.object()->WithChildren(std::move(children)));
        return absl::OkStatus();
      }));
  return std::move(done.back());
}

absl::StatusOr<Value> AtPath(const Value& value, absl::string_view path) {
  Value at = value;
  const bool bare = !path.empty() && path[0] != '.' && path[0] != '[';
  const std::string rest = absl::StrCat(bare ? "." : "", path);
  size_t begin = 0;
  while (begin < rest.size()) {
    const absl::string_view remaining = absl::string_view(rest).substr(begin);
    std::vector<Child> children = AllChildren(at);
    const Child* found = nullptr;
    for (const Child& child : children) {
      if (!absl::StartsWith(remaining, child.step)) continue;
      const absl::string_view after = remaining.substr(child.step.size());
      if (after.empty() || after[0] == '.' || after[0] == '[') {
        found = &child;
        break;
      }
    }
    if (found == nullptr) {
      const size_t step_end = remaining.find_first_of(".[", 1);
      std::vector<std::string> names;
      for (size_t i = 0; i < children.size() && i < 20; ++i) {
        names.push_back(WithoutDot(children[i].step));
      }
      const std::string parent = WithoutDot(absl::string_view(rest).substr(0, begin));
      return absl::NotFoundError(
          absl::StrCat("there is no ", WithoutDot(remaining.substr(0, step_end)), " in ",
                       parent.empty() ? "the value" : parent,
                       names.empty() ? ", which has no parts"
                                     : absl::StrCat("; it has ", absl::StrJoin(names, ", "),
                                                    children.size() > 20 ? ", ..." : "")));
    }
    begin += found->step.size();
    Value next = found->value;
    at = std::move(next);
  }
  return at;
}

}  // namespace fluxgate
