#ifndef FLUXGATE_CLIENT_CLI_PARAMETER_TABLE_H_
#define FLUXGATE_CLIENT_CLI_PARAMETER_TABLE_H_

#include <string>

#include "proto/fluxgate/v1/train.pb.h"

namespace fluxgate::client {

// What a training did to each number of a small model: a line each with the number before the first
// step, its gradient then, and the number after the last step. Says so when the event has none.
std::string ParameterTable(const v1::TrainDone& done);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_PARAMETER_TABLE_H_
