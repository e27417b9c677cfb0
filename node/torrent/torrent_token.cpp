// Who may take pieces: each connection tells which node it belongs to, proves
// it when asked, and, where the node serves only those it knows, gets nothing
// before the node has admitted it (docs/engine.md, "Who may take pieces").
//
//   handshake with a node key -> HELLO -> PROVE: our signature is sent
//   a signature came          -> PROOF -> ADMIT: served, or told why not and
//                                shown out
//   no proof in time          -> TURNED: the same, by ourselves
//   we are told why not       -> TURNED
//   DOOR once more            -> PROOF again, for all who are there
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
constexpr int PROOF_SIZE = ENGINE_IP_SIZE + ENGINE_SIGNATURE_SIZE;
constexpr int VERDICT_SIZE = 1;
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
		std::lock_guard<std::mutex> const held(door_->lock);
		times_ = door_->times;
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
		asked_ = (hello[0] & ASKS) != 0;
		if (asked_)
			tell(ENGINE_HELLO);
		return true;
	}

	bool on_extended(int length, int message,
			 lt::span<char const> body) override
	{
		bool const verdict = length == VERDICT_SIZE && asked_;

		if (message != OUR_MESSAGE)
			return false;
		if (!heard_ || (length != PROOF_SIZE && !verdict)) {
			if (must_prove())
				tell_turned(ENGINE_BAD_PROOF, false);
			show_out();
			return true;
		}
		if (body.size() < length)
			return true; // the rest is still to come
		if (verdict) {
			hear_verdict(std::uint8_t(body[0]));
			return true;
		}
		if (proven_)
			return true; // one is enough, good or not
		proven_ = true;
		std::memcpy(proof_, body.data(), sizeof(proof_));
		if (must_prove())
			tell(ENGINE_PROOF);
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
		if (leaving_) {
			show_out(); // it has been told why by now
			return;
		}
		judge_again();
		// Whom the node sent us to we keep: we want something there.
		if (!peer_.is_outgoing() && must_prove() &&
		    lt::clock_type::now() - since_ > lt::seconds(PATIENCE_S)) {
			tell_turned(ENGINE_SILENT, false);
			turn_away(ENGINE_SILENT);
		}
	}

	void prove(std::uint8_t const *signature)
	{
		std::string body;
		engine_address there;

		if (!heard_)
			return;
		put_endpoint(&there, peer_.remote());
		body.append(reinterpret_cast<char const *>(there.ip),
			    sizeof(there.ip));
		body.append(reinterpret_cast<char const *>(signature),
			    ENGINE_SIGNATURE_SIZE);
		send_extended(body);
	}

	void admit(engine_verdict verdict)
	{
		admitted_ = verdict == ENGINE_ADMITTED;
		if (admitted_)
			peer_.maybe_unchoke_this_peer();
		else if (must_prove())
			turn_away(verdict);
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

	// Enrolments may have ended since it was let in.
	void judge_again()
	{
		unsigned times;
		{
			std::lock_guard<std::mutex> const held(door_->lock);
			times = door_->times;
		}
		if (times == times_)
			return;
		times_ = times;
		if (!proven_)
			return;
		admitted_ = false;
		since_ = lt::clock_type::now();
		if (must_prove())
			tell(ENGINE_PROOF);
	}

	void turn_away(engine_verdict verdict)
	{
		if (!heard_) {
			show_out();
			return;
		}
		send_extended(std::string(1, char(verdict)));
		peer_.choke_this_peer();
		leaving_ = !peer_.is_outgoing(); // when that was sent
	}

	// Numbers of a later version say no more than that it is so.
	void hear_verdict(std::uint8_t verdict)
	{
		if (verdict == ENGINE_ADMITTED)
			return;
		tell_turned(verdict < ENGINE_VERDICTS ?
				    engine_verdict(verdict) :
				    ENGINE_UNKNOWN,
			    true);
	}

	void send_extended(std::string const &body)
	{
		std::string message;

		put_u32(&message, std::uint32_t(2 + body.size()));
		message.push_back(MSG_EXTENDED);
		message.push_back(their_message_);
		message += body;
		peer_.send_buffer(message.data(), int(message.size()));
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

	void tell(engine_event_type type)
	{
		token_news news{};
		engine_address local;

		news.payload = payload_;
		news.type = type;
		news.token.peer = number_;
		put_endpoint(&news.token.address, peer_.remote());
		std::memcpy(news.token.key, key_, sizeof(key_));
		std::memcpy(news.token.nonce, nonce_, sizeof(nonce_));
		std::memcpy(news.token.our_nonce, our_nonce_,
			    sizeof(our_nonce_));
		put_endpoint(&local, peer_.local_endpoint());
		std::memcpy(news.token.local, local.ip, sizeof(local.ip));
		std::memcpy(news.token.reached, proof_, ENGINE_IP_SIZE);
		std::memcpy(news.token.signature, proof_ + ENGINE_IP_SIZE,
			    ENGINE_SIGNATURE_SIZE);
		put_news(news);
	}

	void tell_turned(engine_verdict verdict, bool by_peer)
	{
		token_news news{};

		news.payload = payload_;
		news.type = ENGINE_TURNED;
		put_endpoint(&news.turned.address, peer_.remote());
		news.turned.verdict = verdict;
		news.turned.by_peer = by_peer;
		put_news(news);
	}

	void put_news(token_news const &news)
	{
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
	std::uint8_t proof_[PROOF_SIZE] = {}; // it sent
	unsigned times_ = 0;	// rules it was judged by; see door::times
	char their_message_ = 0;
	bool fast_ = false;	// it understands a reject
	bool heard_ = false;	// it names a node
	bool asked_ = false;	// and wants to know which we are
	bool proven_ = false;	// its proof has come
	bool admitted_ = false; // and the node knows it
	bool leaving_ = false;	// it does not, and has been told so
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
	t->door->times++;
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
				peer->admit(c.admit.verdict);
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
		if (one.type == ENGINE_TURNED)
			e.turned = one.turned;
		else
			e.token = one.token;
		tell(t, e);
	}
}

} // namespace engine
