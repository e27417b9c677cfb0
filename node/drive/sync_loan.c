#include "node/drive/sync_loan.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/payload.h"
#include "node/payload_reuse.h"
#include "proto/encoding.h"

enum { LEND_POLL_US = 50 * 1000, LEND_TRIES = 400 };

void loan_release(struct loan *loan)
{
	cargo_free(loan->cargo);
	torrentfile_free(loan->tf);
	free(loan->have);
	free(loan->want);
	free(loan->moved);
}

/* Files that an earlier revision has, too, are not copied again. */
static void reuse_files(struct visit *v, struct loan *loan,
			const json_t *candidates)
{
	const struct house *h = door_house(v->door);
	struct payload_source from[PAYLOAD_REUSE_MAX];
	const json_t *name;
	unsigned count = 0;
	uint64_t bytes = 0;
	size_t i;

	json_array_foreach(candidates, i, name) {
		const char *hex = json_string_value(name);

		if (hex == NULL || count == PAYLOAD_REUSE_MAX ||
		    hex_decode(bytes_of(hex), from[count].btmh, 32) !=
			    STATUS_OK)
			continue;
		from[count++].whole = true;
	}
	payload_reuse_all(h->payload_dir, h->torrent_dir, loan->tf->btmh,
			  &loan->tf->mi, from, count, &bytes);
}

static enum status read_have(struct loan *loan, const json_t *answer,
			     struct err *err)
{
	const char *have = json_string_value(json_object_get(answer, "have"));

	loan->held = json_is_true(json_object_get(answer, "held"));
	loan->size = havemap_size(loan->tf->mi.pieces);
	loan->have = calloc(1, loan->size + 1);
	loan->want = calloc(1, loan->size + 1);
	loan->moved = calloc(1, loan->size + 1);
	if (loan->have == NULL || loan->want == NULL || loan->moved == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	/* A map of another size says nothing. */
	if (have != NULL && strlen(have) == 2 * loan->size)
		(void)hex_decode(bytes_of(have), loan->have, loan->size);
	return STATUS_OK;
}

enum status loan_begin(struct visit *v, struct loan *loan, struct err *err)
{
	json_t *answer = NULL;
	enum status status = STATUS_BUSY;

	/* The engine may have to let go of it first. */
	for (unsigned i = 0; i < LEND_TRIES && status == STATUS_BUSY; i++) {
		*err = (struct err)ERR_INIT;
		status = door_ask(v->door,
				  json_pack("{s:s, s:s, s:I}", "verb", "lend",
					    "btmh", loan->hex, "pid",
					    (json_int_t)getpid()),
				  &answer, err);
		if (status == STATUS_BUSY) {
			(void)visit_show(v, SYNC_PAYLOAD_IN, "", 0, 0);
			(void)usleep(LEND_POLL_US);
		}
	}
	if (status != STATUS_OK)
		return status;
	status = read_have(loan, answer, err);
	if (status == STATUS_OK && !loan->held)
		reuse_files(v, loan, json_object_get(answer, "reuse"));
	json_decref(answer);
	return status;
}

enum status loan_end(struct visit *v, struct loan *loan,
			     struct err *err)
{
	char *hex = malloc(HEX_SIZE(loan->size) + 1);
	enum status status;

	if (hex == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	hex_encode((struct bytes){ loan->have, loan->size }, hex);
	status = visit_tell(
		v,
		json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}", "verb",
			  "lent-back", "btmh", loan->hex, "pid",
			  (json_int_t)getpid(), "pieces",
			  (json_int_t)loan->tf->mi.pieces, "bytes",
			  (json_int_t)loan->tf->mi.total, "have", hex),
		err);
	free(hex);
	return status;
}

/* What lies here already, reused files among it, is not copied again. */
enum status loan_look(struct loan *loan, struct err *err)
{
	struct payload_check check = { .only = NULL };
	uint8_t *lacking;
	enum status status;

	if (access(loan->dir, F_OK) != 0)
		return STATUS_OK;
	lacking = calloc(1, loan->size + 1);
	if (lacking == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	for (uint32_t i = 0; i < loan->tf->mi.pieces; i++)
		if (!havemap_has(loan->have, i))
			havemap_set(lacking, i);
	check.only = lacking;
	status = payload_verify(loan->dir, &loan->tf->mi, &check, loan->have,
				err);
	free(lacking);
	return status;
}

/* Flush what was written, good or not in the end: only then does it count. */
enum status loan_settle(struct loan *loan, struct err *err)
{
	enum status status = payload_sync(loan->dir, &loan->tf->mi, err);

	if (status == STATUS_NOT_FOUND) { /* files that are still to come */
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	if (status == STATUS_OK)
		for (size_t i = 0; i < loan->size; i++)
			loan->have[i] |= loan->moved[i];
	return status;
}
