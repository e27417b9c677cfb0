// ADD: what the node claims is compared with what libtorrent reads and with
// what lies on disk, before libtorrent gets it.
#include "node/torrent/torrent_inside.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/load_torrent.hpp>
#include <libtorrent/torrent_flags.hpp>
#include <libtorrent/torrent_info.hpp>

namespace engine {
namespace {

// Thrown by what is static here; add_payload() catches it.
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

} // namespace

// libtorrent's reading of the torrent must be the node's: libtorrent renames
// what it finds odd (long names, names that differ only in case), and takes
// orders from inside the info dictionary (links to other torrents' files).
static void check_agreement(lt::torrent_info const &ti, metainfo const &mi,
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
static void check_claims(std::string const &folder, metainfo const &mi,
			 engine_mode mode,
			 std::vector<std::uint8_t> const &have)
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

static std::vector<std::uint8_t> claims_of(engine_add const &add,
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

static lt::add_torrent_params load(engine_add const &add)
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

static void set_flags(lt::add_torrent_params *atp, engine_add const &add)
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

static void add_or_throw(torrent *t, std::uint32_t slot, engine_add const &add)
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
	count_peers(t->beyond, &atp);
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
	watch_peers(t->door, key, &atp);
	atp.userdata = lt::client_data_t(reinterpret_cast<payload *>(key));

	p.added.pieces = mi.pieces;
	p.added.piece_size = mi.piece_length;
	p.added.bytes = mi.total;
	p.handle = t->session->add_torrent(std::move(atp));
	t->slots[key] = slot;
	t->payloads.emplace(slot, std::move(p));
	// ENGINE_ADDED follows when libtorrent has looked at the files: until
	// then it turns peers away.
}

void add_payload(torrent *t, std::uint32_t slot, engine_add const &add)
{
	try {
		add_or_throw(t, slot, add);
	} catch (refused const &r) {
		tell_failed(t, slot, r.status, r.text);
	}
}

} // namespace engine
