// peer.beast: Boost.Beast over Asio, coroutines, OpenSSL: the library's own way, buffers kept, no compression,
// time-outs or fragments, the loop polled instead of slept in.
#include <utility>

#include "bench/peers/sut.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <netinet/tcp.h>

#include "bench/peers/desk.h"

namespace net = boost::asio;
namespace ssl = net::ssl;
namespace websocket = boost::beast::websocket;
using net::ip::tcp;

// The loop's own executor instead of one behind a pointer, and no locks: one thread alone runs it.
using executor = net::io_context::executor_type;
using plain_socket = net::basic_stream_socket<tcp, executor>;
using stream = websocket::stream<ssl::stream<plain_socket>>;
template <class T> using task = net::awaitable<T, executor>;
constexpr net::use_awaitable_t<executor> use_task;

struct beast {
	net::io_context loop{ BOOST_ASIO_CONCURRENCY_HINT_UNSAFE };
	ssl::context tls{ ssl::context::tlsv13_client };
	std::unique_ptr<stream> market, orders;
	struct desk *desk = desk_open();
	char order[DESK_ORDER_MAX];
};

static void fail(const char *what)
{
	fprintf(stderr, "bench: peer.beast: %s\n", what);
	exit(1);
}

static uint64_t wall_ms()
{
	using namespace std::chrono;
	return static_cast<uint64_t>(
		duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

static task<void> trade(beast &b)
{
	boost::beast::flat_buffer text;
	text.reserve(16384);
	for (;;) {
		co_await b.market->async_read(text, use_task);
		if (text.capacity() - text.size() < DESK_PADDING)
			text.reserve(text.size() + DESK_PADDING);
		size_t n = desk_order(b.desk, static_cast<const char *>(text.data().data()), text.size(),
				      wall_ms(), b.order);
		if (n)
			co_await b.orders->async_write(net::buffer(b.order, n), use_task);
		text.clear();
	}
}

static task<void> take_answers(beast &b)
{
	boost::beast::flat_buffer text;
	text.reserve(16384);
	for (;;) {
		co_await b.orders->async_read(text, use_task);
		text.clear();
	}
}

static void ended(std::exception_ptr e)
{
	try {
		if (e)
			std::rethrow_exception(e);
	} catch (const boost::system::system_error &err) {
		if (err.code() != net::error::operation_aborted)
			fail(err.what());
	}
}

static std::unique_ptr<stream> dial(beast &b, const char *ip, unsigned short port)
{
	auto s = std::make_unique<stream>(b.loop, b.tls);
	plain_socket &socket = s->next_layer().next_layer();
	socket.connect(tcp::endpoint(net::ip::make_address(ip), port));
	socket.set_option(tcp::no_delay(true));
	setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
	s->next_layer().handshake(ssl::stream_base::client);
	s->handshake("venue", "/ws");
	s->auto_fragment(false);
	s->text(true);
	int off = 0;
	setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
	return s;
}

extern "C" struct beast *beast_open(const struct sut_venue *v)
try {
	auto b = new beast;
	SSL_CTX_set_ciphersuites(b->tls.native_handle(), "TLS_AES_128_GCM_SHA256");
	SSL_CTX_set_read_ahead(b->tls.native_handle(), 1);
	b->market = dial(*b, v->market_ip, v->port);
	b->orders = dial(*b, v->order_ip, v->port);
	net::co_spawn(b->loop, trade(*b), ended);
	net::co_spawn(b->loop, take_answers(*b), ended);
	return b;
} catch (const std::exception &e) {
	fail(e.what());
	return nullptr;
}

extern "C" void beast_step(void *b) { static_cast<beast *>(b)->loop.poll(); }

extern "C" void beast_close(struct beast *b)
{
	b->market->next_layer().next_layer().close();
	b->orders->next_layer().next_layer().close();
	b->loop.poll();
	desk_close(b->desk);
	delete b;
}
