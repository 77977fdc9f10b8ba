#ifndef FLUXGATE_CLIENT_CLI_ARGUMENTS_H_
#define FLUXGATE_CLIENT_CLI_ARGUMENTS_H_

#include <string>
#include <vector>

namespace fluxgate::client {

// The command line with the text of `eval` out of the flags' way: one that begins with a minus, as
// -2^2 does, moves to the end, behind "--". A flag of the program stays a flag.
std::vector<std::string> ProtectText(std::vector<std::string> arguments);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_ARGUMENTS_H_
