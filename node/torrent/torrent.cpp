// The one C++ file: the C headers stay plain C and are given C linkage here.
//
// Which settings and why: docs/engine.md. "Written" is decided like this. A
// piece passes its hash check from memory, perhaps before its blocks are
// written. A fence in libtorrent's disk queue (flush_cache(), pause()) is
// answered when every job before it is done. So the pieces that had passed
// when the fence was asked for, and still count as passed when the answer is
// here (a failed write takes that back), are written.
// A function named like its struct is C's good right.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
extern "C" {
#include "node/torrent/torrent.h"
#include "proto/encoding.h"
#include "proto/metainfo.h"
}
#pragma GCC diagnostic pop

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <malloc.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libtorrent/alert_types.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/fingerprint.hpp>
#include <libtorrent/ip_filter.hpp>
#include <libtorrent/load_torrent.hpp>
#include <libtorrent/mmap_disk_io.hpp>
#include <libtorrent/peer_class_type_filter.hpp>
#include <libtorrent/peer_info.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/session_stats.hpp>
#include <libtorrent/settings_pack.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/version.hpp>
#if LIBTORRENT_VERSION_NUM >= 20100
#include <libtorrent/pread_disk_io.hpp>
#endif

#if LIBTORRENT_VERSION_NUM < 20008
#error "libtorrent 2.0.8 or newer is needed"
#endif

namespace {

using sp = lt::settings_pack;

constexpr int CONNECTIONS_USUAL = 80;
constexpr int TICK_MS = 1000;
constexpr int LISTEN_RETRY_MS = 250;
constexpr int LISTEN_PATIENCE_MS = 6000;

struct payload {
	std::uint32_t slot;
	engine_mode mode;
	lt::torrent_handle handle;
	int pieces;
	bool lan_only;
	std::vector<std::uint8_t> known;   // verified, and the node knows
	std::vector<std::uint8_t> written; // as far as asked
	std::vector<std::uint8_t> fence;   // passed when a flush was asked for
	bool fencing = false;		   // one is under way
	bool fence_again = false;	   // and another was asked for
	bool flush_asked = false;	   // a FLUSH waits for the fence
	bool ending = false;		   // FINISHED waits for the fence
	bool leaving = false;
	bool by_fence = false; // leaving without hearing of the pause
	enum status failure = STATUS_OK; // why it leaves, if not asked to
	std::string failure_text;
	engine_progress told{};
};

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

char const *const metric_names[METRICS] = {
	"net.recv_bytes",	      "net.sent_bytes",
	"net.recv_payload_bytes",     "net.sent_payload_bytes",
	"net.recv_redundant_bytes",   "net.recv_failed_bytes",
	"ses.num_piece_failed",	      "peer.num_peers_connected",
};

} // namespace

struct torrent {
	std::string payload_dir;
	std::string listen;
	torrent_event_cb on_event;
	void *owner;
	int wake;
	std::unique_ptr<lt::session> session;
	lt::peer_class_t lan_class;
	std::map<std::uint32_t, payload> payloads; // by slot
	// libtorrent hands back a number given at add, never used twice: alerts
	// of a torrent that is gone find nothing.
	std::map<std::uintptr_t, std::uint32_t> slots;
	std::uintptr_t next_key = 1;
	std::vector<lt::alert *> alerts; // reused between drains
	int metric_index[METRICS];

	bool listening = false; // asked to
	bool ready = false;
	bool trouble_told = false;
	std::uint64_t listen_since_ms = 0;
	std::uint64_t retry_ms = 0;
	std::uint64_t tick_ms = 0;
	bool trim = false; // a payload has gone since the last tick
	bool trim_next = false;
	std::string listen_trouble;
	bool port_taken = false;
};

namespace {

// Run `body`; turn whatever it throws into a status. Everything that reaches
// libtorrent goes through here.
template <typename Body>
enum status guarded(struct err *err, Body body) noexcept
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

// --- Telling ---

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

void tell(torrent *t, engine_event const &e)
{
	t->on_event(t->owner, &e);
}

void tell_failed(torrent *t, std::uint32_t slot, enum status status,
		 std::string const &text,
		 std::vector<std::uint8_t> const &have = {})
{
	engine_event e = event_of(ENGINE_FAILED, slot);

	e.failed.status = status;
	e.failed.text = text.c_str();
	e.failed.have = run_of(have);
	tell(t, e);
}

// --- Settings ---

void set_quiet(sp &s)
{
	// The node chooses the peers; nothing else may find them.
	s.set_bool(sp::enable_dht, false);
	s.set_bool(sp::enable_lsd, false);
	s.set_bool(sp::enable_upnp, false);
	s.set_bool(sp::enable_natpmp, false);
	s.set_bool(sp::enable_outgoing_utp, false);
	s.set_bool(sp::enable_incoming_utp, false);
	s.set_int(sp::mixed_mode_algorithm, sp::prefer_tcp);
	s.set_int(sp::out_enc_policy, sp::pe_disabled);
	s.set_int(sp::in_enc_policy, sp::pe_disabled);
	s.set_str(sp::listen_interfaces, "");
	s.set_int(sp::max_retry_port_bind, 0);
	s.set_bool(sp::listen_system_port_fallback, false);
	s.set_int(sp::listen_queue_size, 30);
	s.set_bool(sp::apply_ip_filter_to_trackers, false);
	s.set_int(sp::stop_tracker_timeout, 1);
	s.set_str(sp::user_agent, "xiangtu");
	s.set_str(sp::peer_fingerprint,
		  lt::generate_fingerprint("XT", 0, 1, 0, 0));
}

void set_peers(sp &s)
{
	s.set_int(sp::connections_limit, CONNECTIONS_USUAL);
	s.set_int(sp::unchoke_slots_limit, -1);
	s.set_bool(sp::allow_multiple_connections_per_ip, true);
	s.set_int(sp::peer_turnover, 0);
	// A neighbour that becomes a seed while we are not interested for a
	// moment must stay, and one that was lost must come back soon.
	s.set_bool(sp::close_redundant_connections, false);
	s.set_int(sp::min_reconnect_time, 3);
	s.set_int(sp::max_failcount, 100);
	s.set_int(sp::max_peerlist_size, 500);
	s.set_bool(sp::auto_sequential, false);
	s.set_int(sp::suggest_mode, sp::no_piece_suggestions);
}

void set_flow(sp &s)
{
	// No memory mapping: a drive pulled out is an error, not a SIGBUS.
	s.set_int(sp::mmap_file_size_cutoff, 0x7fffffff);
	s.set_int(sp::disk_write_mode, sp::always_pwrite);
	// The have-map is the node's word; nothing is hashed again because a
	// size looks odd. That is told instead (fastresume_rejected_alert).
	s.set_bool(sp::no_recheck_incomplete_resume, true);
	s.set_int(sp::aio_threads, 4);
	s.set_int(sp::hashing_threads, 1);
	s.set_int(sp::file_pool_size, 128);
	s.set_int(sp::checking_mem_usage, 64);
	s.set_int(sp::max_queued_disk_bytes, 16 << 20);
	s.set_int(sp::send_buffer_watermark, 4 << 20);
	s.set_int(sp::send_buffer_low_watermark, 512 << 10);
	s.set_int(sp::send_buffer_watermark_factor, 150);
	s.set_int(sp::max_out_request_queue, 2000);
	s.set_int(sp::max_allowed_in_request_queue, 4000);
	s.set_int(sp::alert_queue_size, 20000);
	s.set_int(sp::alert_mask,
		  static_cast<int>(static_cast<std::uint32_t>(
			  lt::alert_category::error |
			  lt::alert_category::status |
			  lt::alert_category::storage |
			  lt::alert_category::piece_progress)));
}

lt::session_params session_settings()
{
	sp settings;

	set_quiet(settings);
	set_peers(settings);
	set_flow(settings);
	// No extensions: no metadata from strangers, no peer exchange.
	lt::session_params params(settings,
				  std::vector<std::shared_ptr<lt::plugin>>());
#if LIBTORRENT_VERSION_NUM >= 20100
	params.disk_io_constructor = lt::pread_disk_io_constructor;
#else
	params.disk_io_constructor = lt::mmap_disk_io_constructor;
#endif
	return params;
}

// --- Addresses ---

lt::address address_of(std::uint8_t const ip[16])
{
	lt::address_v6::bytes_type raw;

	std::copy(ip, ip + 16, raw.begin());
	lt::address_v6 const v6(raw);
	if (!v6.is_v4_mapped())
		return v6;
	return lt::address_v4(lt::address_v4::bytes_type{
		{ ip[12], ip[13], ip[14], ip[15] } });
}

void put_endpoint(engine_address *out, lt::tcp::endpoint const &from)
{
	out->port = from.port();
	if (from.address().is_v4()) {
		auto const raw = from.address().to_v4().to_bytes();
		engine_address_v4(out, raw.data(), from.port());
		return;
	}
	auto const raw = from.address().to_v6().to_bytes();
	std::copy(raw.begin(), raw.end(), out->ip);
}

void add_prefix(lt::ip_filter *filter, engine_prefix const &prefix,
		std::uint32_t flags)
{
	std::uint8_t first[16], last[16];

	for (int i = 0; i < 16; i++) {
		int const bits = std::clamp(int(prefix.bits) - 8 * i, 0, 8);
		auto const mask = std::uint8_t(0xff00 >> bits);
		first[i] = std::uint8_t(prefix.ip[i] & mask);
		last[i] = std::uint8_t(prefix.ip[i] | ~mask);
	}
	lt::address const from = address_of(first), to = address_of(last);
	// A prefix shorter than the v4-mapped range itself is a v6 one.
	if (from.is_v4() == to.is_v4())
		filter->add_rule(from, to, flags);
}

lt::ip_filter filter_of(engine_limits const &limits, std::uint32_t inside,
			std::uint32_t outside)
{
	lt::ip_filter filter;
	lt::address_v6::bytes_type top;

	top.fill(0xff);
	filter.add_rule(lt::address_v4(0), lt::address_v4(0xffffffff), outside);
	filter.add_rule(lt::address_v6(), lt::address_v6(top), outside);
	for (std::uint32_t i = 0; i < limits.lan_count; i++)
		add_prefix(&filter, limits.lan[i], inside);
	return filter;
}

int rate_of(std::uint64_t rate)
{
	return int(std::min<std::uint64_t>(rate, 0x7fffffff));
}

void set_limits(torrent *t, engine_limits const &limits)
{
	sp settings;

	// "global" is the class of those beyond the LAN, and the only one with
	// rates; libtorrent's own idea of "local" is taken out, since whole
	// education networks use private addresses.
	t->session->set_peer_class_filter(filter_of(
		limits, 1u << static_cast<std::uint32_t>(t->lan_class),
		1u << static_cast<std::uint32_t>(
			lt::session::global_peer_class_id)));
	t->session->set_ip_filter(
		filter_of(limits, 0, lt::ip_filter::blocked));
	settings.set_int(sp::upload_rate_limit, rate_of(limits.rate_up));
	settings.set_int(sp::download_rate_limit, rate_of(limits.rate_down));
	settings.set_int(sp::connections_limit,
			 limits.connections == 0
				 ? CONNECTIONS_USUAL
				 : rate_of(limits.connections));
	if (!t->listening) {
		settings.set_str(sp::listen_interfaces, t->listen);
		t->listening = true;
	}
	t->session->apply_settings(settings);
}

// --- Pieces ---

std::vector<std::uint8_t> map_of(
	lt::typed_bitfield<lt::piece_index_t> const &pieces, int count)
{
	std::vector<std::uint8_t> map(havemap_size(std::uint32_t(count)), 0);
	int const size = std::min(count, pieces.size());

	for (int i = 0; i < size; i++)
		if (pieces[lt::piece_index_t(i)])
			havemap_set(map.data(), std::uint32_t(i));
	return map;
}

std::vector<std::uint8_t> passed_now(payload const &p)
{
	return map_of(p.handle.status(lt::torrent_handle::query_pieces).pieces,
		      p.pieces);
}

bool is_whole(payload const &p, std::vector<std::uint8_t> const &map)
{
	return havemap_count(map.data(), std::uint32_t(p.pieces)) ==
	       std::uint32_t(p.pieces);
}

void tell_piece(torrent *t, payload &p, std::uint32_t piece)
{
	if (p.leaving || piece >= std::uint32_t(p.pieces) ||
	    havemap_has(p.known.data(), piece))
		return;
	havemap_set(p.known.data(), piece);
	engine_event e = event_of(ENGINE_PIECE, p.slot);
	e.piece = piece;
	tell(t, e);
}

void tell_new_pieces(torrent *t, payload &p,
		     std::vector<std::uint8_t> const &passed)
{
	for (int i = 0; i < p.pieces; i++)
		if (havemap_has(passed.data(), std::uint32_t(i)))
			tell_piece(t, p, std::uint32_t(i));
}

// One fence at a time: an answer must not be taken for a later question's.
// (libtorrent also answers a fence of its own when a torrent is finished;
// every write has been asked for by then, so that answer is as good.)
void begin_fence(payload &p)
{
	if (p.fencing) {
		p.fence_again = true;
		return;
	}
	p.fence = passed_now(p);
	p.fencing = true;
	p.handle.flush_cache();
}

void begin_leaving(payload &p, enum status status, std::string const &text)
{
	if (p.failure == STATUS_OK && status != STATUS_OK) {
		p.failure = status;
		p.failure_text = text;
	}
	if (p.leaving)
		return;
	p.leaving = true;
	p.handle.pause();
}

// The payload is paused: nothing more will be written.
void end_leaving(torrent *t, payload &gone)
{
	payload p = std::move(gone);

	t->slots.erase(reinterpret_cast<std::uintptr_t>(
		p.handle.userdata().get<payload>()));
	if (p.failure == STATUS_OK)
		p.written = passed_now(p);
	t->session->remove_torrent(p.handle);
	t->payloads.erase(p.slot);
	t->trim = true;
	if (p.failure != STATUS_OK) {
		tell_failed(t, p.slot, p.failure, p.failure_text, p.written);
		return;
	}
	engine_event e = event_of(ENGINE_RELEASED, p.slot);
	e.have = run_of(p.written);
	tell(t, e);
}

void fence_passed(torrent *t, payload &p)
{
	if (!p.fencing)
		return;
	p.fencing = false;
	std::vector<std::uint8_t> const now = passed_now(p);
	for (std::size_t i = 0; i < p.fence.size(); i++)
		p.fence[i] = std::uint8_t(p.fence[i] & now[i]);
	if (p.failure == STATUS_OK)
		p.written = p.fence;
	if (p.fence_again) {
		p.fence_again = false;
		begin_fence(p);
		return;
	}
	if (p.leaving) {
		if (p.by_fence)
			end_leaving(t, p);
		return;
	}
	tell_new_pieces(t, p, p.written);
	if (p.flush_asked) {
		p.flush_asked = false;
		engine_event e = event_of(ENGINE_HAVE, p.slot);
		e.have = run_of(p.written);
		tell(t, e);
	}
	if (p.ending && is_whole(p, p.written)) {
		p.ending = false;
		tell(t, event_of(ENGINE_FINISHED, p.slot));
	}
}

// --- Adding ---

struct refused {
	enum status status;
	std::string text;
};

// Closes what it opens.
class metainfo_holder {
    public:
	explicit metainfo_holder(bytes torrent)
	{
		char const *why = "not a torrent";

		if (metainfo_parse_why(torrent, &mi, &why) != STATUS_OK)
			throw refused{ STATUS_MALFORMED, why };
	}
	~metainfo_holder() { metainfo_release(&mi); }
	metainfo_holder(metainfo_holder const &) = delete;
	metainfo_holder &operator=(metainfo_holder const &) = delete;

	metainfo mi;
};

// libtorrent's reading of the torrent must be the node's: libtorrent renames
// what it finds odd (long names, names that differ only in case), and takes
// orders from inside the info dictionary (links to other torrents' files).
void check_agreement(lt::torrent_info const &ti, metainfo const &mi,
		     engine_add const &add)
{
	lt::file_storage const &fs = ti.files();
	std::uint32_t next = 0;

	if (!ti.info_hashes().has_v1() || !ti.info_hashes().has_v2())
		throw refused{ STATUS_MALFORMED, "not a hybrid torrent" };
	if (std::memcmp(ti.info_hashes().v2.data(), add.btmh,
			ENGINE_BTMH_SIZE) != 0)
		throw refused{ STATUS_MALFORMED,
			       "the torrent's hash is another" };
	if (!ti.similar_torrents().empty() || !ti.collections().empty() ||
	    !ti.ssl_cert().empty())
		throw refused{ STATUS_MALFORMED,
			       "the torrent leans on other torrents" };
	for (lt::file_index_t const i : fs.file_range()) {
		if (fs.pad_file_at(i))
			continue;
		if (next == mi.file_count ||
		    fs.file_path(i) != mi.files[next].path ||
		    std::uint64_t(fs.file_size(i)) != mi.files[next].length ||
		    (fs.file_flags(i) & lt::file_storage::flag_symlink))
			throw refused{ STATUS_MALFORMED,
				       "a file libtorrent reads otherwise" };
		next++;
	}
	if (next != mi.file_count || std::uint32_t(ti.num_pieces()) != mi.pieces)
		throw refused{ STATUS_MALFORMED,
			       "files libtorrent reads otherwise" };
}

// What is claimed to be there is at least long enough to be.
void check_claims(std::string const &folder, metainfo const &mi,
		  engine_mode mode, std::vector<std::uint8_t> const &have)
{
	std::vector<std::uint64_t> reach(mi.file_count, 0);

	for (std::uint32_t i = 0; i < mi.pieces; i++) {
		if (!havemap_has(have.data(), i))
			continue;
		struct metainfo_piece const piece = metainfo_piece(&mi, i);
		reach[piece.file] = std::max(reach[piece.file],
					     piece.offset + piece.length);
	}
	for (std::uint32_t i = 0; i < mi.file_count; i++) {
		std::string const path = folder + "/" + mi.files[i].path;
		struct stat st;

		if (reach[i] == 0)
			continue;
		if (lstat(path.c_str(), &st) != 0)
			throw refused{ STATUS_DAMAGED,
				       std::string(mi.files[i].path) + ": " +
					       std::strerror(errno) };
		if (!S_ISREG(st.st_mode) ||
		    std::uint64_t(st.st_size) < reach[i] ||
		    (mode == ENGINE_SEED &&
		     std::uint64_t(st.st_size) != mi.files[i].length))
			throw refused{ STATUS_DAMAGED,
				       std::string(mi.files[i].path) +
					       ": not the length it should be" };
	}
}

std::vector<std::uint8_t> claims_of(engine_add const &add,
				    std::uint32_t pieces)
{
	std::vector<std::uint8_t> have(havemap_size(pieces), 0);

	if (add.mode == ENGINE_SEED) {
		for (std::uint32_t i = 0; i < pieces; i++)
			havemap_set(have.data(), i);
		return have;
	}
	if (add.have.size == 0)
		return have;
	if (!engine_have_fits(add.have, pieces))
		throw refused{ STATUS_MALFORMED,
			       "have-map of another torrent" };
	std::copy(add.have.data, add.have.data + add.have.size, have.begin());
	return have;
}

lt::add_torrent_params load(engine_add const &add)
{
	lt::load_torrent_limits limits;

	limits.max_buffer_size = ENGINEWIRE_FRAME_MAX;
	limits.max_pieces = ENGINEWIRE_PIECES_MAX;
	try {
		return lt::load_torrent_buffer(
			{ reinterpret_cast<char const *>(add.torrent.data),
			  std::ptrdiff_t(add.torrent.size) },
			limits);
	} catch (lt::system_error const &e) {
		throw refused{ STATUS_MALFORMED, e.what() };
	}
}

void set_flags(lt::add_torrent_params *atp, engine_add const &add)
{
	namespace flag = lt::torrent_flags;

	atp->flags = flag::update_subscribe | flag::disable_dht |
		     flag::disable_lsd | flag::disable_pex |
		     flag::duplicate_is_error;
	// Every piece is hashed once more before it is first sent, and nothing
	// is ever written: a disk that has gone bad is noticed here instead of
	// getting us banned by everybody we serve.
	if (add.mode == ENGINE_SEED)
		atp->flags |= flag::seed_mode | flag::upload_mode;
	if (add.lan_only)
		atp->flags |= flag::apply_ip_filter;
}

void add_payload(torrent *t, std::uint32_t slot, engine_add const &add)
{
	if (t->payloads.count(slot) != 0)
		throw refused{ STATUS_EXISTS, "slot in use" };

	metainfo_holder const held(add.torrent);
	metainfo const &mi = held.mi;
	lt::add_torrent_params atp = load(add);
	check_agreement(*atp.ti, mi, add);

	char hex[HEX_SIZE(ENGINE_BTMH_SIZE) + 1];
	hex_encode(bytes{ add.btmh, ENGINE_BTMH_SIZE }, hex);
	atp.save_path = t->payload_dir + "/" + hex;
	payload p{};
	p.slot = slot;
	p.mode = add.mode;
	p.pieces = int(mi.pieces);
	p.lan_only = add.lan_only;
	p.known = claims_of(add, mi.pieces);
	p.written = p.known;
	check_claims(atp.save_path, mi, add.mode, p.known);

	set_flags(&atp, add);
	atp.trackers.clear();
	atp.url_seeds.clear();
	atp.http_seeds.clear();
	atp.dht_nodes.clear();
	if (add.mode == ENGINE_FETCH) {
		atp.have_pieces.resize(p.pieces, false);
		for (int i = 0; i < p.pieces; i++)
			if (havemap_has(p.known.data(), std::uint32_t(i)))
				atp.have_pieces.set_bit(lt::piece_index_t(i));
	}
	std::uintptr_t const key = t->next_key++;
	atp.userdata = lt::client_data_t(reinterpret_cast<payload *>(key));

	engine_event e = event_of(ENGINE_ADDED, slot);
	e.added.pieces = mi.pieces;
	e.added.piece_size = mi.piece_length;
	e.added.bytes = mi.total;
	p.handle = t->session->add_torrent(std::move(atp));
	t->slots[key] = slot;
	t->payloads.emplace(slot, std::move(p));
	tell(t, e);
}

// --- Commands ---

void tell_peers(torrent *t, payload const &p)
{
	std::vector<lt::peer_info> peers;
	std::vector<engine_peer> out;

	p.handle.get_peer_info(peers);
	for (lt::peer_info const &from : peers) {
		engine_peer to{};

		if (from.flags &
		    (lt::peer_info::connecting | lt::peer_info::handshake))
			continue;
		if (out.size() == ENGINEWIRE_PEERS_MAX)
			break;
		put_endpoint(&to.address, from.ip);
		to.bytes_from = std::uint64_t(from.total_download);
		to.bytes_to = std::uint64_t(from.total_upload);
		to.rate_from = std::uint64_t(std::max(0, from.payload_down_speed));
		to.rate_to = std::uint64_t(std::max(0, from.payload_up_speed));
		to.seed = bool(from.flags & lt::peer_info::seed);
		to.outgoing = bool(from.flags & lt::peer_info::local_connection);
		out.push_back(to);
	}
	engine_event e = event_of(ENGINE_PEERS, p.slot);
	e.peers.count = std::uint32_t(out.size());
	e.peers.peer = out.data();
	tell(t, e);
}

void set_reach(payload &p, bool lan_only)
{
	p.lan_only = lan_only;
	if (lan_only)
		p.handle.set_flags(lt::torrent_flags::apply_ip_filter);
	else
		p.handle.unset_flags(lt::torrent_flags::apply_ip_filter);
}

void command_payload(torrent *t, payload &p, engine_command const &c)
{
	if (p.leaving && c.type != ENGINE_COMMAND_PEERS)
		return; // what follows answers everything
	switch (c.type) {
	case ENGINE_COMMAND_CONNECT:
		p.handle.connect_peer(lt::tcp::endpoint(
			address_of(c.connect.ip), c.connect.port));
		break;
	case ENGINE_COMMAND_RELEASE:
		begin_leaving(p, STATUS_OK, "");
		break;
	case ENGINE_COMMAND_FLUSH:
		p.flush_asked = true;
		begin_fence(p);
		break;
	case ENGINE_COMMAND_REACH:
		set_reach(p, c.lan_only);
		break;
	case ENGINE_COMMAND_PEERS:
		tell_peers(t, p);
		break;
	default:
		break;
	}
}

void command(torrent *t, engine_command const &c)
{
	switch (c.type) {
	case ENGINE_COMMAND_LIMITS:
		set_limits(t, c.limits);
		return;
	case ENGINE_COMMAND_STATS:
		t->session->post_session_stats();
		return;
	case ENGINE_COMMAND_ADD:
		try {
			add_payload(t, c.slot, c.add);
		} catch (refused const &r) {
			tell_failed(t, c.slot, r.status, r.text);
		}
		return;
	default:
		break;
	}
	auto const found = t->payloads.find(c.slot);
	if (found != t->payloads.end())
		command_payload(t, found->second, c);
}

// --- Alerts ---

payload *payload_of(torrent *t, lt::torrent_handle const &handle)
{
	auto const key = reinterpret_cast<std::uintptr_t>(
		handle.userdata().get<payload>());
	auto const slot = t->slots.find(key);

	if (slot == t->slots.end())
		return nullptr;
	auto const found = t->payloads.find(slot->second);
	return found == t->payloads.end() ? nullptr : &found->second;
}

enum status status_of(payload const &p, lt::file_error_alert const &a)
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

void torrent_said(torrent *t, payload &p, lt::alert *a)
{
	if (auto *piece = lt::alert_cast<lt::piece_finished_alert>(a)) {
		tell_piece(t, p, std::uint32_t(int(piece->piece_index)));
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

void tell_progress(torrent *t, payload &p, lt::torrent_status const &st)
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

void tell_stats(torrent *t, lt::session_stats_alert const &a)
{
	auto const counters = a.counters();
	auto const value = [&](metric m) {
		int const i = t->metric_index[m];
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
	tell(t, e);
}

void listening_on(torrent *t, int port)
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
void catch_up(torrent *t)
{
	for (auto &entry : t->payloads) {
		payload &p = entry.second;

		if (!p.leaving) {
			lt::torrent_status const st = p.handle.status(
				lt::torrent_handle::query_pieces);
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

// The port of a node that was killed may stay taken for a moment.
void keep_listening(torrent *t, std::uint64_t now_ms)
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

} // namespace

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
		for (int i = 0; i < METRICS; i++)
			t->metric_index[i] =
				lt::find_metric_idx(metric_names[i]);
		t->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (t->wake < 0)
			return err_set(err, STATUS_IO, "eventfd: %s",
				       std::strerror(errno));
		t->session = std::make_unique<lt::session>(session_settings());
		t->lan_class = t->session->create_peer_class("lan");
		int const wake = t->wake;
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
