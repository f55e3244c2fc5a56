#include "mentara/push/curl_outlet.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

#include "mentara/limits_of_push.h"
#include "wire/base/check.h"
#include "wire/base/hash.h"

namespace mentara::push {
namespace {

struct FreeHeaders {
  void operator()(curl_slist* headers) const { curl_slist_free_all(headers); }
};
struct CleanUp {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct CleanUpMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};

struct Order {
  PushRequest request;
  wire::UniqueFunction<void(PushAnswer)> done;
};

struct Transfer {
  Order order;
  std::unique_ptr<curl_slist, FreeHeaders> headers{};
  std::unique_ptr<CURL, CleanUp> handle{};
  std::array<char, CURL_ERROR_SIZE> error{};
};

std::string address_text(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address.sa_family == AF_INET) bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  if (address.sa_family == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (!bytes || !inet_ntop(address.sa_family, bytes, text.data(), text.size())) return {};
  return text.data();
}

curl_socket_t open_public(void*, curlsocktype, curl_sockaddr* address) {
  if (!is_public_address(address_text(address->addr))) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t ignore_body(char*, std::size_t size, std::size_t count, void*) { return size * count; }

} // namespace

struct CurlOutlet::Worker {
  Worker(Options o, Post p) : options(std::move(o)), post(std::move(p)), multi(curl_multi_init()) {
    if (!multi) throw std::runtime_error("Web Push cannot begin: libcurl cannot");
    curl_multi_setopt(multi.get(), CURLMOPT_MAX_HOST_CONNECTIONS,
                      static_cast<long>(limits::push_transfers_of_host_max));
    thread = std::thread([this] { run(); });
  }
  ~Worker() {
    {
      std::lock_guard lock(mutex);
      stopping = true;
    }
    curl_multi_wakeup(multi.get());
    thread.join();
    for (auto& [handle, transfer] : transfers) curl_multi_remove_handle(multi.get(), handle);
    transfers.clear();
  }

  void add(Order order) {
    {
      std::lock_guard lock(mutex);
      orders.push_back(std::move(order));
    }
    curl_multi_wakeup(multi.get());
  }

  // --- the thread ---
  void run() {
    while (take_orders()) {
      int running = 0;
      curl_multi_perform(multi.get(), &running);
      bool finished = false;
      for (int left = 0; CURLMsg* message = curl_multi_info_read(multi.get(), &left);) {
        if (message->msg != CURLMSG_DONE) continue;
        finish(message->easy_handle, message->data.result);
        finished = true;
      }
      if (finished) continue; // there is room for those who wait
      curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr);
    }
  }
  // False: it is time to end.
  bool take_orders() {
    std::unique_lock lock(mutex);
    while (!stopping && transfers.size() < limits::push_transfers_max) {
      // A service that is slow holds up its own pushes alone.
      const auto next = std::ranges::find_if(orders, [this](const Order& order) {
        const auto busy = transfers_by_host.find(order.request.endpoint.host);
        return busy == transfers_by_host.end() || busy->second < limits::push_transfers_of_host_max;
      });
      if (next == orders.end()) break;
      Order order = std::move(*next);
      orders.erase(next);
      lock.unlock();
      begin(std::move(order));
      lock.lock();
    }
    return !stopping;
  }

  void begin(Order order) {
    auto transfer = std::make_unique<Transfer>();
    transfer->order = std::move(order);
    transfer->handle.reset(curl_easy_init());
    CURL* handle = transfer->handle.get();
    wire::check(handle != nullptr, "libcurl gives handles");
    const PushRequest& request = transfer->order.request;
    curl_slist* headers = nullptr;
    const auto header = [&](const std::string& line) { headers = curl_slist_append(headers, line.c_str()); };
    header("Authorization: " + request.authorization);
    header("TTL: " + std::to_string(request.ttl_s));
    header("Urgency: " + std::string(request.urgency));
    header("Topic: " + request.topic);
    header("Content-Encoding: aes128gcm");
    header("Content-Type: application/octet-stream");
    header("Expect:"); // not to be asked whether the body may come
    transfer->headers.reset(headers);

    const std::string url = request.endpoint.origin() + request.endpoint.target;
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, options.allow_insecure ? "http,https" : "https");
    curl_easy_setopt(handle, CURLOPT_PROXY, ""); // not the environment's: it would be asked to connect for us
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    if (!options.allow_insecure) curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &open_public);
    if (!options.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data()); // stays with the transfer
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &ignore_body);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer->error.data());
    ++transfers_by_host[request.endpoint.host];
    transfers.emplace(handle, std::move(transfer));
    if (curl_multi_add_handle(multi.get(), handle) != CURLM_OK) finish(handle, CURLE_FAILED_INIT);
  }

  void finish(CURL* handle, CURLcode result) {
    const auto found = transfers.find(handle);
    wire::check(found != transfers.end(), "a transfer ends once");
    PushAnswer answer;
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    curl_off_t retry_after = 0;
    if (curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK && retry_after > 0) {
      answer.retry_after_s = retry_after;
    }
    if (result != CURLE_OK && status == 0) {
      answer.error = found->second->error[0] ? found->second->error.data() : curl_easy_strerror(result);
    }
    auto done = std::move(found->second->order.done);
    curl_multi_remove_handle(multi.get(), handle);
    const auto busy = transfers_by_host.find(found->second->order.request.endpoint.host);
    if (--busy->second == 0) transfers_by_host.erase(busy);
    transfers.erase(found);
    post([done = std::move(done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
  }

  const Options options;
  Post post;
  const std::unique_ptr<CURLM, CleanUpMulti> multi;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> transfers; // the thread's, as is:
  std::unordered_map<std::string, std::size_t, wire::SeededHash, std::equal_to<>> transfers_by_host;
  std::mutex mutex;
  std::deque<Order> orders; // by mutex, as is:
  bool stopping = false;
  std::thread thread; // the last: it sees all of the others
};

CurlOutlet::CurlOutlet(Options options, Post post) {
  static const CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (begun != CURLE_OK) throw std::runtime_error("Web Push cannot begin: libcurl cannot");
  worker_ = std::make_unique<Worker>(std::move(options), std::move(post));
}

CurlOutlet::~CurlOutlet() = default;

void CurlOutlet::send(PushRequest request, wire::UniqueFunction<void(PushAnswer)> done) {
  worker_->add({std::move(request), std::move(done)});
}

} // namespace mentara::push
