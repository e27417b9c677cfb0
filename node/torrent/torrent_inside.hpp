/* How the C++ files share themselves: the inside of torrent.h, for them only.
 *
 *   torrent.cpp           the C face, and the guard behind it
 *   torrent_settings.cpp  what libtorrent is told at first, and LIMITS
 *   torrent_add.cpp       ADD: checks a payload, and loads it
 *   torrent_payloads.cpp  a loaded payload: pieces, fences, leaving
 *   torrent_alerts.cpp    what libtorrent says, as events
 *   torrent_meter.cpp     counts what is moved with peers beyond the LAN
 *   torrent_token.cpp     says who this node is, and holds back for others
 *
 * Whatever these functions throw is caught in torrent.cpp. */
#ifndef NODE_TORRENT_TORRENT_INSIDE_HPP
#define NODE_TORRENT_TORRENT_INSIDE_HPP

// The C headers stay plain C and are given C linkage here.
// A function named like its struct is C's good right.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
extern "C" {
#include "node/torrent/torrent.h"
#include "proto/encoding.h"
#include "proto/metainfo.h"
}
#pragma GCC diagnostic pop

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <libtorrent/fwd.hpp>
#include <libtorrent/ip_filter.hpp>
#include <libtorrent/peer_class.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/socket.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/version.hpp>

#if LIBTORRENT_VERSION_NUM < 20008
#error "libtorrent 2.0.8 or newer is needed"
#endif

namespace engine {

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
	int leaving_ticks = 0; // seconds it has been
	bool by_fence = false; // leaving without hearing of the pause
	enum status failure = STATUS_OK; // why it leaves, if not asked to
	std::string failure_text;
	engine_progress told{};
	engine_added added{};
	bool added_told = false;
};

class token_peer;

// What peers told of themselves, or were told, for the main thread.
struct token_news {
	std::uintptr_t payload; // see torrent::slots
	engine_event_type type; // HELLO, PROOF or TURNED
	engine_token token;
	engine_turned turned;
};

// Who is to be served. The rules and the news are read and written by
// libtorrent's network thread and ours, under the lock; the peers are the
// network thread's alone.
struct door {
	std::mutex lock;
	bool open = false; // the node has said who it is
	engine_door rules{};
	unsigned times = 0; // the rules were told: judge all of them again
	lt::ip_filter inside; // 1 is the LAN
	std::vector<token_news> news;
	int wake = -1; // to be written to when there are news

	std::map<std::uint64_t, std::weak_ptr<token_peer>> peers;
	std::uint64_t next = 1;
};

// Bytes of pieces moved with peers beyond the LAN. Counted on libtorrent's
// network thread, read and told what the LAN is on ours.
struct meter {
	std::mutex lock;
	lt::ip_filter inside; // under the lock: 1 is the LAN
	std::atomic<std::uint64_t> down{ 0 }, up{ 0 };
};

} // namespace engine

struct torrent {
	std::string payload_dir;
	std::string listen;
	torrent_event_cb on_event;
	void *owner;
	int wake;
	std::unique_ptr<lt::session> session;
	lt::peer_class_t lan_class;
	std::shared_ptr<engine::meter> beyond = std::make_shared<engine::meter>();
	std::shared_ptr<engine::door> door = std::make_shared<engine::door>();
	std::map<std::uint32_t, engine::payload> payloads; // by slot
	// libtorrent hands back a number given at add, never used twice: alerts
	// of a torrent that is gone find nothing.
	std::map<std::uintptr_t, std::uint32_t> slots;
	std::uintptr_t next_key = 1;
	std::vector<lt::alert *> alerts; // reused between drains
	std::vector<int> metrics; // their places; see find_metrics()

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

namespace engine {

// --- Telling: torrent.cpp ---

engine_event event_of(engine_event_type type, std::uint32_t slot);
bytes run_of(std::vector<std::uint8_t> const &v);
void tell(torrent *t, engine_event const &e);
// Once, when it answers peers.
void tell_added(torrent *t, payload &p);
// The payload of `slot` is gone; or, slot 0, the engine cannot listen.
void tell_failed(torrent *t, std::uint32_t slot, enum status status,
		 std::string const &text,
		 std::vector<std::uint8_t> const &have = {});

// --- torrent_settings.cpp ---

lt::session_params session_settings();
// Also begins to listen, the first time.
void set_limits(torrent *t, engine_limits const &limits);
lt::address address_of(std::uint8_t const ip[16]);
void put_endpoint(engine_address *out, lt::tcp::endpoint const &from);

// --- torrent_add.cpp ---

// Tells ADDED, or FAILED when it is refused.
void add_payload(torrent *t, std::uint32_t slot, engine_add const &add);

// --- torrent_meter.cpp ---

// Have a torrent's peers counted.
void count_peers(std::shared_ptr<meter> const &m, lt::add_torrent_params *atp);

// --- torrent_token.cpp ---

// Have a torrent's peers told who we are, and asked who they are.
void watch_peers(std::shared_ptr<door> const &d, std::uintptr_t payload,
		 lt::add_torrent_params *atp);
void set_door(torrent *t, engine_door const &rules);
// PROVE, ADMIT: handed on to the network thread.
void answer_peer(torrent *t, payload &p, engine_command const &c);
// Tell HELLO, PROOF and TURNED.
void tell_tokens(torrent *t);

// --- torrent_payloads.cpp ---

// NULL when it is gone: the alert is late.
payload *payload_of(torrent *t, lt::torrent_handle const &handle);
std::vector<std::uint8_t> map_of(
	lt::typed_bitfield<lt::piece_index_t> const &pieces, int count);
bool is_whole(payload const &p, std::vector<std::uint8_t> const &map);

// Tell PIECE for what passed and is not known yet.
void tell_piece(torrent *t, payload &p, std::uint32_t piece);
void tell_new_pieces(torrent *t, payload &p,
		     std::vector<std::uint8_t> const &passed);

// Ask for a fence in the disk queue; fence_passed() is its answer.
void begin_fence(payload &p);
void fence_passed(torrent *t, payload &p);

// Pause it, as asked (STATUS_OK) or because it failed. end_leaving() when it
// is paused: tells RELEASED or FAILED, and `gone` is no more.
void begin_leaving(payload &p, enum status status, std::string const &text);
// Once a second: where libtorrent does not say that it is paused, have it say
// something else.
void ask_again(payload &p);
void end_leaving(torrent *t, payload &gone);

// CONNECT, RELEASE, FLUSH, REACH, PEERS.
void command_payload(torrent *t, payload &p, engine_command const &c);

// --- torrent_alerts.cpp ---

// Ask libtorrent where in its counters those of STATS stand.
void find_metrics(torrent *t);
// Turn one alert into events.
void session_said(torrent *t, lt::alert *a);

} // namespace engine

#endif
