// What libtorrent says (its alerts), turned into events.
#include "node/torrent/torrent_inside.hpp"

#include <algorithm>
#include <cerrno>

#include <libtorrent/alert_types.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/session_stats.hpp>
#include <libtorrent/torrent_status.hpp>

namespace engine {
namespace {

enum metric {
	RECV,
	SENT,
	RECV_PAYLOAD,
	SENT_PAYLOAD,
	REDUNDANT,
	FAILED_BYTES,
	FAILED_PIECES,
	PEERS,
	METRICS
};

} // namespace

static char const *const metric_names[METRICS] = {
	"net.recv_bytes",	      "net.sent_bytes",
	"net.recv_payload_bytes",     "net.sent_payload_bytes",
	"net.recv_redundant_bytes",   "net.recv_failed_bytes",
	"ses.num_piece_failed",	      "peer.num_peers_connected",
};

static enum status status_of(payload const &p, lt::file_error_alert const &a)
{
	int const code = a.error.value();
	bool const system = a.error.category() == lt::system_category() ||
			    a.error.category() == lt::generic_category();

	if (system && (code == ENOSPC || code == EDQUOT || code == EFBIG))
		return STATUS_NO_ROOM;
	if (system && code == ENOMEM)
		return STATUS_NO_MEMORY;
	if (p.mode == ENGINE_SEED || a.op == lt::operation_t::file_read ||
	    (system && code == ENOENT))
		return STATUS_DAMAGED;
	return STATUS_IO;
}

static void torrent_said(torrent *t, payload &p, lt::alert *a)
{
	if (auto *piece = lt::alert_cast<lt::piece_finished_alert>(a)) {
		tell_piece(t, p, std::uint32_t(int(piece->piece_index)));
	} else if (lt::alert_cast<lt::torrent_checked_alert>(a)) {
		tell_added(t, p);
	} else if (lt::alert_cast<lt::cache_flushed_alert>(a)) {
		fence_passed(t, p);
	} else if (lt::alert_cast<lt::torrent_finished_alert>(a)) {
		if (p.mode == ENGINE_FETCH && !p.leaving) {
			p.ending = true;
			begin_fence(p);
		}
	} else if (lt::alert_cast<lt::torrent_paused_alert>(a)) {
		begin_leaving(p, p.leaving ? STATUS_OK : STATUS_IO,
			      "libtorrent stopped it");
		end_leaving(t, p);
	} else if (auto *f = lt::alert_cast<lt::file_error_alert>(a)) {
		begin_leaving(p, status_of(p, *f), f->message());
	} else if (auto *e = lt::alert_cast<lt::torrent_error_alert>(a)) {
		bool const unlike =
			e->error == lt::errors::torrent_inconsistent_hashes;
		begin_leaving(p, unlike ? STATUS_MALFORMED : STATUS_IO,
			      e->message());
	} else if (auto *r = lt::alert_cast<lt::fastresume_rejected_alert>(a)) {
		begin_leaving(p, STATUS_DAMAGED, r->message());
	} else if (auto *s = lt::alert_cast<lt::state_changed_alert>(a)) {
		bool const back =
			s->state == lt::torrent_status::downloading ||
			s->state == lt::torrent_status::checking_files;
		if (p.mode == ENGINE_SEED && back)
			begin_leaving(p, STATUS_DAMAGED,
				      "a piece is not what it was");
	}
}

static void tell_progress(torrent *t, payload &p, lt::torrent_status const &st)
{
	engine_progress now{};

	if (p.leaving)
		return;
	now.pieces = havemap_count(p.known.data(), std::uint32_t(p.pieces));
	now.bytes = std::uint64_t(std::max<std::int64_t>(st.total_wanted_done, 0));
	now.rate_down = std::uint64_t(std::max(0, st.download_payload_rate));
	now.rate_up = std::uint64_t(std::max(0, st.upload_payload_rate));
	now.peers = std::uint32_t(std::max(0, st.num_peers));
	now.seeds = std::uint32_t(std::max(0, st.num_seeds));
	if (now.pieces == p.told.pieces && now.bytes == p.told.bytes &&
	    now.rate_down == p.told.rate_down &&
	    now.rate_up == p.told.rate_up && now.peers == p.told.peers &&
	    now.seeds == p.told.seeds)
		return;
	p.told = now;
	engine_event e = event_of(ENGINE_PROGRESS, p.slot);
	e.progress = now;
	tell(t, e);
}

static void tell_stats(torrent *t, lt::session_stats_alert const &a)
{
	auto const counters = a.counters();
	auto const value = [&](metric m) {
		int const i = t->metrics[m];
		return std::uint64_t(
			i < 0 ? 0 : std::max<std::int64_t>(counters[i], 0));
	};
	engine_event e = event_of(ENGINE_STATS, 0);

	e.stats.bytes_down = value(RECV);
	e.stats.bytes_up = value(SENT);
	e.stats.payload_down = value(RECV_PAYLOAD);
	e.stats.payload_up = value(SENT_PAYLOAD);
	e.stats.bytes_redundant = value(REDUNDANT);
	e.stats.bytes_failed = value(FAILED_BYTES);
	e.stats.pieces_failed = value(FAILED_PIECES);
	e.stats.payloads = std::uint32_t(t->payloads.size());
	e.stats.peers = std::uint32_t(value(PEERS));
	e.stats.beyond_down = t->beyond->down;
	e.stats.beyond_up = t->beyond->up;
	tell(t, e);
}

static void listening_on(torrent *t, int port)
{
	if (t->ready)
		return;
	t->ready = true;
	engine_event e = event_of(ENGINE_READY, 0);
	e.ready.port = std::uint16_t(port);
	e.ready.version = torrent_version();
	tell(t, e);
}

// Alerts were lost: ask libtorrent how everything stands.
static void catch_up(torrent *t)
{
	for (auto &entry : t->payloads) {
		payload &p = entry.second;

		if (!p.leaving) {
			lt::torrent_status const st = p.handle.status(
				lt::torrent_handle::query_pieces);
			if (st.state != lt::torrent_status::checking_resume_data)
				tell_added(t, p);
			tell_new_pieces(t, p, map_of(st.pieces, p.pieces));
			if (st.errc || (st.flags & lt::torrent_flags::paused) ||
			    (p.mode == ENGINE_SEED && !st.is_seeding &&
			     st.state != lt::torrent_status::checking_resume_data))
				begin_leaving(p, STATUS_IO, "lost track of it");
			else if (p.mode == ENGINE_FETCH && st.is_finished)
				p.ending = !is_whole(p, p.written);
		}
		p.by_fence = p.leaving;
		bool const asked = p.fencing || p.flush_asked || p.ending;
		p.fencing = p.fence_again = false;
		if (asked || p.by_fence)
			begin_fence(p);
	}
}

void find_metrics(torrent *t)
{
	for (char const *name : metric_names)
		t->metrics.push_back(lt::find_metric_idx(name));
}

void session_said(torrent *t, lt::alert *a)
{
	if (auto *u = lt::alert_cast<lt::state_update_alert>(a)) {
		for (lt::torrent_status const &st : u->status)
			if (payload *p = payload_of(t, st.handle))
				tell_progress(t, *p, st);
	} else if (auto *s = lt::alert_cast<lt::session_stats_alert>(a)) {
		tell_stats(t, *s);
	} else if (auto *y = lt::alert_cast<lt::listen_succeeded_alert>(a)) {
		if (y->socket_type == lt::socket_type_t::tcp)
			listening_on(t, y->port);
	} else if (auto *n = lt::alert_cast<lt::listen_failed_alert>(a)) {
		t->port_taken = n->error == boost::system::errc::address_in_use;
		t->listen_trouble = n->error.message();
	} else if (lt::alert_cast<lt::alerts_dropped_alert>(a)) {
		catch_up(t);
	} else if (auto *b = dynamic_cast<lt::torrent_alert *>(a)) {
		if (payload *p = payload_of(t, b->handle))
			torrent_said(t, *p, a);
	}
}

} // namespace engine
