/* What engine.c, engine_commands.c and engine_events.c share. */
#ifndef NODE_ENGINE_INSIDE_H
#define NODE_ENGINE_INSIDE_H

#include "node/engine.h"
#include "node/engine_process.h"

enum state {
	STARTING = ENGINE_STARTING,
	RUNNING = ENGINE_RUNNING,
	RESTING = ENGINE_RESTING,
	CLOSING,
};

struct slot {
	bool used;
	bool added; /* ENGINE_ADDED was told */
	bool releasing;
	uint32_t rounds; /* its release was waited for */
	enum engine_mode mode;
	uint32_t pieces;
	bool lan_only; /* as its owner says */
	uint8_t btmh[ENGINE_BTMH_SIZE];
};

struct engine {
	uv_loop_t *loop;
	engine_event_cb on_event;
	engine_closed_cb on_closed;
	void *owner;
	char *program;
	char *payload_dir;
	char *listen;
	char *keep_off; /* NULL: nothing */
	struct engine_user user;
	struct engine_limits limits;
	struct engine_door door;
	bool has_door;
	bool inside; /* everything is LAN only */
	bool inside_untold; /* not all slots could be told */

	enum state state;
	uint64_t state_at;
	struct engine_process process;
	bool process_open; /* its ended callback is still to come */
	uv_timer_t rest;
	uint64_t rest_ms;
	uv_timer_t watch; /* runs while an answer is waited for */
	uint64_t patience_ms;
	uint64_t taken; /* as of the last round */
	uint32_t taking_rounds; /* since it took something */
	bool stats_due;
	uint32_t stats_rounds; /* since it was asked for them */
	uint32_t restarts;
	uint32_t in_a_row;
	char last_end[160];
	uint64_t last_end_at;
	bool cage_known;
	struct engine_cage cage;

	struct slot *slots; /* slot n of the wire is slots[n - 1] */
	uint32_t slot_count;
	uint32_t used;
	struct engine_scratch scratch;
};

/* --- engine.c --- */
void engine_set_state(struct engine *e, enum state state);
/* Something is to be answered: end an engine that does not. */
void engine_watch_begin(struct engine *e);

/* --- engine_commands.c --- */
/* What was last said of limits and door, for an engine that begins. */
enum status engine_send_limits(struct engine *e);
enum status engine_send_door(struct engine *e);

/* --- engine_events.c --- */
void engine_tell(struct engine *e, const struct engine_event *event);
/* A frame of the process; false when it is not in its place. `owner` is the
 * struct engine. */
bool engine_frame_came(void *owner, struct bytes frame);

#endif
