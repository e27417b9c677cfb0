/* The PINs and passwords of a node's desks, as Argon2id hashes, with how often
 * they were guessed at: desk.json of the data directory, mode 0600.
 *
 *     {"format": "xiangtu-desk/1",
 *      "secrets": {"A": "$argon2id$…", "王丽": "$argon2id$…"},
 *      "tries": […], "people": […]}           (node/page/lockout.h)
 *
 * Reading and writing block on disk for a moment; making and checking hashes
 * is not done here (signing/passhash.h). Threads: one. */
#ifndef NODE_PAGE_SECRETS_H
#define NODE_PAGE_SECRETS_H

#include "node/page/lockout.h"
#include "node/page/secret_rules.h"
#include "signing/passhash.h"

enum {
	SECRETS_MAX = 34, /* A, B and so many people of an office */
	SECRETS_FILE_MAX = 256 << 10
};
#define SECRETS_FILE "desk.json"

struct secret {
	char who[SECRET_WHO_MAX + 1];
	char hash[PASSHASH_MAX + 1];
};

struct secrets {
	struct lockout lockout;

	/* private */
	char *path;
	struct secret list[SECRETS_MAX];
	unsigned count;
};

/*
 * Read what the data directory `dir` has; a directory without such a file has
 * no secrets.
 *
 * Owns:    `*out` is the caller's until secrets_free().
 * Returns: STATUS_DAMAGED for a file that is no such file: who finds it is told
 *          to set the secrets anew; STATUS_IO; STATUS_NO_MEMORY.
 */
enum status secrets_open(struct secrets **out, const char *dir,
			 uint64_t now_ms, struct err *err);
/* NULL is allowed. */
void secrets_free(struct secrets *s);

/* The hash of `who`'s secret, or NULL; borrowed until the next change. */
const char *secrets_hash(const struct secrets *s, const char *who);
/* Has anybody of the office one? */
bool secrets_has_office(const struct secrets *s);
/* {"A": bool, "B": bool, "office": bool}: which are set. */
json_t *secrets_json(const struct secrets *s);
/* Everybody who has one, by name, the operators first. */
json_t *secrets_names(const struct secrets *s);

/*
 * Give `who` this hash, or none (NULL), durably; what was counted of their
 * wrong tries is forgotten.
 *
 * Returns: STATUS_USAGE for a name that cannot be or a hash that is none;
 *          STATUS_NOT_FOUND when there is none to take away; STATUS_NO_ROOM
 *          for too many people; STATUS_IO, and then nothing has changed.
 */
enum status secrets_set(struct secrets *s, const char *who, const char *hash,
			uint64_t now_ms, struct err *err);

/* Write down what was counted, durably, if there is something new. */
enum status secrets_save(struct secrets *s, uint64_t now_ms, struct err *err);

/* Take in a file's text; STATUS_DAMAGED, and then `s` is as it was. For tests
 * and secrets_open(). */
enum status secrets_parse(struct secrets *s, struct bytes text,
			  uint64_t now_ms);

#endif
