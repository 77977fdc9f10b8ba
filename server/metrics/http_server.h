#ifndef FLUXGATE_SERVER_METRICS_HTTP_SERVER_H_
#define FLUXGATE_SERVER_METRICS_HTTP_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace fluxgate::metrics {

// Pages over plain HTTP, for those that scrape and probe. Threads of its own; the pages' functions
// are called on them, several at a time.
class HttpServer {
 public:
  struct Page {
    int status = 200;
    std::string type = "text/plain; charset=utf-8";
    std::string body;
  };
  // By path: "/metrics". Any other path is 404 with the list of those that exist.
  using Pages = std::map<std::string, std::function<Page()>>;

  // Listens on HOST:PORT; port 0 picks a free one. UNAVAILABLE when it cannot.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& listen, Pages pages);
  // Stops listening and waits for the pages under way.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  const std::string& address() const { return address_; }

 private:
  struct Listener;
  HttpServer(std::unique_ptr<Listener> listener, std::string address);

  const std::unique_ptr<Listener> listener_;
  const std::string address_;
};

}  // namespace fluxgate::metrics

#endif  // FLUXGATE_SERVER_METRICS_HTTP_SERVER_H_
