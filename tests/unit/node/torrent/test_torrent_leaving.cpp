// What libtorrent may do to a payload that leaves, done on purpose: the inside
// of node/torrent/ by itself, without the program around it. It is told in an
// order that its threads choose rarely, or not at all.
#include "node/torrent/torrent_inside.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libtorrent/bencode.hpp>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/torrent_info.hpp>

#include "tests/support/check.h"

namespace {

constexpr int PIECE = 64 << 10, PIECES = 16, PATIENCE_S = 40;
constexpr std::uint32_t SLOT = 1;

struct told {
	engine_event_type type;
	std::vector<std::uint8_t> have;
};

struct scene {
	std::string top;
	torrent *t = nullptr;
	std::vector<told> heard;
	std::vector<char> file; // the torrent
	std::uint8_t btmh[ENGINE_BTMH_SIZE];
	std::vector<std::uint8_t> claims;
	std::uint64_t now_ms = 1000;
};

} // namespace

static void hear(void *owner, engine_event const *e)
{
	auto *s = static_cast<scene *>(owner);
	told one{ e->type, {} };

	if (e->type == ENGINE_HAVE || e->type == ENGINE_RELEASED)
		one.have.assign(e->have.data, e->have.data + e->have.size);
	if (e->type != ENGINE_PROGRESS)
		s->heard.push_back(one);
}

static std::string hex_of(lt::sha256_hash const &hash)
{
	char hex[HEX_SIZE(ENGINE_BTMH_SIZE) + 1];

	hex_encode(bytes{ reinterpret_cast<std::uint8_t const *>(hash.data()),
			  ENGINE_BTMH_SIZE },
		   hex);
	return hex;
}

// A lesson of zeros, there as a whole.
static void make_lesson(scene *s)
{
	lt::file_storage files;
	lt::error_code none;

	{
		std::ofstream out(s->top + "/a.bin", std::ios::binary);
		out << std::string(std::size_t(PIECE) * PIECES, '\0');
		CHECK(out.good());
	}
	files.add_file("a.bin", std::int64_t(PIECE) * PIECES);
	lt::create_torrent maker(files, PIECE);
	lt::set_piece_hashes(maker, s->top, none);
	CHECK(!none);
	lt::bencode(std::back_inserter(s->file), maker.generate());

	lt::torrent_info const info(lt::span<char const>(s->file), none,
				    lt::from_span);
	CHECK(!none && info.num_pieces() == PIECES);
	auto const hash = info.info_hashes().v2;
	std::copy(hash.begin(), hash.end(), s->btmh);
	std::string const folder = s->top + "/" + hex_of(hash);
	CHECK(mkdir(folder.c_str(), 0700) == 0);
	CHECK(rename((s->top + "/a.bin").c_str(),
		     (folder + "/a.bin").c_str()) == 0);
}

static void begin(scene *s)
{
	char top[] = "/tmp/xiangtu-test-XXXXXX";
	torrent_options options{};
	struct err err = ERR_INIT;

	CHECK(mkdtemp(top) != nullptr);
	s->top = top;
	make_lesson(s);
	s->claims.assign(havemap_size(PIECES), 0);
	havemap_set(s->claims.data(), 2);
	havemap_set(s->claims.data(), 15);
	options.payload_dir = s->top.c_str();
	options.listen = "127.0.0.1:0";
	CHECK(torrent_open(&s->t, &options, hear, s, &err) == STATUS_OK);
}

static void end(scene *s)
{
	CHECK(s->t->payloads.empty() && s->t->slots.empty());
	close(s->t->wake);
	s->t->session.reset(); // waits for its threads
	delete s->t;
	CHECK(std::system(("rm -r " + s->top).c_str()) == 0);
}

static void command(scene *s, engine_command_type type)
{
	engine_command c{};

	c.type = type;
	c.slot = SLOT;
	if (type == ENGINE_COMMAND_ADD) {
		std::copy(s->btmh, s->btmh + sizeof(s->btmh), c.add.btmh);
		c.add.mode = ENGINE_FETCH;
		c.add.torrent = bytes{
			reinterpret_cast<std::uint8_t *>(s->file.data()),
			s->file.size()
		};
		c.add.have = bytes{ s->claims.data(), s->claims.size() };
	}
	torrent_command(s->t, &c);
}

// As the program does, but that a second passes each time.
static void work(scene *s)
{
	pollfd wake{ torrent_wake_fd(s->t), POLLIN, 0 };

	s->now_ms += 1000;
	(void)torrent_work(s->t, s->now_ms);
	(void)poll(&wake, 1, 10);
}

static void work_until_heard(scene *s, engine_event_type type)
{
	auto const until = std::chrono::steady_clock::now() +
			   std::chrono::seconds(PATIENCE_S);

	while (s->heard.empty() || s->heard.back().type != type) {
		CHECK(std::chrono::steady_clock::now() < until);
		work(s);
	}
}

static engine::payload &payload_in(scene *s)
{
	CHECK(s->t->payloads.count(SLOT) == 1);
	return s->t->payloads.at(SLOT);
}

static void what_is_paused_before_it_was_looked_at_was_added_too()
{
	scene s;

	begin(&s);
	for (std::size_t i = 0; i < 20; i++) {
		command(&s, ENGINE_COMMAND_ADD);
		payload_in(&s).leaving = true;
		engine::end_leaving(s.t, payload_in(&s));
		CHECK(s.heard.size() == 2 * i + 2);
		CHECK(s.heard[2 * i].type == ENGINE_ADDED);
		CHECK(s.heard[2 * i + 1].type == ENGINE_RELEASED);
		CHECK(s.heard[2 * i + 1].have == s.claims);
	}
	// What libtorrent says of them now is late.
	work(&s);
	work(&s);
	CHECK(s.heard.size() == 40);
	end(&s);
}

static void what_is_flushed_before_it_was_looked_at_keeps_its_map()
{
	scene s;

	begin(&s);
	command(&s, ENGINE_COMMAND_ADD);
	command(&s, ENGINE_COMMAND_FLUSH);
	work_until_heard(&s, ENGINE_HAVE);
	CHECK(s.heard.back().have == s.claims);
	command(&s, ENGINE_COMMAND_RELEASE);
	work_until_heard(&s, ENGINE_RELEASED);
	CHECK(s.heard.back().have == s.claims);
	end(&s);
}

// That it is paused is said, but never heard.
static void what_nobody_says_is_paused_is_released_all_the_same()
{
	scene s;

	begin(&s);
	command(&s, ENGINE_COMMAND_ADD);
	work_until_heard(&s, ENGINE_ADDED);
	payload_in(&s).handle.pause();
	for (bool paused = false; !paused;) {
		std::vector<lt::alert *> lost;

		(void)s.t->session->wait_for_alert(std::chrono::seconds(1));
		s.t->session->pop_alerts(&lost);
		for (lt::alert *a : lost)
			paused |= std::string(a->what()) == "torrent_paused";
	}
	payload_in(&s).leaving = true;
	work_until_heard(&s, ENGINE_RELEASED);
	CHECK(s.heard.size() == 2 && s.heard.back().have == s.claims);
	end(&s);
}

int main()
{
	what_is_paused_before_it_was_looked_at_was_added_too();
	what_is_flushed_before_it_was_looked_at_keeps_its_map();
	what_nobody_says_is_paused_is_released_all_the_same();
	return 0;
}
