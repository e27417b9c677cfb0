/* The writing half of proto/statement.h. */
#include <inttypes.h>
#include <string.h>

#include "proto/encoding.h"
#include "proto/statement.h"

void statement_node_name(const uint8_t key[static STATEMENT_KEY_SIZE],
			 char out[static STATEMENT_NODE_NAME_SIZE + 1])
{
	memcpy(out, "node-", 5);
	hex_encode((struct bytes){ key, 8 }, out + 5);
}

void statement_begin(struct buf *out, const struct statement *st)
{
	char instance[HEX_SIZE(STATEMENT_INSTANCE_SIZE) + 1];

	hex_encode((struct bytes){ st->instance, sizeof(st->instance) },
		   instance);
	buf_printf(out, "xiangtu-node/v1\nnode %s\ninstance %s\n", st->vkey,
		   instance);
	buf_printf(out, "boot %" PRIu32 "\nseq %" PRIu32 "\nlevel %s\n",
		   st->boot, st->seq, level_name(st->level));
	if (st->region[0] != 0)
		buf_printf(out, "region %s\n", st->region);
	if (st->name[0] != 0)
		buf_printf(out, "name %s\n", st->name);
	buf_printf(out, "swarm %u\nroom %" PRIu64 "\nversion %s\n",
		   st->swarm_port, st->room, st->program);
	buf_printf(out, "trust %" PRIu32 "\nroot %" PRIu32 "\n",
		   st->trust_version, st->root_version);
}

void statement_put_group(struct buf *out, const char *group)
{
	buf_printf(out, "group %s\n", group);
}

void statement_put_url(struct buf *out, const char *url)
{
	buf_printf(out, "url %s\n", url);
}

void statement_put_log(struct buf *out, const char *origin, uint64_t size,
		       const uint8_t root[static STATEMENT_ROOT_SIZE])
{
	buf_printf(out, "log %s %" PRIu64 " ", origin, size);
	buf_put_base64(out, (struct bytes){ root, STATEMENT_ROOT_SIZE });
	buf_puts(out, "\n");
}

static void put_bitmap(struct buf *out, const char *word, const char *origin,
		       struct bytes zstd)
{
	buf_printf(out, "%s %s ", word, origin);
	buf_put_base64(out, zstd);
	buf_puts(out, "\n");
}

void statement_put_want(struct buf *out, const char *origin, struct bytes zstd)
{
	put_bitmap(out, "want", origin, zstd);
}

void statement_put_have(struct buf *out, const char *origin, struct bytes zstd)
{
	put_bitmap(out, "have", origin, zstd);
}

void statement_put_due(struct buf *out, const char *origin, uint64_t entry,
		       const char *date)
{
	buf_printf(out, "due %s %" PRIu64 " %s\n", origin, entry, date);
}

void statement_put_evidence(struct buf *out, const char *digest)
{
	buf_printf(out, "evidence %s\n", digest);
}

void statement_put_instead(struct buf *out, const char *origin,
			   struct bytes zstd)
{
	put_bitmap(out, "instead", origin, zstd);
}
