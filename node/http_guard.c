/* A descriptor is shut down under the lock only. libmicrohttpd tells of the
 * end of a connection before it closes the descriptor, which takes the lock:
 * so it cannot be another's by then. */
#include "node/http_guard.h"

#include <sys/socket.h>

#include "node/http_server.h"
#include "node/http_taken.h"
#include "node/pace.h"

static int64_t now_ms(void)
{
	return (int64_t)(uv_hrtime() / 1000000);
}

enum status http_guard_init(struct http_guard *g, size_t connections,
			    size_t per_source, size_t bodies_max,
			    uint64_t seed)
{
	if (uv_mutex_init(&g->lock) != 0)
		return STATUS_NO_MEMORY;
	http_places_init(&g->places, connections, per_source, bodies_max,
			 seed);
	g->cut = 0;
	return STATUS_OK;
}

void http_guard_release(struct http_guard *g)
{
	http_places_release(&g->places);
	uv_mutex_destroy(&g->lock);
}

/* Under the lock. */
static void shut(struct http_guard *g, struct http_place *place)
{
	if (place == NULL)
		return;
	(void)shutdown(place->fd, SHUT_RDWR);
	g->cut++;
}

static uint64_t source_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info == NULL || info->client_addr == NULL ?
		       0 :
		       pace_source(info->client_addr);
}

static void connection_came(struct http_guard *g,
			    struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct http_place *gives_way;

	*context = NULL;
	if (info == NULL)
		return;
	uv_mutex_lock(&g->lock);
	*context = http_places_come(&g->places, source_of(connection),
				    info->connect_fd, now_ms(), &gives_way);
	shut(g, gives_way);
	uv_mutex_unlock(&g->lock);
	/* Nobody would know when it has to go. */
	if (*context == NULL)
		(void)shutdown(info->connect_fd, SHUT_RDWR);
}

void http_guard_notified(void *guard, struct MHD_Connection *connection,
			 void **socket_context,
			 enum MHD_ConnectionNotificationCode what)
{
	struct http_guard *g = guard;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		connection_came(g, connection, socket_context);
		return;
	}
	uv_mutex_lock(&g->lock);
	http_places_leave(&g->places, *socket_context);
	uv_mutex_unlock(&g->lock);
	*socket_context = NULL;
}

static struct http_place *place_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info == NULL ? NULL : info->socket_context;
}

void http_guard_does(struct http_guard *g, struct MHD_Connection *connection,
		     enum http_doing doing)
{
	struct http_place *place = place_of(connection);

	if (place == NULL)
		return;
	uv_mutex_lock(&g->lock);
	http_place_does(&g->places, place, doing, now_ms());
	uv_mutex_unlock(&g->lock);
}

bool http_guard_keeps(struct http_guard *g, struct MHD_Connection *connection,
		      size_t size)
{
	struct http_place *place = place_of(connection), *gives_way;
	bool keeps;

	if (place == NULL)
		return false;
	uv_mutex_lock(&g->lock);
	keeps = http_place_keeps(&g->places, place, size, &gives_way);
	shut(g, gives_way);
	uv_mutex_unlock(&g->lock);
	return keeps;
}

static void measure(void *owner, struct http_place *place)
{
	const int64_t *now = owner;
	uint64_t taken;
	bool more;

	if (http_taken(place->fd, &taken, &more))
		http_place_took(place, taken, more, *now);
}

void http_guard_look(struct http_guard *g)
{
	int64_t now = now_ms();
	struct http_place *slow;

	uv_mutex_lock(&g->lock);
	http_places_each_sent(&g->places, measure, &now);
	while ((slow = http_places_overdue(&g->places, now)) != NULL)
		shut(g, slow);
	uv_mutex_unlock(&g->lock);
}

void http_guard_count(struct http_guard *g,
		      struct http_server_counters *counters)
{
	uv_mutex_lock(&g->lock);
	counters->bodies = g->places.bodies;
	counters->connections = g->places.count;
	counters->cut = g->cut;
	uv_mutex_unlock(&g->lock);
}
