// What libtorrent is told: the settings it begins with (which and why:
// docs/engine.md), and LIMITS: rates, and who is the LAN.
#include "node/torrent/torrent_inside.hpp"

#include <algorithm>

#include <libtorrent/alert.hpp>
#include <libtorrent/fingerprint.hpp>
#include <libtorrent/ip_filter.hpp>
#include <libtorrent/mmap_disk_io.hpp>
#include <libtorrent/peer_class_type_filter.hpp>
#include <libtorrent/settings_pack.hpp>
#if LIBTORRENT_VERSION_NUM >= 20100
#include <libtorrent/pread_disk_io.hpp>
#endif

namespace engine {

using sp = lt::settings_pack;

constexpr int CONNECTIONS_USUAL = 80;

static void set_quiet(sp &s)
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

static void set_peers(sp &s)
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

static void set_flow(sp &s)
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

static void add_prefix(lt::ip_filter *filter, engine_prefix const &prefix,
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

static lt::ip_filter filter_of(engine_limits const &limits,
			       std::uint32_t inside, std::uint32_t outside)
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

static int rate_of(std::uint64_t rate)
{
	return int(std::min<std::uint64_t>(rate, 0x7fffffff));
}

// The address of "ADDR:PORT" when it is one certain address: connections
// leave from there, too. Else "": the system chooses.
static std::string bound_address(std::string const &listen)
{
	std::string host = listen.substr(0, listen.rfind(':'));

	if (host.size() > 2 && host.front() == '[')
		host = host.substr(1, host.size() - 2);
	return host == "0.0.0.0" || host == "::" ? "" : host;
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
	{
		std::lock_guard<std::mutex> const held(t->beyond->lock);
		t->beyond->inside = filter_of(limits, 1, 0);
	}
	{
		std::lock_guard<std::mutex> const held(t->door->lock);
		t->door->inside = filter_of(limits, 1, 0);
	}
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
		settings.set_str(sp::outgoing_interfaces,
				 bound_address(t->listen));
		t->listening = true;
	}
	t->session->apply_settings(settings);
}

} // namespace engine
