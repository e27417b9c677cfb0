#include "node/cli/publishing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/verbs.h"
#include "node/house.h"
#include "proto/encoding.h"
#include "proto/text.h"

enum { ROOM_POLL_US = 100 * 1000, ROOM_TRIES = 600 };

/* --- what is seen meanwhile --- */

static void watch(void *owner, enum prepare_phase phase, uint64_t done,
		  uint64_t total)
{
	static const char *const doing[] = {
		[PREPARE_LOOKING] = "looking",
		[PREPARE_REWRITING] = "moving the index to the front",
		[PREPARE_LISTENING] = "listening how loud it is",
		[PREPARE_CONVERTING] = "converting",
		[PREPARE_COPYING] = "copying and hashing",
		[PREPARE_FLUSHING] = "flushing to disk",
		[PREPARE_POSTER] = "taking a picture",
	};
	struct publishing *p = owner;

	if (p->step != NULL) {
		p->step(p, prepare_phase_name(phase), done, total);
		return;
	}
	if (!p->begun || phase != p->phase) {
		if (p->begun)
			progress_end(&p->bar);
		progress_begin(&p->bar, p->cli, tr(doing[phase]));
		p->begun = true;
		p->phase = phase;
	}
	progress_show(&p->bar, done, total);
}

/* The bar of the next file begins at nothing. */
static void file_began(void *owner, const char *file)
{
	struct publishing *p = owner;

	(void)snprintf(p->file, sizeof(p->file), "%s", file);
	if (p->begun)
		progress_end(&p->bar);
	p->begun = false;
}

static void take_check(void *owner, const struct prepare_check *check)
{
	struct publishing *p = owner;
	json_t *one = json_pack("{s:s, s:s, s:b, s:s, s:s}", "file",
				check->file, "what",
				prepare_what_name(check->what), "ok",
				prepare_what_ok(check->what), "detail",
				check->detail, "text",
				prepare_what_text(check->what));

	if (p->as != NULL)
		(void)json_object_set_new(one, "rendition",
					  json_string(p->as));
	if (p->check != NULL)
		p->check(p, one);
	(void)json_array_append_new(p->checks, one);
}

static enum prepare_what what_of(const char *name)
{
	enum prepare_what what = PREPARE_PLAYS;

	while (what < PREPARE_SUBTITLES_BAD &&
	       strcmp(prepare_what_name(what), name) != 0)
		what++;
	return what;
}

void publishing_print_checks(const json_t *checks, void *file)
{
	const json_t *one;
	size_t i;

	json_array_foreach(checks, i, one) {
		enum prepare_what what = what_of(cli_text(one, "what"));
		const char *detail = cli_text(one, "detail");
		const char *as = cli_text(one, "rendition");

		(void)fprintf(file, "  %s%s%s%s: %s%s%s%s\n",
			      cli_text(one, "file"), as[0] == 0 ? "" : " (",
			      as, as[0] == 0 ? "" : ")",
			      tr(prepare_what_text(what)),
			      detail[0] == 0 ? "" : " (", detail,
			      detail[0] == 0 ? "" : ")");
	}
}

/* --- what is said --- */

static enum status add_rendition(void *owner, const char *value,
				 struct err *err)
{
	enum status status = renditions_add(owner, value, err);

	return status == STATUS_OK ? STATUS_OK :
				     err_set(err, STATUS_USAGE,
					     "--rendition: '%s' is neither "
					     "original nor like 480p, or the "
					     "fifth of them",
					     value);
}

enum status publishing_options(struct publishing *p, struct err *err)
{
	p->as_is = cli_given(p->cli, "as-is");
	p->no_media = cli_given(p->cli, "no-media");
	return cli_each_value(p->cli, "rendition", add_rendition,
			      &p->renditions, err);
}

static json_t *request_of(const struct publishing *p, bool only_try)
{
	json_t *request = json_copy(p->fields);

	(void)json_object_set_new(request, "verb", json_string("publish"));
	(void)json_object_set_new(request, "try", json_boolean(only_try));
	return request;
}

static void take_renditions(struct publishing *p, const json_t *list)
{
	struct err ignored = ERR_INIT;
	const json_t *one;
	size_t i;

	if (cli_given(p->cli, "rendition") || p->no_media)
		return;
	json_array_foreach(list, i, one)
		(void)renditions_add(&p->renditions, json_string_value(one),
				     &ignored);
}

enum status publishing_try(struct publishing *p, struct err *err)
{
	json_t *answer;
	enum status status = cli_ask_to_sign(p->cli, request_of(p, true),
					     &answer, err);

	if (status != STATUS_OK)
		return status;
	(void)snprintf(p->id, sizeof(p->id), "%s", cli_text(answer, "id"));
	p->rev = cli_number(answer, "rev");
	take_renditions(p, json_object_get(answer, "renditions"));
	json_decref(answer);
	return STATUS_OK;
}

/* --- what is done --- */

/* Have room made for it; *floor: what must stay free of the disk. */
static enum status get_room(struct publishing *p,
			    const struct prepare_options *options,
			    uint64_t *floor, struct err *err)
{
	unsigned tries = ROOM_TRIES;
	uint64_t bytes = 0;
	json_t *answer;
	enum status status = prepare_needs(options, &bytes, err);

	if (status != STATUS_OK)
		return status;
	bytes *= 1 + p->renditions.count;
	/* What is deleted for it is gone in a moment. */
	do {
		*err = (struct err)ERR_INIT;
		status = cli_ask(p->cli,
				 json_pack("{s:s, s:I, s:I}", "verb", "room",
					   "pid", (json_int_t)getpid(),
					   "bytes", (json_int_t)bytes),
				 &answer, err);
		if (status == STATUS_BUSY)
			(void)usleep(ROOM_POLL_US);
	} while (status == STATUS_BUSY && --tries > 0);
	if (status != STATUS_OK)
		return status;
	*floor = cli_number(answer, "floor");
	json_decref(answer);
	return STATUS_OK;
}

static void put_hash(json_t *request, const char *key, const uint8_t *hash)
{
	char hex[65];

	hex_encode((struct bytes){ hash, 32 }, hex);
	(void)json_object_set_new(request, key, json_string(hex));
}

/* One rendition; that there is nothing to make smaller is none. */
static enum status make_rendition(struct publishing *p,
				  const struct prepare_options *main,
				  unsigned lines, struct err *err)
{
	struct prepare_options options = *main;
	struct prepared made;
	char as[16];
	json_t *one;
	enum status status;

	(void)snprintf(as, sizeof(as), "%up", lines);
	options.lines = lines;
	options.as_is = false;
	p->as = as;
	status = prepare_payload(&options, &made, err);
	p->as = NULL;
	if (status == STATUS_EXISTS || status == STATUS_NOT_FOUND) {
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return err_wrap(err, "%s", as);
	one = json_pack("{s:s, s:I}", "as", as, "bytes",
			(json_int_t)made.bytes);
	put_hash(one, "btmh", made.btmh);
	(void)json_array_append_new(p->also, one);
	return STATUS_OK;
}

struct places {
	char payload[HOUSE_PATH_MAX + 16], torrent[HOUSE_PATH_MAX + 16],
		blob[HOUSE_PATH_MAX + 16], spool[HOUSE_PATH_MAX + 16];
};

static struct prepare_options options_of(const struct publishing *p,
					 struct places *at)
{
	house_path(p->cli->dir, "payload", at->payload);
	house_path(p->cli->dir, "torrent", at->torrent);
	house_path(p->cli->dir, "blob", at->blob);
	house_path(p->cli->dir, HOUSE_SPOOL, at->spool);
	return (struct prepare_options){ .source = p->source,
					 .payload_dir = at->payload,
					 .torrent_dir = at->torrent,
					 .blob_dir = at->blob,
					 .work_dir = at->spool,
					 .name = p->name,
					 .cancel = p->cancel,
					 .no_media = p->no_media,
					 .as_is = p->as_is,
					 .progress = watch,
					 .told = take_check,
					 .file = file_began,
					 .owner = (void *)p };
}

enum status publishing_prepare(struct publishing *p, struct err *err)
{
	struct places at;
	struct prepare_options options = options_of(p, &at);
	enum status status = get_room(p, &options, &options.keep_free, err);

	p->checks = json_array();
	p->also = json_array();
	if (status == STATUS_OK)
		status = prepare_payload(&options, &p->made, err);
	for (unsigned i = 0; i < p->renditions.count && status == STATUS_OK;
	     i++)
		status = make_rendition(p, &options, p->renditions.lines[i],
					err);
	if (p->begun)
		progress_end(&p->bar);
	p->begun = false;
	return status;
}

enum status publishing_run(struct publishing *p, struct err *err)
{
	json_t *request;
	enum status status = publishing_prepare(p, err);

	if (status != STATUS_OK)
		return status;
	request = request_of(p, false);
	put_hash(request, "btmh", p->made.btmh);
	if (p->made.has_poster)
		put_hash(request, "poster", p->made.poster);
	(void)json_object_set_new(request, "id", json_string(p->id));
	(void)json_object_set_new(request, "rev",
				  json_integer((json_int_t)p->rev));
	(void)json_object_set_new(request, "bytes",
				  json_integer((json_int_t)p->made.bytes));
	(void)json_object_set_new(request, "files",
				  json_integer((json_int_t)p->made.files));
	if (p->made.has_seconds)
		(void)json_object_set_new(
			request, "seconds",
			json_integer((json_int_t)p->made.seconds));
	if (json_array_size(p->also) > 0)
		(void)json_object_set(request, "also", p->also);
	return cli_ask_to_sign(p->cli, request, &p->answer, err);
}

void publishing_forget(const struct publishing *p)
{
	struct places at;
	struct prepare_options options = options_of(p, &at);

	prepare_forget(&options);
}

void publishing_release(struct publishing *p)
{
	json_decref(p->also);
	json_decref(p->checks);
	json_decref(p->answer);
	p->also = p->checks = p->answer = NULL;
}
