// One plain libtorrent session, tuned for one fast peer and nothing else:
//
//   bench_plain_torrent seed  TORRENT FOLDER [ADDRESS]       prints its port, stays
//   bench_plain_torrent fetch TORRENT FOLDER PORT [ADDRESS]  prints seconds, ends
//   bench_plain_torrent hold  TORRENTS PAYLOADS   loads them all, stays
//
// ADDRESS, 127.0.0.1 where none is given, is the seed's.
//
// What bench_engine and scripts/bench lab measure us against.
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include <libtorrent/alert_types.hpp>
#include <libtorrent/load_torrent.hpp>
#include <libtorrent/mmap_disk_io.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/settings_pack.hpp>

using sp = lt::settings_pack;

static lt::session_params tuned(std::string const &listen)
{
	sp s;

	s.set_str(sp::listen_interfaces, listen + ":0");
	for (int const off : { sp::enable_dht, sp::enable_lsd, sp::enable_upnp,
			       sp::enable_natpmp, sp::enable_outgoing_utp,
			       sp::enable_incoming_utp })
		s.set_bool(off, false);
	s.set_int(sp::out_enc_policy, sp::pe_disabled);
	s.set_int(sp::in_enc_policy, sp::pe_disabled);
	s.set_int(sp::mmap_file_size_cutoff, INT_MAX);
	s.set_int(sp::disk_write_mode, sp::always_pwrite);
	s.set_int(sp::send_buffer_watermark, 8 << 20);
	s.set_int(sp::send_buffer_low_watermark, 1 << 20);
	s.set_int(sp::send_buffer_watermark_factor, 150);
	s.set_int(sp::max_out_request_queue, 4000);
	s.set_int(sp::max_allowed_in_request_queue, 4000);
	s.set_int(sp::max_queued_disk_bytes, 64 << 20);
	s.set_int(sp::alert_mask,
		  int(std::uint32_t(lt::alert_category::error |
				    lt::alert_category::status)));
	lt::session_params params(s);
	params.disk_io_constructor = lt::mmap_disk_io_constructor;
	return params;
}

/* Load all of a folder of torrent files as seeds, each in a folder of its own
 * name; say how many and how long it took until the last was added. */
static int hold(std::string const &torrents, std::string const &payloads)
{
	auto const began = std::chrono::steady_clock::now();
	lt::session session(tuned("127.0.0.1"));
	std::vector<lt::alert *> alerts;
	int asked = 0, added = 0;

	for (auto const &file : std::filesystem::directory_iterator(torrents)) {
		lt::add_torrent_params atp =
			lt::load_torrent_file(file.path().string());

		atp.save_path = payloads + "/" + file.path().filename().string();
		atp.flags = lt::torrent_flags::seed_mode;
		session.async_add_torrent(atp);
		asked++;
	}
	while (added < asked) {
		session.wait_for_alert(std::chrono::seconds(1));
		session.pop_alerts(&alerts);
		for (lt::alert *a : alerts)
			if (auto *t = lt::alert_cast<lt::add_torrent_alert>(a))
				added += !t->error;
	}
	std::cout << added << " "
		  << std::chrono::duration<double>(
			     std::chrono::steady_clock::now() - began)
			     .count()
		  << std::endl;
	while (getppid() != 1)
		sleep(1);
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc == 4 && std::strcmp(argv[1], "hold") == 0)
		return hold(argv[2], argv[3]);
	bool const seed = argc > 1 && std::strcmp(argv[1], "seed") == 0;
	if (argc < (seed ? 4 : 5))
		return 2;
	int const where = seed ? 4 : 5;
	std::string const address = argc > where ? argv[where] : "127.0.0.1";
	bool const near = address == "127.0.0.1";
	lt::session session(tuned(seed || near ? address : "0.0.0.0"));
	lt::add_torrent_params atp = lt::load_torrent_file(argv[2]);
	std::vector<lt::alert *> alerts;

	atp.save_path = argv[3];
	atp.flags = seed ? lt::torrent_flags::seed_mode
			 : lt::torrent_flags_t{};
	lt::torrent_handle const torrent = session.add_torrent(atp);
	auto const began = std::chrono::steady_clock::now();
	if (!seed)
		torrent.connect_peer(lt::tcp::endpoint(
			lt::make_address_v4(address),
			std::uint16_t(std::atoi(argv[4]))));
	for (;;) {
		session.wait_for_alert(std::chrono::seconds(1));
		session.pop_alerts(&alerts);
		for (lt::alert *a : alerts) {
			auto *l = lt::alert_cast<lt::listen_succeeded_alert>(a);
			if (seed && l &&
			    l->socket_type == lt::socket_type_t::tcp)
				std::cout << l->port << std::endl;
			if (!seed &&
			    lt::alert_cast<lt::torrent_finished_alert>(a)) {
				std::cout << std::chrono::duration<double>(
						     std::chrono::steady_clock::
							     now() -
						     began)
						     .count()
					  << std::endl;
				return 0; /* what it has is written first */
			}
			if (lt::alert_cast<lt::torrent_error_alert>(a)) {
				std::cerr << a->message() << std::endl;
				_exit(1);
			}
		}
		if (seed && getppid() == 1)
			_exit(0);
	}
}
