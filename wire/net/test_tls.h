#pragma once

#include <memory>
#include <string>
#include <string_view>

// For tests of TLS: certificates that are made on the spot, and the other end of a connection.
namespace wire::net::test {

// A directory with self-signed certificates and their keys; gone with it.
class Certificates {
 public:
  Certificates();
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  void make(const std::string& name) const; // NAME.crt and NAME.key, for the common name NAME; replaces those there
  void write(const std::string& file, std::string_view text) const;
  std::string path(const std::string& file) const { return directory_ + "/" + file; }

 private:
  std::string directory_;
};

// A client's TLS in memory: bytes in, bytes out.
class TlsClient {
 public:
  struct Options {
    int version_max = 0;   // OpenSSL's number; 0: whatever it speaks
    std::string alpn{};    // "\x08http/1.1"
    std::string ciphers{}; // of TLS 1.2
  };
  explicit TlsClient(const Options& options);
  TlsClient() : TlsClient(Options{}) {}
  ~TlsClient();

  void receive(std::string_view encrypted); // and goes on with the handshake
  std::string take_output();                // what it has to send
  void write(std::string_view plain);
  void finish();           // close_notify
  bool ask_for_new_keys(); // TLS 1.3
  bool renegotiate();      // TLS 1.2; false: it could not even try

  bool established() const;
  bool failed() const;
  bool ended() const; // the server said that no more comes
  const std::string& received() const;
  std::string server_name() const; // the certificate's common name
  std::string protocol() const;    // as ALPN chose it
  std::string version() const;     // "TLSv1.3"

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

} // namespace wire::net::test
