// Who may take pieces: each connection tells which node it belongs to, proves
// it when asked, and, where the node serves only those it knows, gets nothing
// before the node has admitted it (docs/engine.md, "Who may take pieces").
//
//   handshake with a node key -> HELLO -> PROVE: our signature is sent
//   a signature came          -> PROOF -> ADMIT: served, or shown out
//
// There is no key in this process: the node signs and checks.
#include "node/torrent/torrent_inside.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include <unistd.h>

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/operations.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/time.hpp>

namespace engine {

constexpr int OUR_MESSAGE = 77; // of BEP 10, where we want proofs
constexpr int HELLO_SIZE = 1 + ENGINE_KEY_SIZE + ENGINE_NONCE_SIZE;
constexpr char ASKS = 1; // a bit of the first byte of a hello
constexpr int PATIENCE_S = 10;
constexpr std::size_t NEWS_MAX = 1000;
constexpr std::size_t REQUEST_SIZE = 12;

constexpr char MSG_REJECT = 16;	  // BEP 6
constexpr char MSG_EXTENDED = 20; // BEP 10

static void put_u32(std::string *out, std::uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		out->push_back(char(value >> shift));
}

class token_peer final : public lt::peer_plugin {
    public:
	token_peer(std::shared_ptr<door> d, std::uintptr_t payload,
		   lt::peer_connection_handle peer, std::uint64_t number)
		: door_(std::move(d)), payload_(payload),
		  peer_(std::move(peer)), number_(number),
		  since_(lt::clock_type::now())
	{
		std::random_device random;

		for (std::uint8_t &byte : our_nonce_)
			byte = std::uint8_t(random());
	}
	~token_peer() override { door_->peers.erase(number_); }
	token_peer(token_peer const &) = delete;
	token_peer &operator=(token_peer const &) = delete;

	void add_handshake(lt::entry &h) override
	{
		std::lock_guard<std::mutex> const held(door_->lock);
		std::string hello;

		if (!door_->open)
			return;
		hello.push_back(must_prove_locked() ? ASKS : 0);
		hello.append(reinterpret_cast<char const *>(
				     door_->rules.node_key),
			     ENGINE_KEY_SIZE);
		hello.append(reinterpret_cast<char const *>(our_nonce_),
			     ENGINE_NONCE_SIZE);
		h["m"]["xt_proof"] = OUR_MESSAGE;
		h["xt_node"] = hello;
	}

	bool on_handshake(lt::span<char const> reserved) override
	{
		fast_ = reserved.size() == 8 && (reserved[7] & 4) != 0;
		return true;
	}

	bool on_extension_handshake(lt::bdecode_node const &h) override
	{
		if (heard_ || h.type() != lt::bdecode_node::dict_t)
			return true;
		auto const m = h.dict_find_dict("m");
		auto const hello = h.dict_find_string_value("xt_node");
		auto const id = m ? m.dict_find_int_value("xt_proof") : 0;
		if (hello.size() != HELLO_SIZE || id < 1 || id > 255)
			return true; // an ordinary client
		heard_ = true;
		their_message_ = char(id);
		std::memcpy(key_, hello.data() + 1, sizeof(key_));
		std::memcpy(nonce_, hello.data() + 1 + sizeof(key_),
			    sizeof(nonce_));
		if (hello[0] & ASKS)
			tell(ENGINE_HELLO, nullptr);
		return true;
	}

	bool on_extended(int length, int message,
			 lt::span<char const> body) override
	{
		if (message != OUR_MESSAGE)
			return false;
		if (length != ENGINE_SIGNATURE_SIZE || !heard_) {
			show_out();
			return true;
		}
		if (body.size() < length)
			return true; // the rest is still to come
		if (!proven_ && must_prove())
			tell(ENGINE_PROOF, body.data());
		proven_ = true; // one is enough, good or not
		return true;
	}

	// Choked and told so, it asks again when it is admitted.
	bool on_request(lt::peer_request const &r) override
	{
		if (!must_prove())
			return false;
		peer_.choke_this_peer();
		if (fast_)
			reject(r);
		return true;
	}

	void tick() override
	{
		// Whom the node sent us to we keep: we want something there.
		if (!peer_.is_outgoing() && must_prove() &&
		    lt::clock_type::now() - since_ >
			    lt::seconds(PATIENCE_S))
			show_out();
	}

	void prove(std::uint8_t const *signature)
	{
		std::string message;

		if (!heard_)
			return;
		put_u32(&message, 2 + ENGINE_SIGNATURE_SIZE);
		message.push_back(MSG_EXTENDED);
		message.push_back(their_message_);
		message.append(reinterpret_cast<char const *>(signature),
			       ENGINE_SIGNATURE_SIZE);
		peer_.send_buffer(message.data(), int(message.size()));
	}

	void admit(bool admitted)
	{
		admitted_ = admitted;
		if (admitted)
			peer_.maybe_unchoke_this_peer();
		else if (must_prove())
			show_out();
	}

    private:
	bool must_prove_locked() const
	{
		return door_->open && door_->rules.known_only && !admitted_ &&
		       door_->inside.access(peer_.remote().address()) == 0;
	}

	bool must_prove() const
	{
		std::lock_guard<std::mutex> const held(door_->lock);

		return must_prove_locked();
	}

	void show_out()
	{
		peer_.disconnect(
			lt::error_code(boost::system::errc::permission_denied,
				       lt::generic_category()),
			lt::operation_t::bittorrent);
	}

	void reject(lt::peer_request const &r)
	{
		std::string message;

		put_u32(&message, 1 + REQUEST_SIZE);
		message.push_back(MSG_REJECT);
		put_u32(&message, std::uint32_t(int(r.piece)));
		put_u32(&message, std::uint32_t(r.start));
		put_u32(&message, std::uint32_t(r.length));
		peer_.send_buffer(message.data(), int(message.size()));
	}

	void tell(engine_event_type type, char const *signature)
	{
		token_news news{};

		news.payload = payload_;
		news.type = type;
		news.token.peer = number_;
		put_endpoint(&news.token.address, peer_.remote());
		std::memcpy(news.token.key, key_, sizeof(key_));
		std::memcpy(news.token.nonce, nonce_, sizeof(nonce_));
		std::memcpy(news.token.our_nonce, our_nonce_,
			    sizeof(our_nonce_));
		if (signature != nullptr)
			std::memcpy(news.token.signature, signature,
				    ENGINE_SIGNATURE_SIZE);
		std::lock_guard<std::mutex> const held(door_->lock);
		if (door_->news.size() >= NEWS_MAX)
			return; // it is shown out, and comes again
		door_->news.push_back(news);
		std::uint64_t const one = 1;
		(void)!write(door_->wake, &one, sizeof(one));
	}

	std::shared_ptr<door> door_;
	std::uintptr_t payload_;
	lt::peer_connection_handle peer_;
	std::uint64_t number_;
	lt::time_point since_;
	std::uint8_t our_nonce_[ENGINE_NONCE_SIZE];
	std::uint8_t key_[ENGINE_KEY_SIZE] = {};
	std::uint8_t nonce_[ENGINE_NONCE_SIZE] = {};
	char their_message_ = 0;
	bool fast_ = false;	// it understands a reject
	bool heard_ = false;	// it names a node
	bool proven_ = false;	// its signature has come
	bool admitted_ = false; // and the node knows it
};

namespace {

class watched_torrent final : public lt::torrent_plugin {
    public:
	watched_torrent(std::shared_ptr<door> d, std::uintptr_t payload)
		: door_(std::move(d)), payload_(payload)
	{
	}

	std::shared_ptr<lt::peer_plugin>
	new_connection(lt::peer_connection_handle const &peer) override
	{
		std::uint64_t const number = door_->next++;
		auto made = std::make_shared<token_peer>(door_, payload_, peer,
							 number);

		door_->peers[number] = made;
		return made;
	}

    private:
	std::shared_ptr<door> door_;
	std::uintptr_t payload_;
};

} // namespace

void watch_peers(std::shared_ptr<door> const &d, std::uintptr_t payload,
		 lt::add_torrent_params *atp)
{
	atp->extensions.push_back(
		[d, payload](lt::torrent_handle const &, lt::client_data_t)
			-> std::shared_ptr<lt::torrent_plugin> {
			return std::make_shared<watched_torrent>(d, payload);
		});
}

void set_door(torrent *t, engine_door const &rules)
{
	std::lock_guard<std::mutex> const held(t->door->lock);

	t->door->rules = rules;
	t->door->open = true;
}

void answer_peer(torrent *t, payload &p, engine_command const &c)
{
	std::shared_ptr<door> const d = t->door;

	// An extension that is none: the way onto the network thread, where
	// the peers live.
	p.handle.add_extension(
		[d, c](lt::torrent_handle const &, lt::client_data_t)
			-> std::shared_ptr<lt::torrent_plugin> {
			bool const proves = c.type == ENGINE_COMMAND_PROVE;
			auto const found = d->peers.find(
				proves ? c.prove.peer : c.admit.peer);
			auto const peer = found == d->peers.end()
						  ? nullptr
						  : found->second.lock();

			if (peer && proves)
				peer->prove(c.prove.signature);
			else if (peer)
				peer->admit(c.admit.admitted);
			return nullptr;
		});
}

void tell_tokens(torrent *t)
{
	std::vector<token_news> news;

	{
		std::lock_guard<std::mutex> const held(t->door->lock);
		news.swap(t->door->news);
	}
	for (token_news const &one : news) {
		auto const slot = t->slots.find(one.payload);
		if (slot == t->slots.end())
			continue;
		auto const p = t->payloads.find(slot->second);
		if (p == t->payloads.end() || p->second.leaving)
			continue;
		engine_event e = event_of(one.type, slot->second);
		e.token = one.token;
		tell(t, e);
	}
}

} // namespace engine
