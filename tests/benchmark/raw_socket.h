#ifndef FLUXGATE_TESTS_BENCHMARK_RAW_SOCKET_H_
#define FLUXGATE_TESTS_BENCHMARK_RAW_SOCKET_H_

#include <atomic>
#include <cstdint>

namespace fluxgate::benchmark {

// One transfer over a plain TCP connection on loopback: a request of two numbers, then the bytes,
// in pieces of the chunk's size. The floor of every stream.
//
//   client ── {bytes, chunk} ──▶ server      bytes > 0: the client sends, the server answers one
//                                            byte; bytes < 0: the server sends -bytes
class RawListener {
 public:
  RawListener();
  ~RawListener();
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;

  bool ok() const { return port_ > 0; }
  int port() const { return port_; }
  // Serves one connection after another until Stop.
  void Serve();
  void Stop();

 private:
  void ServeOne(int connection);

  int socket_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
};

// Sends (up) or receives (down) so many bytes through RawListener's protocol; false on any error.
bool RawTransfer(int port, int64_t bytes, int64_t chunk, bool up);

}  // namespace fluxgate::benchmark

#endif  // FLUXGATE_TESTS_BENCHMARK_RAW_SOCKET_H_
