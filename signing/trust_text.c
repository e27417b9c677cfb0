/* The trust note's text: one statement a line, its fields in a fixed order, so
 * that each statement has one spelling (docs/formats-trust.md). */
#include "signing/trust.h"

#include <inttypes.h>
#include <string.h>

#include "proto/encoding.h"
#include "proto/text.h"
#include "signing/wordline.h"

static const char title[] = "xiangtu-trust/v1";

/* What a list says of a repeated or surplus statement is, in a text, that the
 * text is malformed. */
static enum status as_read(enum status status)
{
	return status == STATUS_OK || status == STATUS_NO_MEMORY ?
		       status :
		       STATUS_MALFORMED;
}

static enum status read_origin(struct bytes text, char *out)
{
	char origin[ORIGIN_MAX + 1];

	if (bytes_to_string(text, origin, sizeof(origin)) != STATUS_OK ||
	    origin_check(origin) != STATUS_OK)
		return STATUS_MALFORMED;
	strcpy(out, origin);
	return STATUS_OK;
}

static enum status read_publisher(struct bytes rest, struct trust *trust)
{
	struct publisher made;

	if (publisher_read(rest, &made) != STATUS_OK)
		return STATUS_MALFORMED;
	return as_read(trust_add_publisher(trust, &made));
}

static enum status read_recipient(struct bytes rest, struct trust *trust)
{
	struct recipient made;
	struct bytes value;

	memset(&made, 0, sizeof(made));
	if (!wordline_take(&rest, "region", &value) ||
	    bytes_to_string(value, made.region, sizeof(made.region)) !=
		    STATUS_OK ||
	    !wordline_take(&rest, "key", &value) ||
	    public_key_parse(value, &made.key) != STATUS_OK)
		return STATUS_MALFORMED;
	if (wordline_take(&rest, "ack", &value) &&
	    public_key_parse(value, &made.ack) != STATUS_OK)
		return STATUS_MALFORMED;
	if (rest.size > 0)
		return STATUS_MALFORMED;
	return as_read(trust_add_recipient(trust, &made));
}

static enum status read_cutoff(struct bytes rest, struct trust *trust)
{
	struct cutoff made;
	struct bytes word;
	size_t size;

	memset(&made, 0, sizeof(made));
	if (wordline_next(&rest, &word) != STATUS_OK ||
	    read_origin(word, made.origin) != STATUS_OK ||
	    !wordline_take(&rest, "size", &word) ||
	    decimal_parse(word, &made.size) != STATUS_OK ||
	    !wordline_take(&rest, "root", &word) ||
	    base64_decode(word, made.root, sizeof(made.root), &size) !=
		    STATUS_OK ||
	    size != sizeof(made.root))
		return STATUS_MALFORMED;
	if (wordline_take(&rest, "successor", &word) &&
	    read_origin(word, made.successor) != STATUS_OK)
		return STATUS_MALFORMED;
	if (rest.size > 0)
		return STATUS_MALFORMED;
	return as_read(trust_add_cutoff(trust, &made));
}

static enum status read_witness(struct bytes rest, struct trust *trust)
{
	struct public_key key;
	struct bytes value;

	if (!wordline_take(&rest, "key", &value) ||
	    public_key_parse(value, &key) != STATUS_OK || rest.size > 0)
		return STATUS_MALFORMED;
	return as_read(trust_add_witness(trust, &key));
}

/* A statement of a later day: a lower-case word, then anything on one line. */
static enum status keep_other(struct bytes word, struct bytes line,
			      struct trust *trust)
{
	size_t before = trust->others.size;

	for (size_t i = 0; i < word.size; i++) {
		uint8_t c = word.data[i];
		bool letter = c >= 'a' && c <= 'z';
		bool further = (c >= '0' && c <= '9') || c == '-';

		if (!letter && (i == 0 || !further))
			return STATUS_MALFORMED;
	}
	if (trust->other_count == TRUST_OTHERS_MAX || !text_is_plain(line))
		return STATUS_MALFORMED;
	buf_put_bytes(&trust->others, line);
	buf_puts(&trust->others, "\n");
	if (buf_status(&trust->others) != STATUS_OK) {
		buf_cut(&trust->others, before);
		return STATUS_NO_MEMORY;
	}
	trust->other_count++;
	return STATUS_OK;
}

static enum status read_statement(struct bytes line, struct trust *trust)
{
	static const struct {
		const char *word;
		enum status (*read)(struct bytes rest, struct trust *trust);
	} known[] = {
		{ "publisher", read_publisher },
		{ "recipient", read_recipient },
		{ "cutoff", read_cutoff },
		{ "witness", read_witness },
	};
	struct bytes rest = line, word;

	if (wordline_next(&rest, &word) != STATUS_OK)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (bytes_is(word, known[i].word))
			return known[i].read(rest, trust);
	return keep_other(word, line, trust);
}

enum status trust_parse(struct bytes text, struct trust *trust)
{
	enum status status = STATUS_OK;
	struct trust made;
	struct bytes_reader r;
	struct bytes line;
	uint64_t root;

	trust_init(&made);
	bytes_reader_init(&r, text);
	if (bytes_read_line(&r, &line) != STATUS_OK || !bytes_is(line, title) ||
	    wordline_read_number(&r, "version", TRUST_VERSION_MAX,
			       &made.version) != STATUS_OK ||
	    wordline_read_number(&r, "root", ROOT_VERSION_MAX, &root) !=
		    STATUS_OK)
		return STATUS_MALFORMED;
	made.root = (uint32_t)root;
	while (status == STATUS_OK && r.left > 0) {
		status = bytes_read_line(&r, &line);
		if (status == STATUS_OK)
			status = read_statement(line, &made);
	}
	if (status == STATUS_OK)
		*trust = made;
	else
		trust_release(&made);
	return status;
}

static void put_recipient(struct buf *out, const struct recipient *r)
{
	buf_printf(out, "recipient region=%s key=", r->region);
	buf_put_vkey(out, &r->key);
	if (r->ack.type != 0) {
		buf_puts(out, " ack=");
		buf_put_vkey(out, &r->ack);
	}
	buf_puts(out, "\n");
}

static void put_cutoff(struct buf *out, const struct cutoff *c)
{
	buf_printf(out, "cutoff %s size=%" PRIu64 " root=", c->origin, c->size);
	buf_put_base64(out, (struct bytes){ c->root, SHA256_SIZE });
	if (c->successor[0] != 0)
		buf_printf(out, " successor=%s", c->successor);
	buf_puts(out, "\n");
}

enum status trust_format(const struct trust *trust, struct buf *out)
{
	size_t before = out->size;
	enum status status;

	buf_printf(out, "%s\nversion %" PRIu64 "\nroot %" PRIu32 "\n", title,
		   trust->version, trust->root);
	for (size_t i = 0; i < trust->publisher_count; i++) {
		buf_puts(out, "publisher ");
		publisher_write(&trust->publishers[i], out);
		buf_puts(out, "\n");
	}
	for (size_t i = 0; i < trust->recipient_count; i++)
		put_recipient(out, &trust->recipients[i]);
	for (size_t i = 0; i < trust->cutoff_count; i++)
		put_cutoff(out, &trust->cutoffs[i]);
	for (size_t i = 0; i < trust->witness_count; i++) {
		buf_puts(out, "witness key=");
		buf_put_vkey(out, &trust->witnesses[i]);
		buf_puts(out, "\n");
	}
	buf_put_bytes(out, buf_bytes(&trust->others));
	status = buf_status(out);
	if (status == STATUS_OK && out->size - before > TRUST_TEXT_MAX)
		status = STATUS_NO_ROOM;
	if (status != STATUS_OK)
		buf_cut(out, before);
	return status;
}
