// check_torrent TORRENT DIR
//
// What libtorrent makes of one of our torrent files: loads TORRENT, prints its
// v2 hash, then has libtorrent make a torrent of the same files (DIR holds
// them under the torrent's own name) and prints "same" or "different" for the
// info dictionaries and for the piece layers, and "whole" when libtorrent,
// checking the files against our torrent, has every piece.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <sstream>
#include <thread>
#include <vector>

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/bencode.hpp>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/load_torrent.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/torrent_status.hpp>

static std::string section(std::string const &torrent, char const *key)
{
	lt::error_code ec;
	lt::bdecode_node all =
		lt::bdecode({ torrent.data(), long(torrent.size()) }, ec);
	lt::bdecode_node value = all.dict_find(key);

	if (!value)
		return {};
	return { value.data_section().data(),
		 size_t(value.data_section().size()) };
}

static std::string make(lt::torrent_info const &ti, std::string const &dir)
{
	lt::file_storage fs;
	std::vector<char> out;

	for (auto i : ti.files().file_range())
		if (!ti.files().pad_file_at(i))
			fs.add_file(ti.files().file_path(i),
				    ti.files().file_size(i));
	lt::create_torrent ct(fs, ti.piece_length());
	lt::set_piece_hashes(ct, dir);
	lt::bencode(std::back_inserter(out), ct.generate());
	return { out.data(), out.size() };
}

static bool whole(lt::add_torrent_params params, std::string const &dir)
{
	lt::settings_pack pack;

	pack.set_str(lt::settings_pack::listen_interfaces, "127.0.0.1:0");
	pack.set_bool(lt::settings_pack::enable_dht, false);
	pack.set_bool(lt::settings_pack::enable_lsd, false);
	pack.set_bool(lt::settings_pack::enable_upnp, false);
	pack.set_bool(lt::settings_pack::enable_natpmp, false);
	lt::session session(pack);

	params.save_path = dir;
	params.flags &= ~lt::torrent_flags::auto_managed;
	params.flags &= ~lt::torrent_flags::paused;
	lt::torrent_handle handle = session.add_torrent(params);
	for (int i = 0; i < 400; i++) {
		auto state = handle.status().state;

		if (state == lt::torrent_status::seeding ||
		    state == lt::torrent_status::finished)
			return handle.status().is_seeding;
		if (state == lt::torrent_status::downloading)
			break;
		std::this_thread::sleep_for(std::chrono::milliseconds(50));
	}
	return false;
}

int main(int argc, char **argv)
try {
	if (argc != 3)
		return 2;
	std::ifstream in(argv[1], std::ios::binary);
	std::string ours((std::istreambuf_iterator<char>(in)), {});
	lt::add_torrent_params params = lt::load_torrent_buffer(
		{ ours.data(), long(ours.size()) });
	std::ostringstream hash;

	hash << params.ti->info_hashes().v2;
	std::cout << "v2 " << hash.str() << "\n";
	std::cout << "pieces " << params.ti->num_pieces() << "\n";
	std::string theirs = make(*params.ti, argv[2]);
	bool info = section(ours, "info") == section(theirs, "info");
	bool layers = section(ours, "piece layers") ==
		      section(theirs, "piece layers");
	std::cout << "info " << (info ? "same" : "different") << "\n";
	std::cout << "layers " << (layers ? "same" : "different") << "\n";
	if (!info)
		std::cerr << lt::bdecode(section(ours, "info")).dict_size()
			  << "\n--- ours\n" << section(ours, "info")
			  << "\n--- theirs\n" << section(theirs, "info") << "\n";
	bool seeds = whole(params, argv[2]);
	std::cout << (seeds ? "whole" : "not whole") << "\n";
	return info && layers && seeds ? 0 : 1;
} catch (std::exception const &e) {
	std::cerr << "libtorrent: " << e.what() << "\n";
	return 1;
}
