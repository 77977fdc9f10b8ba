#include "tests/benchmark/raw_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace fluxgate::benchmark {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

bool SendAll(int socket, const char* data, int64_t bytes) {
  while (bytes > 0) {
    const ssize_t sent = send(socket, data, static_cast<size_t>(bytes), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    bytes -= sent;
  }
  return true;
}

bool ReceiveAll(int socket, char* data, int64_t bytes) {
  while (bytes > 0) {
    const ssize_t got = recv(socket, data, static_cast<size_t>(bytes), 0);
    if (got <= 0) return false;
    data += got;
    bytes -= got;
  }
  return true;
}

// Moves `bytes` in pieces of `chunk`.
bool Move(int socket, int64_t bytes, int64_t chunk, bool send) {
  std::string buffer(static_cast<size_t>(chunk), 'x');
  for (int64_t left = bytes; left > 0; left -= chunk) {
    const int64_t piece = std::min(left, chunk);
    if (!(send ? SendAll(socket, buffer.data(), piece)
               : ReceiveAll(socket, buffer.data(), piece))) {
      return false;
    }
  }
  return true;
}

struct Request {
  int64_t bytes;  // Negative: the server sends.
  int64_t chunk;
};

}  // namespace

RawListener::RawListener() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(socket_, 4) == 0 &&
      getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port_ = ntohs(address.sin_port);
  }
}

RawListener::~RawListener() { close(socket_); }

void RawListener::Serve() {
  while (!stopping_) {
    const int connection = accept(socket_, nullptr, nullptr);
    if (connection < 0) return;
    ServeOne(connection);
    close(connection);
  }
}

void RawListener::ServeOne(int connection) {
  Request request{};
  if (!ReceiveAll(connection, reinterpret_cast<char*>(&request), sizeof(request))) return;
  if (request.bytes < 0) {
    Move(connection, -request.bytes, request.chunk, true);
  } else if (Move(connection, request.bytes, request.chunk, false)) {
    SendAll(connection, "k", 1);
  }
}

void RawListener::Stop() {
  stopping_ = true;
  shutdown(socket_, SHUT_RDWR);
}

bool RawTransfer(int port, int64_t bytes, int64_t chunk, bool up) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = Loopback(port);
  const Request request{up ? bytes : -bytes, chunk};
  char answer = 0;
  const bool ok =
      connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      SendAll(connection, reinterpret_cast<const char*>(&request), sizeof(request)) &&
      Move(connection, bytes, chunk, up) && (!up || ReceiveAll(connection, &answer, 1));
  close(connection);
  return ok;
}

}  // namespace fluxgate::benchmark
