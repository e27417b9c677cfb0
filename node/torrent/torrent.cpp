// The C face: opens the session, hands commands on, and comes by for alerts.
// Nothing that libtorrent throws gets past the guard here.
#include "node/torrent/torrent_inside.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

#include <malloc.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <libtorrent/error_code.hpp>

namespace engine {

engine_event event_of(engine_event_type type, std::uint32_t slot)
{
	engine_event e{};

	e.type = type;
	e.slot = slot;
	return e;
}

bytes run_of(std::vector<std::uint8_t> const &v)
{
	return bytes{ v.data(), v.size() };
}

void tell_added(torrent *t, payload &p)
{
	engine_event e = event_of(ENGINE_ADDED, p.slot);

	if (p.added_told)
		return;
	p.added_told = true;
	e.added = p.added;
	t->on_event(t->owner, &e);
}

void tell(torrent *t, engine_event const &e)
{
	auto const p = t->payloads.find(e.slot);

	// Nothing is told of a payload before that it was added.
	if (p != t->payloads.end() && e.type != ENGINE_FAILED)
		tell_added(t, p->second);
	t->on_event(t->owner, &e);
}

void tell_failed(torrent *t, std::uint32_t slot, enum status status,
		 std::string const &text,
		 std::vector<std::uint8_t> const &have)
{
	engine_event e = event_of(ENGINE_FAILED, slot);

	e.failed.status = status;
	e.failed.text = text.c_str();
	e.failed.have = run_of(have);
	tell(t, e);
}

constexpr int TICK_MS = 1000;
constexpr int LISTEN_RETRY_MS = 250;
constexpr int LISTEN_PATIENCE_MS = 6000;

// Run `body`; turn whatever it throws into a status. Everything that reaches
// libtorrent goes through here.
template <typename Body>
static enum status guarded(struct err *err, Body body) noexcept
{
	try {
		return body();
	} catch (std::bad_alloc const &) {
		return err_set(err, STATUS_NO_MEMORY, "libtorrent");
	} catch (lt::system_error const &e) {
		return err_set(err, STATUS_IO, "libtorrent: %s", e.what());
	} catch (std::exception const &e) {
		return err_set(err, STATUS_IO, "libtorrent: %s", e.what());
	} catch (...) {
		return err_set(err, STATUS_IO, "libtorrent: unknown exception");
	}
}

static void command(torrent *t, engine_command const &c)
{
	switch (c.type) {
	case ENGINE_COMMAND_LIMITS:
		set_limits(t, c.limits);
		return;
	case ENGINE_COMMAND_STATS:
		t->session->post_session_stats();
		return;
	case ENGINE_COMMAND_DOOR:
		set_door(t, c.door);
		return;
	case ENGINE_COMMAND_ADD:
		add_payload(t, c.slot, c.add);
		return;
	default:
		break;
	}
	auto const found = t->payloads.find(c.slot);
	if (found == t->payloads.end())
		return;
	if (c.type == ENGINE_COMMAND_PROVE || c.type == ENGINE_COMMAND_ADMIT)
		answer_peer(t, found->second, c);
	else
		command_payload(t, found->second, c);
}

// The port of a node that was killed may stay taken for a moment.
static void keep_listening(torrent *t, std::uint64_t now_ms)
{
	if (t->listen_since_ms == 0) {
		t->listen_since_ms = now_ms;
		t->retry_ms = now_ms + LISTEN_RETRY_MS;
	}
	if (now_ms < t->retry_ms)
		return;
	t->retry_ms = now_ms + (t->trouble_told ? 2000 : LISTEN_RETRY_MS);
	if (!t->trouble_told && !t->listen_trouble.empty() &&
	    now_ms - t->listen_since_ms >= LISTEN_PATIENCE_MS) {
		std::string const port =
			t->listen.substr(t->listen.rfind(':') + 1);
		t->trouble_told = true;
		if (t->port_taken)
			tell_failed(t, 0, STATUS_BUSY,
				    "port " + port + " is taken");
		else
			tell_failed(t, 0, STATUS_IO,
				    "cannot listen on " + t->listen + ": " +
					    t->listen_trouble);
	}
	t->session->reopen_network_sockets(lt::reopen_network_flags_t{});
}

} // namespace engine

using namespace engine;

extern "C" enum status torrent_open(struct torrent **out,
				    const struct torrent_options *options,
				    torrent_event_cb on_event, void *owner,
				    struct err *err)
{
	return guarded(err, [&]() -> enum status {
		auto t = std::make_unique<struct torrent>();

		// A heap for each thread would keep several times the memory.
		mallopt(M_ARENA_MAX, 2);
		t->payload_dir = options->payload_dir;
		t->listen = options->listen;
		t->on_event = on_event;
		t->owner = owner;
		find_metrics(t.get());
		t->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (t->wake < 0)
			return err_set(err, STATUS_IO, "eventfd: %s",
				       std::strerror(errno));
		t->session = std::make_unique<lt::session>(session_settings());
		t->lan_class = t->session->create_peer_class("lan");
		int const wake = t->wake;
		t->door->wake = wake;
		t->session->set_alert_notify([wake] {
			std::uint64_t const one = 1;
			// Full means that the reader is awake already.
			(void)!write(wake, &one, sizeof(one));
		});
		*out = t.release();
		return STATUS_OK;
	});
}

extern "C" int torrent_wake_fd(const struct torrent *t)
{
	return t->wake;
}

extern "C" void torrent_command(struct torrent *t,
				const struct engine_command *c)
{
	struct err err = ERR_INIT;

	if (guarded(&err, [&] {
		    command(t, *c);
		    return STATUS_OK;
	    }) == STATUS_OK)
		return;
	// The payload is in a state nobody knows: let go of it, or, when it
	// never came to be, say so.
	auto const found = t->payloads.find(c->slot);
	if (found != t->payloads.end())
		(void)guarded(&err, [&] {
			begin_leaving(found->second, err.status, err.text);
			return STATUS_OK;
		});
	else
		tell_failed(t, c->slot, err.status, err.text);
}

extern "C" int torrent_work(struct torrent *t, uint64_t now_ms)
{
	struct err err = ERR_INIT;
	std::uint64_t count;
	bool more = true;

	(void)!read(t->wake, &count, sizeof(count));
	(void)guarded(&err, [&] {
		t->session->pop_alerts(&t->alerts);
		more = !t->alerts.empty();
		return STATUS_OK;
	});
	if (more)
		for (lt::alert *a : t->alerts)
			(void)guarded(&err, [&] {
				session_said(t, a);
				return STATUS_OK;
			});
	(void)guarded(&err, [&] {
		tell_tokens(t);
		return STATUS_OK;
	});
	if (t->listening && !t->ready)
		(void)guarded(&err, [&] {
			keep_listening(t, now_ms);
			return STATUS_OK;
		});
	if (now_ms >= t->tick_ms) {
		t->tick_ms = now_ms + TICK_MS;
		if (!t->payloads.empty())
			(void)guarded(&err, [&] {
				t->session->post_torrent_updates();
				return STATUS_OK;
			});
		for (auto &entry : t->payloads)
			(void)guarded(&err, [&] {
				ask_again(entry.second);
				return STATUS_OK;
			});
		// Hash trees and disk buffers, a second after they were freed.
		if (t->trim_next)
			malloc_trim(0);
		t->trim_next = t->trim;
		t->trim = false;
	}
	if (t->listening && !t->ready)
		return LISTEN_RETRY_MS;
	bool const idle = t->payloads.empty() && !t->trim && !t->trim_next;
	return idle ? -1 : int(t->tick_ms - now_ms);
}

extern "C" uint32_t torrent_version(void)
{
	unsigned major = 0, minor = 0, tiny = 0;

	if (std::sscanf(lt::version(), "%u.%u.%u", &major, &minor, &tiny) != 3)
		return LIBTORRENT_VERSION_NUM;
	return major * 10000 + minor * 100 + tiny;
}

extern "C" const char *torrent_version_text(void)
{
	return lt::version();
}
