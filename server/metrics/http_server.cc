#include "server/metrics/http_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fluxgate::metrics {
namespace {

constexpr size_t kThreads = 2;
constexpr time_t kTimeoutSeconds = 5;

std::string PathsOf(const HttpServer::Pages& pages) {
  std::string paths;
  for (const auto& [path, page] : pages) absl::StrAppend(&paths, path, "\n");
  return paths;
}

}  // namespace

struct HttpServer::Listener {
  httplib::Server server;
  std::thread thread;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& listen,
                                                              Pages pages) {
  const size_t colon = listen.rfind(':');
  int port = 0;
  if (colon == std::string::npos || !absl::SimpleAtoi(listen.substr(colon + 1), &port) ||
      port < 0 || port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("\"", listen, "\" is not HOST:PORT"));
  }
  const std::string host(absl::StripSuffix(absl::StripPrefix(listen.substr(0, colon), "["), "]"));

  auto listener = std::make_unique<Listener>();
  httplib::Server& server = listener->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };  // httplib owns it.
  server.set_read_timeout(kTimeoutSeconds);
  server.set_write_timeout(kTimeoutSeconds);
  server.set_keep_alive_timeout(kTimeoutSeconds);
  // httplib would set SO_REUSEPORT, and two servers would share one port.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  const std::string paths = PathsOf(pages);
  for (auto& [path, page] : pages) {
    server.Get(path, [page = std::move(page)](const httplib::Request&, httplib::Response& out) {
      const Page made = page();
      out.status = made.status;
      out.set_content(made.body, made.type);
    });
  }
  server.set_error_handler([paths](const httplib::Request&, httplib::Response& out) {
    if (out.body.empty() && out.status == 404) {
      out.set_content(absl::StrCat("no such page; there are\n", paths), "text/plain");
    }
  });
  if (port == 0) {
    port = server.bind_to_any_port(host);
  } else if (!server.bind_to_port(host, port)) {
    port = -1;
  }
  if (port < 0) return absl::UnavailableError(absl::StrCat("cannot listen on ", listen));
  listener->thread = std::thread([&server] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();  // stop() before that would do nothing.
  return std::unique_ptr<HttpServer>(
      new HttpServer(std::move(listener), absl::StrCat(listen.substr(0, colon), ":", port)));
}

HttpServer::HttpServer(std::unique_ptr<Listener> listener, std::string address)
    : listener_(std::move(listener)), address_(std::move(address)) {}

HttpServer::~HttpServer() {
  listener_->server.stop();
  listener_->thread.join();
}

}  // namespace fluxgate::metrics
