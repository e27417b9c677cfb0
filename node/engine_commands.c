/* What the engine is told: payloads in numbered slots, and what is to be done
 * with them. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node/engine_inside.h"

static struct slot *slot_of(const struct engine *e, const uint8_t *btmh)
{
	for (uint32_t i = 0; i < e->slot_count; i++)
		if (e->slots[i].used &&
		    memcmp(e->slots[i].btmh, btmh, ENGINE_BTMH_SIZE) == 0)
			return &e->slots[i];
	return NULL;
}

static uint32_t slot_number(const struct engine *e, const struct slot *slot)
{
	return (uint32_t)(slot - e->slots) + 1;
}

static struct slot *slot_free(struct engine *e)
{
	uint32_t count = e->slot_count == 0 ? 16 : 2 * e->slot_count;
	struct slot *slots, *first;

	for (uint32_t i = 0; i < e->slot_count; i++)
		if (!e->slots[i].used)
			return &e->slots[i];
	slots = realloc(e->slots, count * sizeof(*slots));
	if (slots == NULL)
		return NULL;
	e->slots = slots;
	first = slots + e->slot_count;
	memset(first, 0, (count - e->slot_count) * sizeof(*slots));
	e->slot_count = count;
	return first;
}

static enum status send_command(struct engine *e,
				const struct engine_command *command)
{
	struct buf frame = BUF_INIT;
	enum status status = engine_command_encode(&frame, command);

	if (status != STATUS_OK) {
		buf_release(&frame);
		return status;
	}
	status = engine_process_take(&e->process, &frame);
	if (status == STATUS_BUSY)
		engine_watch_begin(e);
	return status;
}

enum status engine_send_limits(struct engine *e)
{
	struct engine_command command = { .type = ENGINE_COMMAND_LIMITS,
					  .limits = e->limits };

	return send_command(e, &command);
}

enum status engine_send_door(struct engine *e)
{
	struct engine_command command = { .type = ENGINE_COMMAND_DOOR,
					  .door = e->door };

	return e->has_door ? send_command(e, &command) : STATUS_OK;
}

bool engine_has(const struct engine *e, const uint8_t *btmh)
{
	return slot_of(e, btmh) != NULL;
}

enum status engine_add(struct engine *e, const struct engine_payload *payload,
		       struct err *err)
{
	struct engine_command command = { .type = ENGINE_COMMAND_ADD };
	enum status status;
	struct slot *s;

	assert(e->state != CLOSING);
	if (e->state != RUNNING)
		return err_set(err, STATUS_UNREACHABLE,
			       "the engine is not ready");
	if (slot_of(e, payload->btmh) != NULL)
		return err_set(err, STATUS_EXISTS, "the engine has it");
	if (payload->pieces == 0 || payload->pieces > ENGINEWIRE_PIECES_MAX ||
	    (payload->mode == ENGINE_FETCH && payload->have.size != 0 &&
	     !engine_have_fits(payload->have, payload->pieces)))
		return err_set(err, STATUS_MALFORMED,
			       "have-map of another payload");
	s = slot_free(e);
	if (s == NULL)
		return err_set(err, STATUS_NO_MEMORY, "engine");
	command.slot = slot_number(e, s);
	memcpy(command.add.btmh, payload->btmh, ENGINE_BTMH_SIZE);
	command.add.mode = payload->mode;
	command.add.lan_only = payload->lan_only || e->inside;
	command.add.torrent = payload->torrent;
	if (payload->mode == ENGINE_FETCH)
		command.add.have = payload->have;
	status = send_command(e, &command);
	if (status != STATUS_OK)
		return err_set(err, status, "tell the engine: %s",
			       status_text(status));
	*s = (struct slot){ .used = true,
			    .mode = payload->mode,
			    .pieces = payload->pieces,
			    .lan_only = payload->lan_only };
	memcpy(s->btmh, payload->btmh, ENGINE_BTMH_SIZE);
	e->used++;
	return STATUS_OK;
}

/* Fill in the slot and send, if it is loaded. */
static enum status send_about(struct engine *e, const uint8_t *btmh,
			      struct engine_command *command)
{
	struct slot *s = slot_of(e, btmh);

	assert(e->state != CLOSING);
	if (s == NULL)
		return STATUS_NOT_FOUND;
	command->slot = slot_number(e, s);
	return send_command(e, command);
}

enum status engine_connect(struct engine *e, const uint8_t *btmh,
			   const struct engine_address *peer)
{
	struct engine_command command = { .type = ENGINE_COMMAND_CONNECT,
					  .connect = *peer };

	return send_about(e, btmh, &command);
}

enum status engine_flush(struct engine *e, const uint8_t *btmh)
{
	struct engine_command command = { .type = ENGINE_COMMAND_FLUSH };

	return send_about(e, btmh, &command);
}

enum status engine_release(struct engine *e, const uint8_t *btmh)
{
	struct engine_command command = { .type = ENGINE_COMMAND_RELEASE };
	struct slot *s = slot_of(e, btmh);
	enum status status;

	if (s != NULL && s->releasing)
		return STATUS_OK;
	status = send_about(e, btmh, &command);
	if (status == STATUS_OK) {
		s->releasing = true;
		engine_watch_begin(e);
	}
	return status;
}

enum status engine_reach(struct engine *e, const uint8_t *btmh, bool lan_only)
{
	struct engine_command command = { .type = ENGINE_COMMAND_REACH,
					  .lan_only = lan_only || e->inside };
	struct slot *s = slot_of(e, btmh);

	if (s != NULL)
		s->lan_only = lan_only;
	return send_about(e, btmh, &command);
}

void engine_stay_inside(struct engine *e, bool inside)
{
	if (inside == e->inside && !e->inside_untold)
		return;
	e->inside = inside;
	e->inside_untold = false;
	for (uint32_t i = 0; i < e->slot_count; i++) {
		struct slot *s = &e->slots[i];
		struct engine_command command = {
			.type = ENGINE_COMMAND_REACH,
			.slot = slot_number(e, s),
			.lan_only = s->lan_only || inside,
		};

		if (s->used && !s->lan_only && !s->releasing &&
		    send_command(e, &command) != STATUS_OK)
			e->inside_untold = true;
	}
}

enum status engine_peers(struct engine *e, const uint8_t *btmh)
{
	struct engine_command command = { .type = ENGINE_COMMAND_PEERS };

	return send_about(e, btmh, &command);
}

enum status engine_limits(struct engine *e, const struct engine_limits *limits)
{
	if (limits->lan_count > ENGINEWIRE_LAN_MAX)
		return STATUS_MALFORMED;
	for (uint32_t i = 0; i < limits->lan_count; i++)
		if (limits->lan[i].bits > 128)
			return STATUS_MALFORMED;
	e->limits = *limits;
	if (e->state != STARTING && e->state != RUNNING)
		return STATUS_OK;
	return engine_send_limits(e) == STATUS_BUSY ? STATUS_BUSY : STATUS_OK;
}

enum status engine_door(struct engine *e, const struct engine_door *door)
{
	e->door = *door;
	e->has_door = true;
	if (e->state != STARTING && e->state != RUNNING)
		return STATUS_OK;
	return engine_send_door(e) == STATUS_BUSY ? STATUS_BUSY : STATUS_OK;
}

enum status engine_prove(struct engine *e, const uint8_t *btmh,
			 const struct engine_prove *prove)
{
	struct engine_command command = { .type = ENGINE_COMMAND_PROVE,
					  .prove = *prove };

	return send_about(e, btmh, &command);
}

enum status engine_admit(struct engine *e, const uint8_t *btmh,
			 const struct engine_admit *admit)
{
	struct engine_command command = { .type = ENGINE_COMMAND_ADMIT,
					  .admit = *admit };

	return send_about(e, btmh, &command);
}

enum status engine_stats(struct engine *e)
{
	struct engine_command command = { .type = ENGINE_COMMAND_STATS };
	enum status status;

	if (e->state != RUNNING)
		return STATUS_UNREACHABLE;
	status = send_command(e, &command);
	if (status == STATUS_OK && !e->stats_due) {
		e->stats_due = true;
		e->stats_rounds = 0;
		engine_watch_begin(e);
	}
	return status;
}
