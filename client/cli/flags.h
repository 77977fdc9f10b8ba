#ifndef FLUXGATE_CLIENT_CLI_FLAGS_H_
#define FLUXGATE_CLIENT_CLI_FLAGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/types/optional.h"

// Of every command.
ABSL_DECLARE_FLAG(std::string, server);
ABSL_DECLARE_FLAG(std::string, session);
ABSL_DECLARE_FLAG(std::string, tls_ca);
ABSL_DECLARE_FLAG(std::string, token_file);

// Of eval and run.
ABSL_DECLARE_FLAG(uint32_t, timeout);

// Of derive.
ABSL_DECLARE_FLAG(uint32_t, order);
ABSL_DECLARE_FLAG(std::string, at);

// Of push.
ABSL_DECLARE_FLAG(std::string, label);
ABSL_DECLARE_FLAG(bool, onehot);
ABSL_DECLARE_FLAG(double, scale);
ABSL_DECLARE_FLAG(double, split);
ABSL_DECLARE_FLAG(absl::optional<uint64_t>, seed);  // and of train

// Of train.
ABSL_DECLARE_FLAG(std::string, loss);
ABSL_DECLARE_FLAG(std::string, optimiser);
ABSL_DECLARE_FLAG(std::string, data);
ABSL_DECLARE_FLAG(std::string, validation);
ABSL_DECLARE_FLAG(std::vector<std::string>, metrics);
ABSL_DECLARE_FLAG(uint32_t, epochs);
ABSL_DECLARE_FLAG(uint32_t, batch_size);
ABSL_DECLARE_FLAG(bool, shuffle);
ABSL_DECLARE_FLAG(uint32_t, mark_every);
ABSL_DECLARE_FLAG(bool, detach);
ABSL_DECLARE_FLAG(std::string, tensorboard);  // and of watch

ABSL_DECLARE_FLAG(bool, explain);

// Of explain; and --loss, --optimiser, --data, --batch_size of train.
ABSL_DECLARE_FLAG(std::vector<std::string>, dims);

// Of rewind.
ABSL_DECLARE_FLAG(std::string, job);
ABSL_DECLARE_FLAG(absl::optional<uint32_t>, step);

// Of params.
ABSL_DECLARE_FLAG(std::string, out);
ABSL_DECLARE_FLAG(std::string, in);

// Of watch.
ABSL_DECLARE_FLAG(uint32_t, after_event);

#endif  // FLUXGATE_CLIENT_CLI_FLAGS_H_
