#ifndef FLUXGATE_TESTS_FUZZ_MESSAGE_MUTATOR_H_
#define FLUXGATE_TESTS_FUZZ_MESSAGE_MUTATOR_H_

#include <google/protobuf/message.h>

#include <random>
#include <string>

namespace fluxgate::fuzz {

using Random = std::minstd_rand;

// Changes a message by its fields instead of its bytes: sets, clears, repeats or alters one of them
// somewhere inside. Texts take words that mean something to the server now and then, else libFuzzer
// changes them; they stay ASCII, since gRPC refuses what is not UTF-8 before a handler sees it.
void Mutate(google::protobuf::Message* message, Random& random);

// A message in one line of text, which JSON may be too. False when the text is no such message.
bool ParseMessage(const std::string& text, google::protobuf::Message* message);
std::string PrintMessage(const google::protobuf::Message& message);

}  // namespace fluxgate::fuzz

#endif  // FLUXGATE_TESTS_FUZZ_MESSAGE_MUTATOR_H_
