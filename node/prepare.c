#include "node/prepare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/durable.h"
#include "node/payload_walk.h"
#include "node/prepare_parts.h"
#include "node/torrentfile.h"
#include "proto/encoding.h"

const char *prepare_phase_name(enum prepare_phase phase)
{
	static const char *const names[] = {
		[PREPARE_LOOKING] = "looking",
		[PREPARE_REWRITING] = "rewriting",
		[PREPARE_LISTENING] = "listening",
		[PREPARE_CONVERTING] = "converting",
		[PREPARE_COPYING] = "copying",
		[PREPARE_FLUSHING] = "flushing",
		[PREPARE_POSTER] = "poster",
	};

	return names[phase];
}

#define X(name, word, ok, text) [PREPARE_##name] = { word, ok, text },
static const struct {
	const char *word;
	bool ok;
	const char *text;
} whats[] = { PREPARE_WHAT_MAP(X) };
#undef X

const char *prepare_what_name(enum prepare_what what)
{
	return whats[what].word;
}

bool prepare_what_ok(enum prepare_what what)
{
	return whats[what].ok;
}

const char *prepare_what_text(enum prepare_what what)
{
	return whats[what].text;
}

void prepare_say(const struct preparation *p, const char *file,
		 enum prepare_what what, const char *detail, ...)
{
	struct prepare_check check = { .file = file, .what = what };
	char text[ERR_TEXT_MAX];
	va_list args;

	va_start(args, detail);
	(void)vsnprintf(text, sizeof(text), detail, args);
	va_end(args);
	check.detail = text;
	if (p->options->told != NULL)
		p->options->told(p->options->owner, &check);
}

void prepare_tell(const struct preparation *p, enum prepare_phase phase,
		  uint64_t done, uint64_t total)
{
	if (p->options->progress != NULL)
		p->options->progress(p->options->owner, phase, done, total);
}

void prepare_note(struct preparation *p, const char *fmt, ...)
{
	size_t used = strlen(p->out.notes);
	va_list args;
	int size;

	va_start(args, fmt);
	size = vsnprintf(p->out.notes + used, sizeof(p->out.notes) - used, fmt,
			 args);
	va_end(args);
	if (size < 0 || used + (size_t)size + 1 >= sizeof(p->out.notes))
		p->out.notes[used] = 0;
	else
		strcpy(p->out.notes + used + size, "\n");
}

enum status prepare_check_cancel(const struct preparation *p, struct err *err)
{
	if (p->options->cancel != NULL && atomic_load(p->options->cancel))
		return err_set(err, STATUS_CANCELLED, "cancelled");
	return STATUS_OK;
}

bool prepare_inner_path(const struct preparation *p, size_t index, char *path,
			size_t room)
{
	const struct prepare_source *s = &p->source;
	int size = s->many ? snprintf(path, room, "%s/%s", s->name,
				      s->files[index].path) :
			     snprintf(path, room, "%s", s->name);

	return size >= 0 && (size_t)size < room;
}

bool prepare_staged_path(const struct preparation *p, size_t index, char *path,
			 size_t room)
{
	char inner[SAFENAME_PATH_MAX + 1];
	int size;

	if (!prepare_inner_path(p, index, inner, sizeof(inner)))
		return false;
	size = snprintf(path, room, "%s/%s", p->staging, inner);
	return size >= 0 && (size_t)size < room;
}

/* What an MP4 is rewritten to is no larger; what is converted from something
 * else may be twice as large. */
static uint64_t needs_of(const struct prepare_source *s,
			 const struct prepare_options *o)
{
	uint64_t bytes = s->total;

	for (size_t i = 0; i < s->count && !o->no_media && !o->as_is; i++)
		if (prepare_is_media(s->files[i].path) &&
		    !prepare_is_mp4(s->files[i].path))
			bytes += s->files[i].size;
	return bytes;
}

enum status prepare_needs(const struct prepare_options *options,
			  uint64_t *bytes, struct err *err)
{
	struct prepare_source source;
	enum status status = prepare_source_look(&source, options->source,
						 options->name, err);

	if (status != STATUS_OK)
		return status;
	*bytes = needs_of(&source, options);
	prepare_source_release(&source);
	return STATUS_OK;
}

static enum status look(struct preparation *p, struct err *err)
{
	const struct prepare_options *o = p->options;
	enum status status;
	uint64_t room, needs;

	prepare_tell(p, PREPARE_LOOKING, 0, 0);
	status = prepare_source_look(&p->source, o->source, o->name, err);
	if (status != STATUS_OK)
		return status;
	if (p->source.hidden > 0)
		prepare_note(p, "%zu hidden files were left out.",
			     p->source.hidden);
	status = payload_room(o->payload_dir, &room, err);
	if (status != STATUS_OK)
		return status;
	needs = needs_of(&p->source, o);
	if (room < o->keep_free || room - o->keep_free < needs)
		return err_set(err, STATUS_NO_ROOM,
			       "%llu bytes are needed and %llu are free",
			       (unsigned long long)(needs + o->keep_free),
			       (unsigned long long)room);
	return STATUS_OK;
}

static enum status make_staging(struct preparation *p, struct err *err)
{
	if (snprintf(p->staging, sizeof(p->staging),
		     "%s/" DURABLE_UNFINISHED "XXXXXX",
		     p->options->payload_dir) >= (int)sizeof(p->staging) ||
	    mkdtemp(p->staging) == NULL) {
		p->staging[0] = 0;
		return payload_walk_error(err, p->options->payload_dir, errno);
	}
	p->top = open(p->staging,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (p->top < 0 || fchmod(p->top, 0755) != 0)
		return payload_walk_error(err, p->staging, errno);
	return STATUS_OK;
}

static enum status sync_staging(struct preparation *p,
				const struct metainfo *mi, struct err *err)
{
	enum status status;

	prepare_tell(p, PREPARE_FLUSHING, 0, p->source.total);
	status = payload_sync(p->staging, mi, err);
	if (status == STATUS_OK)
		prepare_tell(p, PREPARE_FLUSHING, p->source.total,
			     p->source.total);
	return status;
}

static enum status write_torrent(struct preparation *p, const char *hex,
				 struct err *err)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", p->options->torrent_dir,
		     hex) >= (int)sizeof(path))
		return payload_walk_error(err, p->options->torrent_dir,
					  ENAMETOOLONG);
	return durable_write(path, buf_bytes(&p->torrent), 0644, err);
}

/* Is what lies at `path` this payload, to its last byte? */
static bool is_whole(const char *path, const struct metainfo *mi)
{
	uint8_t *have = calloc(1, havemap_size(mi->pieces));
	struct err err = ERR_INIT;
	bool whole = false;

	if (have != NULL &&
	    payload_verify(path, mi, NULL, have, &err) == STATUS_OK &&
	    havemap_count(have, mi->pieces) == mi->pieces)
		whole = payload_sync(path, mi, &err) == STATUS_OK;
	free(have);
	return whole;
}

/* Give the staged directory its name. What has that name already stays when
 * it is whole, and changes places with ours when it is not. */
static enum status give_name(struct preparation *p, const char *hex,
			     const struct metainfo *mi, struct err *err)
{
	char path[PATH_MAX];
	int moved;

	if (snprintf(path, sizeof(path), "%s/%s", p->options->payload_dir,
		     hex) >= (int)sizeof(path))
		return payload_walk_error(err, p->options->payload_dir,
					  ENAMETOOLONG);
	moved = rename(p->staging, path);
	if (moved == 0) {
		p->staging[0] = 0;
	} else if (errno == ENOTEMPTY || errno == EEXIST) {
		p->out.reused = is_whole(path, mi);
		if (!p->out.reused)
			moved = renameat2(AT_FDCWD, p->staging, AT_FDCWD, path,
					  RENAME_EXCHANGE);
	}
	if (moved != 0 && !p->out.reused)
		return payload_walk_error(err, path, errno);
	return durable_sync_dir(p->options->payload_dir, err);
}

static enum status finish(struct preparation *p, struct err *err)
{
	char hex[HEX_SIZE(32) + 1];
	struct metainfo mi;
	enum status status;

	/* Nobody shall get from us what he would refuse. */
	status = torrentfile_verify(buf_bytes(&p->torrent), p->out.btmh, &mi,
				    err);
	if (status != STATUS_OK)
		return status;
	hex_encode((struct bytes){ p->out.btmh, sizeof(p->out.btmh) }, hex);
	status = sync_staging(p, &mi, err);
	if (status == STATUS_OK && !p->options->no_media)
		status = prepare_look(p, err);
	if (status == STATUS_OK)
		status = prepare_check_cancel(p, err);
	if (status == STATUS_OK)
		status = write_torrent(p, hex, err);
	if (status == STATUS_OK)
		status = give_name(p, hex, &mi, err);
	metainfo_release(&mi);
	return status;
}

enum status prepare_payload(const struct prepare_options *options,
			    struct prepared *out, struct err *err)
{
	struct preparation p = { .options = options,
				 .top = -1,
				 .tools = options->tools,
				 .work = { .lock = -1 } };
	struct err ignored = ERR_INIT;
	enum status status = look(&p, err);

	if (p.tools.cancel == NULL)
		p.tools.cancel = options->cancel;

	if (status == STATUS_OK)
		status = make_staging(&p, err);
	if (status == STATUS_OK && !options->no_media)
		status = prepare_fit(&p, err);
	if (status == STATUS_OK)
		status = prepare_copy(&p, err);
	if (status == STATUS_OK)
		status = finish(&p, err);

	if (p.top >= 0)
		(void)close(p.top);
	if (p.staging[0] != 0)
		(void)payload_delete(p.staging, &ignored);
	if (status == STATUS_OK) {
		strcpy(p.out.name, p.source.name);
		p.out.bytes = p.source.total;
		p.out.files = (uint32_t)p.source.count;
		*out = p.out;
	}
	prepare_work_close(&p.work);
	buf_release(&p.torrent);
	prepare_source_release(&p.source);
	return status;
}

enum status prepare_cleanup(const char *dir, struct err *err)
{
	DIR *list = opendir(dir);
	enum status status = STATUS_OK;
	struct dirent *entry;
	char path[PATH_MAX];

	if (list == NULL)
		return errno == ENOENT ? STATUS_OK :
					 payload_walk_error(err, dir, errno);
	while (status == STATUS_OK && (entry = readdir(list)) != NULL) {
		if (strncmp(entry->d_name, DURABLE_UNFINISHED,
			    strlen(DURABLE_UNFINISHED)) != 0 ||
		    snprintf(path, sizeof(path), "%s/%s", dir,
			     entry->d_name) >= (int)sizeof(path))
			continue;
		if (unlink(path) != 0 && (errno == EISDIR || errno == EPERM))
			status = payload_delete(path, err);
	}
	(void)closedir(list);
	return status;
}
