#include "client/cli/flags.h"

#include "absl/flags/flag.h"

ABSL_FLAG(std::string, server, "127.0.0.1:50051", "address of the server");
ABSL_FLAG(std::string, session, "", "session to work in; the server's default one when empty");
ABSL_FLAG(std::string, tls_ca, "",
          "PEM file with the certificates to trust, for a server that speaks TLS");
ABSL_FLAG(std::string, token_file, "",
          "file with the bearer token, for a server that wants one; the environment variable "
          "FLUXGATE_TOKEN when empty");

ABSL_FLAG(uint32_t, timeout, 0,
          "eval, run: seconds that the text may take; 0: 30 s for eval, no bound for run");

ABSL_FLAG(uint32_t, order, 1, "derive: how often to derive");
ABSL_FLAG(std::string, at, "",
          "derive: arguments, for a function of arrays or one that branches: '[1, 2], 3'");

ABSL_FLAG(std::string, label, "", "push: the CSV column that becomes y; the others become x");
ABSL_FLAG(bool, onehot, false, "push: y is one-hot, a row for each label in sorted order");
ABSL_FLAG(double, scale, 1.0, "push: multiplies x");
ABSL_FLAG(double, split, 0.0,
          "push: holds out this share of the examples, at random, as NAME_test");
ABSL_FLAG(absl::optional<uint64_t>, seed, absl::nullopt,
          "push: seeds the split; train: seeds the session's random numbers");

ABSL_FLAG(std::string, loss, "",
          "train, explain: a workspace function of (model, x, y), or a built-in");
ABSL_FLAG(std::string, optimiser, "", "train, explain: Julia text such as 'Adam(0.001)'");
ABSL_FLAG(std::string, data, "", "train, explain: the dataset; the session's only one when empty");
ABSL_FLAG(std::string, validation, "", "train: a dataset to report loss and metrics on");
ABSL_FLAG(std::vector<std::string>, metrics, {}, "train: reported after each epoch, as accuracy");
ABSL_FLAG(uint32_t, epochs, 1, "train: how often to go through the data");
ABSL_FLAG(uint32_t, batch_size, 0, "train, explain: examples in a batch; 0: all of the data");
ABSL_FLAG(bool, shuffle, false, "train: another order each epoch");
ABSL_FLAG(uint32_t, mark_every, 0,
          "train: keeps a mark at the end of every so many epochs, for rewind; 0: none");
ABSL_FLAG(bool, detach, false, "train: print the job and leave it running");
ABSL_FLAG(std::string, tensorboard, "",
          "train, watch: writes an event file for TensorBoard into this directory");

ABSL_FLAG(bool, explain, false,
          "train: shows what explain shows first, and what became of each parameter at the end");

ABSL_FLAG(std::vector<std::string>, dims, {},
          "explain: the size of the input, as 64,100; that of the data when not given");

ABSL_FLAG(std::string, job, "",
          "rewind: the job that kept the mark; that of the newest one when empty");
ABSL_FLAG(absl::optional<uint32_t>, step, absl::nullopt,
          "rewind: the steps that the job had made; its newest mark by default");

ABSL_FLAG(std::string, out, "", "params: writes the parameters to this file, .npz or .safetensors");
ABSL_FLAG(std::string, in, "", "params: sets the parameters from such a file");

ABSL_FLAG(uint32_t, after_event, 0, "watch: skips the events up to this number");
