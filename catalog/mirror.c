#include "catalog/mirror.h"

#include <string.h>

#include "proto/bundle.h"
#include "signing/checkpoint.h"

struct mirror {
	struct catalog *catalog;
	struct log_info log;
	uint64_t since;
	mirror_write_cb write;
	void *owner;
	struct buf content; /* of the resource at hand */
};

static enum status write_one(struct mirror *m, const struct tile_path *where,
			     struct err *err)
{
	char path[TILE_PATH_MAX + 1];
	bool is_zstd;
	enum status status;

	buf_clear(&m->content);
	if (where->kind == TILE_ENTRIES)
		status = log_read_bundle(m->catalog, m->log.id, where->n,
					 where->width, false, &m->content,
					 &is_zstd, err);
	else
		status = log_read_tile(m->catalog, m->log.id, where->level,
				       where->n, where->width, &m->content,
				       err);
	tile_path_format(where, path);
	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_DAMAGED, "%s is not there", path);
	if (status != STATUS_OK)
		return status;
	return m->write(m->owner, path, buf_bytes(&m->content), err);
}

/* Every tile of one level, or every bundle, that a mirror of `since` entries
 * does not have complete. */
static enum status write_level(struct mirror *m, enum tile_kind kind,
			       unsigned level, struct err *err)
{
	uint64_t had = m->since >> (8 * level);
	struct tile_path where = { .kind = kind, .level = level };
	enum status status = STATUS_OK;

	for (where.n = had / TILE_WIDTH; status == STATUS_OK; where.n++) {
		where.width = tile_width_at(level, where.n, m->log.size);
		if (where.width == 0)
			break;
		status = write_one(m, &where, err);
	}
	return status;
}

static enum status size_of(struct bytes whole, uint64_t *size, struct err *err)
{
	struct checkpoint checkpoint;
	struct note note;

	if (note_parse(whole, CHECKPOINT_NOTE_MAX, &note) != STATUS_OK ||
	    checkpoint_parse(note.text, &checkpoint) != STATUS_OK)
		return err_set(err, STATUS_DAMAGED,
			       "the stored checkpoint does not read");
	*size = checkpoint.size;
	return STATUS_OK;
}

enum status mirror_log(struct catalog *c, int64_t id, uint64_t since,
		       mirror_write_cb write, void *owner, struct err *err)
{
	struct mirror m = { .catalog = c, .since = since, .write = write,
			    .owner = owner, .content = BUF_INIT };
	struct buf note = BUF_INIT;
	enum status status = log_get(c, id, &m.log, err);

	if (status == STATUS_OK)
		status = log_read_note(c, id, &note, err);
	if (status == STATUS_NOT_FOUND)
		status = err_set(err, status, "log %lld has no checkpoint",
				 (long long)id);
	/* Beside a running node the log may grow between the two: what counts
	 * is what the note says. */
	if (status == STATUS_OK)
		status = size_of(buf_bytes(&note), &m.log.size, err);
	if (status == STATUS_OK)
		status = write_level(&m, TILE_ENTRIES, 0, err);
	for (unsigned level = 0; status == STATUS_OK && level < 8 &&
				 m.log.size >> (8 * level) > 0;
	     level++)
		status = write_level(&m, TILE_HASHES, level, err);
	if (status == STATUS_OK)
		status = write(owner, "checkpoint", buf_bytes(&note), err);
	buf_release(&note);
	buf_release(&m.content);
	return status;
}
