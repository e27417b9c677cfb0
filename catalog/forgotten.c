#include "catalog/forgotten.h"

#include <string.h>

#include "catalog/sql.h"
#include "signing/digest.h"

/* A hash of a name tells who was forgotten to whoever guesses the name; it
 * does not tell it to whoever only looks. docs/privacy.md. */
enum { HASH_SIZE = 16 };

static void hash_of(const char *kind, const void *data, size_t size,
		    uint8_t out[static SHA256_SIZE])
{
	struct sha256 state;

	sha256_init(&state);
	sha256_update(&state, kind, strlen(kind));
	sha256_update(&state, data, size);
	sha256_final(&state, out);
}

static void hash_card(int64_t card, uint8_t out[static SHA256_SIZE])
{
	uint8_t raw[8];

	for (int i = 0; i < 8; i++)
		raw[i] = (uint8_t)((uint64_t)card >> (56 - 8 * i));
	hash_of("card:", raw, sizeof(raw), out);
}

static enum status put(struct catalog *c, const uint8_t *hash, struct err *err)
{
	static const char insert[] =
		"INSERT OR IGNORE INTO forgotten (hash) VALUES (?)";
	struct sql q;

	sql_start(&q, c, insert);
	sql_put_blob(&q, (struct bytes){ hash, HASH_SIZE });
	return sql_run(&q, err);
}

static enum status has(struct catalog *c, const uint8_t *hash, bool *out,
		       struct err *err)
{
	static const char look[] = "SELECT 1 FROM forgotten WHERE hash = ?";
	struct sql q;
	bool found;
	enum status status;

	sql_start(&q, c, look);
	sql_put_blob(&q, (struct bytes){ hash, HASH_SIZE });
	found = sql_next(&q);
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		*out = found;
	return status;
}

enum status forgotten_card(struct catalog *c, int64_t card, struct err *err)
{
	uint8_t hash[SHA256_SIZE];

	hash_card(card, hash);
	return put(c, hash, err);
}

enum status forgotten_name(struct catalog *c, const char *name,
			   struct err *err)
{
	uint8_t hash[SHA256_SIZE];

	hash_of("name:", name, strlen(name), hash);
	return put(c, hash, err);
}

enum status forgotten_has_card(struct catalog *c, int64_t card, bool *out,
			       struct err *err)
{
	uint8_t hash[SHA256_SIZE];

	hash_card(card, hash);
	return has(c, hash, out, err);
}

enum status forgotten_has_name(struct catalog *c, const char *name, bool *out,
			       struct err *err)
{
	uint8_t hash[SHA256_SIZE];

	hash_of("name:", name, strlen(name), hash);
	return has(c, hash, out, err);
}

enum status forgotten_any(struct catalog *c, bool *any, struct err *err)
{
	static const char look[] = "SELECT 1 FROM forgotten LIMIT 1";
	struct sql q;
	bool found;
	enum status status;

	sql_start(&q, c, look);
	found = sql_next(&q);
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		*any = found;
	return status;
}
