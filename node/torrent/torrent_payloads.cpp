// A loaded payload, until it is gone.
//
// "Written" is decided like this. A piece passes its hash check from memory,
// perhaps before its blocks are written. A fence in libtorrent's disk queue
// (flush_cache(), pause()) is answered when every job before it is done. So
// the pieces that had passed when the fence was asked for, and still count as
// passed when the answer is here (a failed write takes that back), are
// written.
#include "node/torrent/torrent_inside.hpp"

#include <algorithm>

#include <libtorrent/peer_info.hpp>
#include <libtorrent/torrent_flags.hpp>
#include <libtorrent/torrent_status.hpp>

namespace engine {

constexpr int ASK_AGAIN_TICKS = 10;

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

// Before libtorrent has looked at the files it knows of no pieces; what the
// node knows stands.
static std::vector<std::uint8_t> passed_now(payload const &p)
{
	lt::torrent_status const st =
		p.handle.status(lt::torrent_handle::query_pieces);

	if (st.state == lt::torrent_status::checking_resume_data)
		return p.known;
	return map_of(st.pieces, p.pieces);
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

// A fence asked for now is behind all that was asked for before, the pause
// too: its answer is as good as that of the pause.
void ask_again(payload &p)
{
	if (!p.leaving || ++p.leaving_ticks % ASK_AGAIN_TICKS != 0)
		return;
	p.handle.pause();
	p.by_fence = true;
	begin_fence(p);
}

// The payload is paused: nothing more will be written. libtorrent may say so
// before it says that it has looked at the files (of two disk jobs one after
// the other, two threads may report the second first): ADDED is told here then,
// which takes the payload to be still among them.
void end_leaving(torrent *t, payload &gone)
{
	if (gone.failure == STATUS_OK) {
		gone.written = passed_now(gone);
		tell_added(t, gone);
	}
	payload const p = std::move(gone);

	t->slots.erase(reinterpret_cast<std::uintptr_t>(
		p.handle.userdata().get<payload>()));
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

static void tell_peers(torrent *t, payload const &p)
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

static void set_reach(payload &p, bool lan_only)
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

} // namespace engine
