#include "node/office_request.h"

#include <string.h>

#include "proto/text.h"

static const char title[] = "xiangtu-office/v1";

/* The rest of a line that begins with `word` and a space. */
static enum status read_rest(struct bytes_reader *r, const char *word,
			     struct bytes *rest)
{
	size_t size = strlen(word);
	struct bytes line;

	if (bytes_read_line(r, &line) != STATUS_OK ||
	    !bytes_start_with(line, word) || line.size <= size + 1 ||
	    line.data[size] != ' ')
		return STATUS_MALFORMED;
	*rest = (struct bytes){ line.data + size + 1, line.size - size - 1 };
	return STATUS_OK;
}

static enum status read_string(struct bytes_reader *r, const char *word,
			       char *out, size_t room)
{
	struct bytes rest;

	if (read_rest(r, word, &rest) != STATUS_OK)
		return STATUS_MALFORMED;
	return bytes_to_string(rest, out, room);
}

static enum status read_key(struct bytes_reader *r, const char *word,
			    enum key_type type, struct public_key *out)
{
	struct bytes rest;

	if (read_rest(r, word, &rest) != STATUS_OK ||
	    public_key_parse(rest, out) != STATUS_OK || out->type != type)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

static enum status read_text(struct bytes text, struct office_request *made)
{
	struct bytes_reader r;
	struct bytes line;
	char level[16];

	bytes_reader_init(&r, text);
	if (bytes_read_line(&r, &line) != STATUS_OK || !bytes_is(line, title) ||
	    read_string(&r, "origin", made->origin, sizeof(made->origin)) !=
		    STATUS_OK ||
	    read_string(&r, "level", level, sizeof(level)) != STATUS_OK ||
	    read_string(&r, "region", made->region, sizeof(made->region)) !=
		    STATUS_OK ||
	    read_string(&r, "name", made->name, sizeof(made->name)) !=
		    STATUS_OK ||
	    read_key(&r, "publisher", KEY_ED25519, &made->publisher) !=
		    STATUS_OK ||
	    read_key(&r, "records", KEY_SEALING, &made->records) !=
		    STATUS_OK ||
	    read_key(&r, "ack", KEY_COSIGNER, &made->ack) != STATUS_OK ||
	    r.left > 0)
		return STATUS_MALFORMED;
	if (origin_check(made->origin) != STATUS_OK ||
	    level_parse(level, &made->level) != STATUS_OK ||
	    made->level == LEVEL_STATION ||
	    region_check(made->region) != STATUS_OK ||
	    !text_is_plain(bytes_of(made->name)) ||
	    strcmp(made->publisher.name, made->origin) != 0)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

enum status office_request_parse(struct bytes whole,
				 struct office_request *out)
{
	struct office_request made;
	struct note_verified verified;
	struct note note;

	memset(&made, 0, sizeof(made));
	if (note_parse(whole, OFFICE_REQUEST_MAX, &note) != STATUS_OK ||
	    read_text(note.text, &made) != STATUS_OK)
		return STATUS_MALFORMED;
	if (note_verify(&note, &made.publisher, 1, &verified) != STATUS_OK)
		return STATUS_UNTRUSTED;
	*out = made;
	return STATUS_OK;
}

static void put_key(struct buf *text, const char *word,
		    const struct public_key *key)
{
	buf_printf(text, "%s ", word);
	buf_put_vkey(text, key);
	buf_puts(text, "\n");
}

enum status office_request_format(const struct office_request *request,
				  const struct secret_key *key,
				  struct buf *out)
{
	struct buf text = BUF_INIT;
	struct office_request again;
	size_t before = out->size;
	enum status status;

	buf_printf(&text, "%s\norigin %s\nlevel %s\nregion %s\nname %s\n",
		   title, request->origin, level_name(request->level),
		   request->region, request->name);
	put_key(&text, "publisher", &request->publisher);
	put_key(&text, "records", &request->records);
	put_key(&text, "ack", &request->ack);
	status = buf_status(&text);
	if (status == STATUS_OK)
		status = note_sign(buf_bytes(&text), key, out);
	buf_release(&text);
	if (status == STATUS_OK) {
		struct bytes whole = buf_bytes(out);

		whole.data += before;
		whole.size -= before;
		status = office_request_parse(whole, &again);
		if (status != STATUS_OK)
			buf_cut(out, before);
	}
	return status == STATUS_UNTRUSTED ? STATUS_MALFORMED : status;
}
