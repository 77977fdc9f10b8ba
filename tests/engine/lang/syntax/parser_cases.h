#ifndef FLUXGATE_TESTS_ENGINE_LANG_SYNTAX_PARSER_CASES_H_
#define FLUXGATE_TESTS_ENGINE_LANG_SYNTAX_PARSER_CASES_H_

#include <cstddef>

#include "engine/lang/syntax/ast_printer.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/syntax/parser.h"
#include "gtest/gtest.h"

namespace fluxgate::lang {

struct Case {
  const char* text;
  const char* tree;
};

template <size_t n>
inline void Check(const Case (&cases)[n]) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto program = Parse("test", c.text);
    ASSERT_TRUE(program.ok()) << FormatError(program.status());
    EXPECT_EQ(PrintAst(**program), c.tree);
  }
}

}  // namespace fluxgate::lang

#endif  // FLUXGATE_TESTS_ENGINE_LANG_SYNTAX_PARSER_CASES_H_
