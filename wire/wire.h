#pragma once

// The one header of the library: a Socket.IO server (protocol 5 over Engine.IO 4), as docs/library.md shows it. It
// brings no Asio, no Beast and no JSON library into what includes it.
//
// Lifetimes: a Node owns its loops and their servers, a Server its namespaces; both live until the Node ends. A Socket
// lives while it is connected. A handler gets it by reference, valid for the call; to keep it, take
// `socket.weak_from_this()`, or its id for `nsp.to(id)`. Views, JsonView and Args are gone when the handler returns. An
// Ack may be moved away and given later; when the socket is gone it goes nowhere.
//
// Threads: everything belongs to one loop, and a loop is one thread, so handlers of one loop never run at the same
// time. Loop::post(), Loop::stop() and Node::stop() alone may be called from other threads. A Node of several threads
// calls its setup once for each, and what the handlers share must be safe to share; rooms and broadcasts span the
// threads.
//
// Errors: what can be expected to fail answers with a Result: ask `if (result)`, then `*result` or `result.error()`.
// What a handler throws is logged, and is the failure of that call alone. What a client does wrong ends its request or
// its connection as it does with Socket.IO; the limits are in docs/limits.md. A mistake of the program itself, such as
// emitting an event with a reserved name, stops it.
#include "wire/base/json.h"
#include "wire/base/log.h"
#include "wire/base/read_json.h"
#include "wire/base/result.h"
#include "wire/base/signals.h"
#include "wire/base/time.h"
#include "wire/cluster/node.h"
#include "wire/sio/server.h"

namespace wire {

using cluster::Node;
using cluster::NodeOptions;
using cluster::RedisOptions;
using http::ForwardedHeader;
using http::ListenOptions;
using net::Loop;
using net::Timer;
using net::TlsContext;
using net::TlsOptions;
using sio::Ack;
using sio::Args;
using sio::Binary;
using sio::Broadcast;
using sio::ConnectError;
using sio::DisconnectReason;
using sio::Handshake;
using sio::Middleware;
using sio::Namespace;
using sio::Next;
using sio::ParentNamespace;
using sio::Payload;
using sio::RemoteSocket;
using sio::Server;
using sio::ServerOptions;
using sio::Socket;

} // namespace wire
