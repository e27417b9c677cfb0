/* Trust on a drive: in, what is newer there; out, what is newer here. And
 * whether it is a drive of this county at all. */
#include <stdio.h>
#include <string.h>

#include "node/drive/sync_inside.h"
#include "node/join.h"

/* --- in --- */

/* What spoilt bytes show is nobody's: a root note is signed by its own keys. */
static bool read_root(struct bytes note,
		      uint8_t fingerprint[static SHA256_SIZE])
{
	struct root root;

	return root_open_first(note, &root) == STATUS_OK &&
	       root_fingerprint(note, fingerprint) == STATUS_OK;
}

/* The drive's join file; false when there is none that reads. */
static bool read_join(struct visit *v, struct join *join)
{
	struct buf text = BUF_INIT;
	struct err ignored = ERR_INIT;
	bool read = visit_read(v, DRIVE_JOIN, JOIN_SIZE_MAX, &text,
			       &ignored) == STATUS_OK &&
		    join_parse(join, buf_bytes(&text), &ignored) == STATUS_OK;

	buf_release(&text);
	return read;
}

/* The drive's first root note; where that does not read, the one of its join
 * file. False when there is neither: it is nobody's yet. */
static bool whose_drive(struct visit *v, struct bytes root,
			uint8_t fingerprint[static SHA256_SIZE])
{
	struct join join = JOIN_INIT;
	bool told = read_root(root, fingerprint);

	if (!told && read_join(v, &join)) {
		told = join.n_roots > 0 &&
		       read_root(buf_bytes(&join.roots[0]), fingerprint);
		join_release(&join);
	}
	return told;
}

/* Two counties must not mix: a drive with another first root is read for the
 * logs we follow anyway, and left as it is. */
static enum status is_it_ours(struct visit *v, struct err *err)
{
	const struct trust_book *book = &door_house(v->door)->trust;
	struct buf theirs = BUF_INIT;
	uint8_t fingerprint[SHA256_SIZE];
	char path[DRIVE_PATH_MAX];
	enum status status;

	drive_path_root(1, path);
	status = visit_read(v, path, JOIN_NOTE_MAX, &theirs, err);
	if (book->root.version > 0 &&
	    whose_drive(v, buf_bytes(&theirs), fingerprint) &&
	    memcmp(fingerprint, book->fingerprint, SHA256_SIZE) != 0) {
		*err = (struct err)ERR_INIT;
		v->writable = false;
		v->foreign = true;
		visit_trouble(v, "this drive belongs to another county: what "
				 "is on it stays as it is, and nothing is put "
				 "on it");
		status = STATUS_EXISTS;
	} else if (status == STATUS_NOT_FOUND) {
		status = STATUS_OK;
	} else if (status != STATUS_OK) {
		status = visit_failed(v, err, "the trust notes on the drive");
	}
	buf_release(&theirs);
	return status;
}

/* Have the node take it, and count it when it was news. */
static enum status offer_note(struct visit *v, struct bytes note,
			      const char *verb, struct err *err)
{
	json_t *text = visit_text(note), *answer;
	const char *result;
	enum status status;

	if (text == NULL)
		return err_set(err, STATUS_MALFORMED, "it is not UTF-8 text");
	status = door_ask(v->door,
			  json_pack("{s:s, s:o}", "verb", verb, "note", text),
			  &answer, err);
	if (status != STATUS_OK)
		return status;
	result = json_string_value(json_object_get(answer, "result"));
	v->trust += result != NULL && strcmp(result, "taken") == 0;
	json_decref(answer);
	return STATUS_OK;
}

/* STATUS_NOT_FOUND when there is none on the drive or it was not taken. */
static enum status take_note(struct visit *v, const char *path,
			     const char *verb, struct err *err)
{
	struct buf note = BUF_INIT;
	enum status status = visit_read(v, path, JOIN_NOTE_MAX, &note, err);

	if (status == STATUS_NOT_FOUND)
		goto release;
	if (status == STATUS_OK)
		status = offer_note(v, buf_bytes(&note), verb, err);
	if (status == STATUS_OLD) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	} else if (status != STATUS_OK) {
		status = visit_failed(v, err, "'%s' on the drive", path);
		if (status == STATUS_OK)
			status = STATUS_NOT_FOUND;
	}
release:
	buf_release(&note);
	return status;
}

/* What the join file has besides: a root note that is spoilt where it should
 * lie, and trust behind a note that nobody can judge. Whatever of it does not
 * verify was made up, or is another's, and that of the others counts. */
static void take_join(struct visit *v)
{
	const struct trust_book *book = &door_house(v->door)->trust;
	unsigned next = book->root.version;
	enum status status = STATUS_OK;
	struct join join = JOIN_INIT;
	struct err ignored = ERR_INIT;

	if (!read_join(v, &join))
		return;
	for (; next < join.n_roots &&
	       (status == STATUS_OK || status == STATUS_OLD);
	     next++)
		status = offer_note(v, buf_bytes(&join.roots[next]),
				    "root-take", &ignored);
	if (join.trust.size > 0 &&
	    !bytes_equal(buf_bytes(&join.trust), buf_bytes(&book->note)))
		(void)offer_note(v, buf_bytes(&join.trust), "trust-take",
				 &ignored);
	join_release(&join);
}

static bool same_as_ours(struct visit *v, struct err *err)
{
	struct buf note = BUF_INIT;
	bool same = visit_read(v, DRIVE_TRUST_NOTE, JOIN_NOTE_MAX, &note,
			       err) == STATUS_OK &&
		    bytes_equal(buf_bytes(&note),
				buf_bytes(&door_house(v->door)->trust.note));

	*err = (struct err)ERR_INIT;
	buf_release(&note);
	return same;
}

enum status sync_trust_in(struct visit *v, struct err *err)
{
	const struct trust_book *book = &door_house(v->door)->trust;
	unsigned next = book->root.version + 1;
	char path[DRIVE_PATH_MAX];
	enum status status = is_it_ours(v, err);

	if (status == STATUS_EXISTS)
		return STATUS_OK;
	for (; status == STATUS_OK && next <= JOIN_ROOTS_MAX; next++) {
		drive_path_root(next, path);
		status = take_note(v, path, "root-take", err);
	}
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	if (status == STATUS_OK && !same_as_ours(v, err))
		status = take_note(v, DRIVE_TRUST_NOTE, "trust-take", err);
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	if (status == STATUS_OK)
		take_join(v);
	return status == STATUS_OK && v->trust > 0 ?
		       door_refresh(v->door, err) :
		       status;
}

/* --- out --- */

/* Where a new node asks for more, once it has a line: this office, where it
 * has an address that was given to it; a guessed one would not outlive the
 * trip. A station's idea of upstreams is its own, and never takes the place of
 * an office's. */
static void put_upstreams(struct visit *v, struct join *join)
{
	const struct conf *conf = &door_house(v->door)->conf;
	struct join there = JOIN_INIT;

	if (conf->level != LEVEL_STATION && conf->url[0] != 0) {
		memcpy(join->upstream[join->upstreams++], conf->url,
		       CONF_URL_MAX);
	} else if (read_join(v, &there)) {
		memcpy(join->upstream, there.upstream,
		       sizeof(join->upstream));
		join->upstreams = there.upstreams;
		join_release(&there);
	} else {
		memcpy(join->upstream, conf->upstream,
		       sizeof(join->upstream));
		join->upstreams = conf->upstreams;
	}
}

/* Its notes are always what this node has verified, whatever lies in
 * trust.note. */
static enum status write_join(struct visit *v, struct join *join,
			      struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status;

	put_upstreams(v, join);
	status = join_format(join, &text, err);
	if (status == STATUS_OK)
		status = visit_write(v, DRIVE_JOIN, buf_bytes(&text), err);
	buf_release(&text);
	return status;
}

/* Is the drive's trust note perhaps newer than ours? Where roots are missing
 * here nobody can tell, and the next on the route may have them. Who made it up
 * keeps nobody's from travelling: ours is in the join file. A visit that
 * repairs does not leave it at that. */
static bool may_be_newer(struct visit *v, struct err *err)
{
	const struct trust_book *book = &door_house(v->door)->trust;
	struct buf whole = BUF_INIT;
	struct trust trust;
	struct note note;
	bool newer = false;

	if (!v->o->repair &&
	    visit_read(v, DRIVE_TRUST_NOTE, JOIN_NOTE_MAX, &whole, err) ==
		    STATUS_OK &&
	    note_parse(buf_bytes(&whole), TRUST_NOTE_MAX, &note) ==
		    STATUS_OK &&
	    trust_parse(note.text, &trust) == STATUS_OK) {
		newer = trust.root > book->root.version &&
			trust.version > book->trust.version;
		trust_release(&trust);
	}
	*err = (struct err)ERR_INIT;
	buf_release(&whole);
	return newer;
}

/* Every root note there ever was, then the trust note: whoever has been off
 * for years walks forward from them. */
enum status sync_trust_out(struct visit *v, struct err *err)
{
	const struct trust_book *book = &door_house(v->door)->trust;
	struct join join = JOIN_INIT;
	struct buf note = BUF_INIT;
	char path[DRIVE_PATH_MAX];
	enum status status = STATUS_OK;

	if (!v->writable)
		return STATUS_OK;
	for (unsigned i = 1; i <= book->root.version && status == STATUS_OK;
	     i++) {
		buf_clear(&note);
		drive_path_root(i, path);
		status = trust_book_root_note(book, i, &note, err);
		if (status == STATUS_OK)
			status = join_add_root(&join, buf_bytes(&note));
		if (status == STATUS_OK)
			status = visit_write(v, path, buf_bytes(&note), err);
	}
	buf_release(&note);
	if (status == STATUS_OK && book->note.size > 0)
		buf_put_bytes(&join.trust, buf_bytes(&book->note));
	if (status == STATUS_OK && book->note.size > 0 &&
	    !may_be_newer(v, err)) {
		status = visit_write(v, DRIVE_TRUST_NOTE,
				     buf_bytes(&book->note), err);
	}
	if (status == STATUS_OK && book->note.size > 0)
		status = write_join(v, &join, err);
	join_release(&join);
	return status == STATUS_OK ?
		       STATUS_OK :
		       visit_failed(v, err, "put trust notes on the drive");
}
