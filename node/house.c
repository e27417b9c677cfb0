#include "node/house.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "catalog/delegations.h"
#include "catalog/log.h"
#include "catalog/records_db.h"
#include "node/clock.h"
#include "node/clock_floor.h"
#include "node/durable.h"
#include "node/evidence.h"
#include "node/own_kept.h"
#include "node/staleness.h"
#include "proto/encoding.h"

enum { LOCK_TRIES = 20, LOCK_PAUSE_MS = 50 };

void house_path(const char *dir, const char *name,
		char out[static HOUSE_PATH_MAX + 16])
{
	int size = snprintf(out, HOUSE_PATH_MAX + 16, "%s/%s", dir, name);

	assert(size > 0 && size < HOUSE_PATH_MAX + 16);
	(void)size;
}

enum status house_open_torrent(const struct house *h,
			       const uint8_t btmh[static 32],
			       struct torrentfile **out, struct err *err)
{
	char hex[65], path[HOUSE_PATH_MAX + 96];

	hex_encode((struct bytes){ btmh, 32 }, hex);
	(void)snprintf(path, sizeof(path), "%s/%s", h->torrent_dir, hex);
	return torrentfile_open(out, path, btmh, err);
}

const uint8_t *house_node_public(const struct house *h)
{
	return secret_key_public(h->node_key)->bytes;
}

/* What tells one machine from another: systemd's machine id, hashed so that
 * copies of the directory do not carry it around. $XIANGTU_MACHINE stands in
 * where /etc is shared between machines. */
static void machine_mark(char out[static 2 * SHA256_SIZE + 2])
{
	const char *given = getenv("XIANGTU_MACHINE");
	struct buf id = BUF_INIT;
	struct err ignored = ERR_INIT;
	uint8_t hash[SHA256_SIZE];

	buf_puts(&id, "xiangtu machine ");
	if (given != NULL)
		buf_puts(&id, given);
	else
		(void)durable_read("/etc/machine-id", 256, &id, &ignored);
	sha256(id.data, id.size, hash);
	buf_release(&id);
	hex_encode((struct bytes){ hash, sizeof(hash) }, out);
	(void)strcat(out, "\n");
}

enum status house_mark_machine(const char *dir, struct err *err)
{
	char path[HOUSE_PATH_MAX + 16], mark[2 * SHA256_SIZE + 2];

	house_path(dir, "machine", path);
	machine_mark(mark);
	return durable_write(path, bytes_of(mark), 0644, err);
}

static enum status check_machine(const char *dir, struct err *err)
{
	char path[HOUSE_PATH_MAX + 16], mark[2 * SHA256_SIZE + 2];
	struct buf held = BUF_INIT;
	enum status status;

	house_path(dir, "machine", path);
	machine_mark(mark);
	status = durable_read(path, 256, &held, err);
	if (status == STATUS_NOT_FOUND) {
		buf_release(&held);
		return house_mark_machine(dir, err);
	}
	if (status == STATUS_OK && !bytes_is(buf_bytes(&held), mark))
		status = err_set(
			err, STATUS_UNTRUSTED,
			"'%s' was made on another machine. If it was moved "
			"here for good: xiangtu init --moved. If it is a "
			"copy: xiangtu init --new-identity",
			dir);
	buf_release(&held);
	return status;
}

/* Copies of one directory on one machine would be two nodes with one key:
 * whoever runs first holds a name only one socket of the machine can have. */
static enum status claim_identity(struct house *h, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char hex[2 * PUBLIC_KEY_SIZE + 1];

	hex_encode((struct bytes){ house_node_public(h), PUBLIC_KEY_SIZE },
		   hex);
	(void)snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
		       "xiangtu-node-%s", hex);
	h->twin = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->twin < 0)
		return err_set(err, STATUS_IO, "socket: %s", strerror(errno));
	if (bind(h->twin, (struct sockaddr *)&address, sizeof(address)) == 0)
		return STATUS_OK;
	return err_set(err, STATUS_BUSY,
		       "a copy of '%s' is running on this machine; give this "
		       "one its own identity: xiangtu init --new-identity",
		       h->dir);
}

static enum status take_lock(struct house *h, struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];

	house_path(h->dir, "lock", path);
	h->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (h->lock < 0)
		return err_set(err, STATUS_IO, "cannot write in '%s': %s",
			       h->dir, strerror(errno));
	/* A command that found no node holds it for a moment only. */
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(h->lock, LOCK_EX | LOCK_NB) == 0)
			return STATUS_OK;
		(void)usleep(LOCK_PAUSE_MS * 1000);
	}
	if (flock(h->lock, LOCK_EX | LOCK_NB) != 0)
		return err_set(err, STATUS_BUSY,
			       "another xiangtu is running on '%s'", h->dir);
	return STATUS_OK;
}

static enum status read_conf(struct house *h, struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];
	struct buf text = BUF_INIT;
	enum status status;

	house_path(h->dir, "node.conf", path);
	status = durable_read(path, 1 << 20, &text, err);
	if (status == STATUS_NOT_FOUND)
		(void)err_set(err, STATUS_NOT_FOUND,
			      "there is no node in '%s'; make one with "
			      "'xiangtu init'",
			      h->dir);
	if (status == STATUS_OK)
		status = conf_parse(&h->conf, buf_string(&text), err);
	buf_release(&text);
	return status;
}

static enum status make_folders(struct house *h, struct err *err)
{
	const char *const folders[] = { h->payload_dir, h->torrent_dir,
					h->blob_dir };

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		enum status status = durable_make_dir(folders[i], 0755, err);

		if (status != STATUS_OK)
			return status;
		if (access(folders[i], W_OK) != 0)
			return err_set(err, STATUS_IO,
				       "cannot write in '%s': %s", folders[i],
				       strerror(errno));
	}
	return STATUS_OK;
}

static enum status open_to_write(struct house *h, struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];
	enum status status = take_lock(h, err);

	if (status == STATUS_OK)
		status = check_machine(h->dir, err);
	if (status == STATUS_OK)
		status = house_read_keys(h, err);
	if (status == STATUS_OK)
		status = claim_identity(h, err);
	if (status == STATUS_OK)
		status = make_folders(h, err);
	if (status == STATUS_OK) {
		house_path(h->dir, "node.db", path);
		status = catalog_open(&h->catalog, path, err);
	}
	if (status == STATUS_OK)
		status = clock_floor_keep(h->catalog, err);
	if (status == STATUS_OK)
		status = house_follow(h, err);
	return status;
}

enum status house_open(struct house *h, const char *dir, enum house_mode mode,
		       struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];
	enum status status;

	memset(h, 0, sizeof(*h));
	h->lock = h->twin = -1;
	if (strlen(dir) >= HOUSE_PATH_MAX)
		return err_set(err, STATUS_IO, "path too long");
	(void)snprintf(h->dir, sizeof(h->dir), "%s", dir);
	house_path(dir, "payload", h->payload_dir);
	house_path(dir, "torrent", h->torrent_dir);
	house_path(dir, "blob", h->blob_dir);
	status = read_conf(h, err);
	if (status != STATUS_OK)
		return status;
	status = trust_book_open(&h->trust, dir, err);
	if (status != STATUS_OK)
		return status;
	h->authority = authority_new();
	if (h->authority == NULL) {
		status = err_set(err, STATUS_NO_MEMORY, "open '%s'", dir);
	} else if (mode == HOUSE_WRITE) {
		status = open_to_write(h, err);
	} else {
		house_path(dir, "node.db", path);
		status = house_read_keys(h, err);
		if (status == STATUS_OK)
			status = catalog_open_reader(&h->catalog, path, err);
		if (status == STATUS_NOT_FOUND)
			(void)err_set(err, status,
				      "the node in '%s' has not run yet", dir);
	}
	if (status != STATUS_OK)
		house_close(h);
	return status;
}

void house_close(struct house *h)
{
	authority_free(h->authority);
	catalog_free(h->records);
	catalog_free(h->catalog);
	trust_book_release(&h->trust);
	secret_key_free(h->ack_key);
	secret_key_free(h->witness_key);
	seal_key_free(h->records_key);
	seal_key_free(h->records_key_before);
	secret_key_free(h->publisher_key);
	secret_key_free(h->node_key);
	if (h->twin >= 0)
		(void)close(h->twin);
	if (h->lock >= 0)
		(void)close(h->lock);
}

enum status house_records(struct house *h, struct catalog **out,
			  struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];
	enum status status = STATUS_OK;

	house_path(h->dir, "records.db", path);
	if (h->records == NULL && h->lock >= 0)
		status = records_db_open(&h->records, path, err);
	else if (h->records == NULL)
		status = records_db_open_reader(&h->records, path, err);
	if (status == STATUS_OK)
		*out = h->records;
	return status;
}

/* Our own log; begun here for the first time, or after this disk lost it? */
static enum status keep_own(struct house *h, struct err *err)
{
	struct log_info log;
	enum status status = log_find(h->catalog, h->conf.origin, &log, err);
	int64_t id;

	if (status == STATUS_NOT_FOUND)
		status = own_kept_begin(h, err);
	if (status == STATUS_OK)
		status = log_follow(h->catalog, h->conf.origin, true, &id,
				    err);
	if (status == STATUS_OK)
		own_kept_begun(h);
	return status;
}

const struct authority *house_authority(struct house *h)
{
	struct err ignored = ERR_INIT;
	int64_t number;

	if (delegations_number(h->catalog, &number, &ignored) != STATUS_OK ||
	    (h->authority_trust == h->trust.trust.version &&
	     h->authority_number == number))
		return h->authority;
	if (delegations_authority(h->catalog, &h->trust.trust, h->authority,
				  &ignored) == STATUS_OK) {
		h->authority_trust = h->trust.trust.version;
		h->authority_number = number;
	}
	return h->authority;
}

/* Logs that have ended are held no further. */
static enum status end_logs(struct house *h, const struct authority *a,
			    struct err *err)
{
	for (size_t i = 0; i < authority_cutoff_count(a); i++) {
		const struct cutoff *cutoff = authority_cutoff_at(a, i);
		struct log_info info;
		struct checkpoint end;
		bool changed;
		enum status status = log_find(h->catalog, cutoff->origin,
					      &info, err);

		if (status == STATUS_NOT_FOUND ||
		    (status == STATUS_OK && info.kind != LOG_LESSONS))
			continue;
		cutoff_checkpoint(cutoff, &end);
		if (status == STATUS_OK)
			status = log_end_at(
				h->catalog, info.id, &end,
				authority_ended_by_parent(a, info.origin) ?
					LOG_END_BY_PARENT :
					LOG_END_BY_TRUST,
				clock_s(), &changed, err);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* What else follows from a trust note. */
static enum status follow_trust(struct house *h, const struct authority *a,
				struct err *err)
{
	enum status status = end_logs(h, a, err);

	if (status == STATUS_OK)
		status = evidence_review(h, err);
	if (status == STATUS_OK)
		status = clock_floor_settle(h->catalog, &h->trust.trust, err);
	return status == STATUS_OK ? staleness_heard_trust(h, err) : status;
}

enum status house_follow(struct house *h, struct err *err)
{
	const struct authority *a = house_authority(h);

	for (size_t i = 0; i < authority_count(a); i++) {
		const struct publisher *p = &authority_at(a, i)->publisher;
		bool own = strcmp(p->origin, h->conf.origin) == 0;
		enum status status;
		int64_t id;

		if (!own && !publisher_touches(p, h->conf.region))
			continue;
		status = own && house_is_publisher(h) ?
				 keep_own(h, err) :
				 log_follow(h->catalog, p->origin, false, &id,
					    err);
		/* A publisher named like a station's records has no log that
		 * anybody could keep apart; the others have theirs. */
		if (status == STATUS_EXISTS)
			*err = (struct err)ERR_INIT;
		else if (status != STATUS_OK)
			return status;
	}
	return follow_trust(h, a, err);
}

static enum status put_aside(const char *dir, const char *name,
			     struct err *err)
{
	char from[HOUSE_PATH_MAX + 16], to[HOUSE_PATH_MAX + 16], aside[64];

	(void)snprintf(aside, sizeof(aside), "%s.copied", name);
	house_path(dir, name, from);
	house_path(dir, aside, to);
	if (rename(from, to) != 0 && errno != ENOENT)
		return err_set(err, STATUS_IO, "rename '%s': %s", from,
			       strerror(errno));
	return durable_sync_dir(dir, err);
}

static enum status new_identity(const char *dir, struct err *err)
{
	static const char *const of_offices[] = { "publisher.key", "root.key",
						  "records.key",
						  "records.key.1", "ack.key",
						  "witness.key" };
	struct secret_key *key;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < sizeof(of_offices) / sizeof(*of_offices) &&
			   status == STATUS_OK;
	     i++)
		status = put_aside(dir, of_offices[i], err);
	if (status == STATUS_OK)
		status = house_new_node_key(&key, err);
	if (status != STATUS_OK)
		return status;
	status = house_write_key(dir, "node.key", key, err);
	secret_key_free(key);
	return status;
}

enum status house_settle(const char *dir, enum house_fate fate,
			 struct err *err)
{
	struct house h;
	enum status status;

	memset(&h, 0, sizeof(h));
	h.lock = h.twin = -1;
	if (strlen(dir) >= HOUSE_PATH_MAX)
		return err_set(err, STATUS_IO, "path too long");
	(void)snprintf(h.dir, sizeof(h.dir), "%s", dir);
	status = read_conf(&h, err);
	if (status == STATUS_OK)
		status = take_lock(&h, err);
	if (status == STATUS_OK && fate == HOUSE_COPIED)
		status = new_identity(dir, err);
	if (status == STATUS_OK)
		status = house_mark_machine(dir, err);
	if (h.lock >= 0)
		(void)close(h.lock);
	return status;
}
