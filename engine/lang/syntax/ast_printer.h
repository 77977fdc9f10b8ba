#ifndef FLUXGATE_ENGINE_LANG_SYNTAX_AST_PRINTER_H_
#define FLUXGATE_ENGINE_LANG_SYNTAX_AST_PRINTER_H_

#include <string>

#include "engine/lang/syntax/ast.h"

namespace fluxgate::lang {

// The tree as an s-expression on one line, for tests: "(= x (+ 1 (* 2 y)))".
std::string PrintAst(const Node& node);
// Statements joined by "; "; one that is not shown ends with "#".
std::string PrintAst(const Program& program);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_SYNTAX_AST_PRINTER_H_
