// What is moved with peers beyond the LAN: libtorrent counts all peers together,
// so each connection gets a plugin that knows where its other end is. A plugin
// of a kind without a name says nothing to the peer.
#include "node/torrent/torrent_inside.hpp"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_request.hpp>

namespace engine {
namespace {

class beyond_peer final : public lt::peer_plugin {
    public:
	explicit beyond_peer(std::shared_ptr<meter> m) : m_(std::move(m)) {}

	bool on_piece(lt::peer_request const &, lt::span<char const> data) override
	{
		m_->down += std::uint64_t(data.size());
		return false; // it goes its usual way
	}
	void sent_payload(int bytes) override
	{
		m_->up += std::uint64_t(bytes);
	}

    private:
	std::shared_ptr<meter> m_;
};

class counted_torrent final : public lt::torrent_plugin {
    public:
	explicit counted_torrent(std::shared_ptr<meter> m) : m_(std::move(m)) {}

	std::shared_ptr<lt::peer_plugin>
	new_connection(lt::peer_connection_handle const &peer) override
	{
		std::lock_guard<std::mutex> const held(m_->lock);

		if (m_->inside.access(peer.remote().address()) != 0)
			return nullptr;
		return std::make_shared<beyond_peer>(m_);
	}

    private:
	std::shared_ptr<meter> m_;
};

} // namespace

void count_peers(std::shared_ptr<meter> const &m, lt::add_torrent_params *atp)
{
	atp->extensions.push_back(
		[m](lt::torrent_handle const &, lt::client_data_t)
			-> std::shared_ptr<lt::torrent_plugin> {
			return std::make_shared<counted_torrent>(m);
		});
}

} // namespace engine
