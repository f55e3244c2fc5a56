#pragma once

// For the .cpp files of this folder alone: everybody else is spared Asio's includes.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "wire/net/connection.h"
#include "wire/net/loop.h"

namespace wire::net {

namespace asio = boost::asio;

// The hint 1 (one thread runs the context) and the concrete executor spare locks and type erasure on every operation.
struct Loop::Native {
  asio::io_context context{1};
};

using NativeSocket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
using NativeAcceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

struct Connection::Socket {
  NativeSocket native;
};

} // namespace wire::net
