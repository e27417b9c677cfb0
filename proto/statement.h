/* The node statement: what a node is, holds and wants, as the text of a signed
 * note. The same bytes are served at `GET /node`, sent up by `POST /node` and
 * carried on drives; the newest (boot, seq) of a key wins.
 *
 * The format is docs/formats-neighbourhood.md, "Node statement". This file
 * knows the text only; the note around it is opened and signed by
 * node/own_statement.h. No I/O; parsing allocates nothing: lists are walked in
 * place. */
#ifndef PROTO_STATEMENT_H
#define PROTO_STATEMENT_H

#include "proto/bytes.h"
#include "proto/place.h"

enum {
	STATEMENT_MAX = 256 * 1024, /* bytes of the whole note */
	STATEMENT_KEY_SIZE = 32,
	STATEMENT_INSTANCE_SIZE = 8,
	STATEMENT_ROOT_SIZE = 32,
	STATEMENT_NAME_MAX = 120, /* bytes of UTF-8 */
	STATEMENT_GROUPS_MAX = 16,
	STATEMENT_URLS_MAX = 8,
	STATEMENT_URL_MAX = 200,
	STATEMENT_PROGRAM_MAX = 32,
	STATEMENT_VKEY_MAX = 80, /* "node-<16 hex>+<8 hex>+<44 base64>" */
	STATEMENT_NODE_NAME_SIZE = 21 /* "node-" and 16 hex digits */
};

/* The fixed part. */
struct statement {
	char vkey[STATEMENT_VKEY_MAX + 1];
	uint8_t key[STATEMENT_KEY_SIZE]; /* the one inside `vkey` */
	uint8_t instance[STATEMENT_INSTANCE_SIZE];
	uint32_t boot;
	uint32_t seq;
	enum level level;
	char region[REGION_MAX + 1];       /* "" when it has none */
	char name[STATEMENT_NAME_MAX + 1]; /* "" when it has none */
	uint16_t swarm_port;               /* 0: no swarm */
	uint64_t room;                     /* bytes it would still take */
	char program[STATEMENT_PROGRAM_MAX + 1];
	uint32_t trust_version;
	uint32_t root_version;

	/* Filled by statement_parse(), not read by statement_begin(): the
	 * lines that may come many times, for statement_walk(). Points into
	 * the parsed text. */
	struct bytes lists;
};

enum statement_kind {
	STATEMENT_GROUP, /* a group it belongs to */
	STATEMENT_URL,   /* how to reach it */
	STATEMENT_LOG,   /* a log it holds, with its head */
	STATEMENT_WANT,  /* entries of a log it wants, as a bitmap */
	STATEMENT_HAVE,  /* entries of a log whose payload it holds */
	STATEMENT_DUE,   /* an entry it wants by a date */
	STATEMENT_EVIDENCE, /* a digest of the proofs of forks it has */
	STATEMENT_INSTEAD /* entries of which it holds another rendition in
			   * place of the payload, as a bitmap */
};

/* One line of the lists; only the fields of its kind are set. */
struct statement_line {
	enum statement_kind kind;
	struct bytes text;   /* GROUP, URL, EVIDENCE (16 hex digits) */
	struct bytes origin; /* LOG, WANT, HAVE, DUE, INSTEAD */
	uint64_t size;       /* LOG */
	uint8_t root[STATEMENT_ROOT_SIZE]; /* LOG */
	struct bytes bitmap; /* WANT, HAVE, INSTEAD: base64 of one zstd frame,
			      * not checked beyond its alphabet; bit n%8 of
			      * byte n/8 is entry n (node/own_statement.h) */
	uint64_t entry;   /* DUE */
	struct bytes date; /* DUE: YYYY-MM-DD */
};

/*
 * Read and check a whole statement text (every line of it). The key in the
 * vkey is read; that its hash fits and that it signed the note is checked by
 * statement_open() (node/own_statement.h).
 *
 * Owns:    `out->lists` points into `text`.
 * Returns: STATUS_OK; STATUS_MALFORMED. `out` is untouched on failure.
 */
enum status statement_parse(struct bytes text, struct statement *out);

/* Walk the lists of a parsed statement; lines of kinds this program does not
 * know are stepped over. */
struct statement_walk {
	struct bytes_reader r; /* private */
};

void statement_walk_init(struct statement_walk *w, const struct statement *st);
/* The next line, or false at the end. `line` points into the text. */
bool statement_walk_next(struct statement_walk *w, struct statement_line *line);

/*
 * Writing: statement_begin() and then the lists, kinds in the order of enum
 * statement_kind, lines of LOG, WANT, HAVE, DUE and INSTEAD in ascending byte
 * order of origin (DUE: and entry), each origin once per kind. What is written
 * wrongly is refused by statement_parse(), and so by statement_sign().
 */
void statement_begin(struct buf *out, const struct statement *st);
void statement_put_group(struct buf *out, const char *group);
void statement_put_url(struct buf *out, const char *url);
void statement_put_log(struct buf *out, const char *origin, uint64_t size,
		       const uint8_t root[static STATEMENT_ROOT_SIZE]);
/* `zstd` is the compressed bitmap (bitmap_compress() in
 * node/own_statement.h). */
void statement_put_want(struct buf *out, const char *origin, struct bytes zstd);
void statement_put_have(struct buf *out, const char *origin, struct bytes zstd);
void statement_put_due(struct buf *out, const char *origin, uint64_t entry,
		       const char *date);
/* `digest` is 16 hex digits. */
void statement_put_evidence(struct buf *out, const char *digest);
void statement_put_instead(struct buf *out, const char *origin,
			   struct bytes zstd);

/* The key name of a node: "node-" and the first 16 hex digits of its public
 * key. */
void statement_node_name(const uint8_t key[static STATEMENT_KEY_SIZE],
			 char out[static STATEMENT_NODE_NAME_SIZE + 1]);

#endif
