#include "node/join.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void join_release(struct join *join)
{
	for (unsigned i = 0; i < join->n_roots; i++)
		buf_release(&join->roots[i]);
	free(join->roots);
	buf_release(&join->trust);
	*join = (struct join)JOIN_INIT;
}

enum status join_add_root(struct join *join, struct bytes note)
{
	struct buf *roots = realloc(join->roots, (join->n_roots + 1) *
							 sizeof(*roots));

	if (roots == NULL)
		return STATUS_NO_MEMORY;
	join->roots = roots;
	roots[join->n_roots] = (struct buf)BUF_INIT;
	buf_put_bytes(&roots[join->n_roots], note);
	join->n_roots++;
	return buf_status(&roots[join->n_roots - 1]);
}

static struct bytes json_bytes(const json_t *string)
{
	return (struct bytes){ (const uint8_t *)json_string_value(string),
			       json_string_length(string) };
}

static enum status read_upstreams(struct join *join, const json_t *list,
				  struct err *err)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *url = json_string_value(json_array_get(list, i));

		if (join->upstreams == CONF_UPSTREAMS_MAX)
			return STATUS_OK; /* enough to find somebody */
		if (url == NULL ||
		    conf_url(url, join->upstream[join->upstreams]) !=
			    STATUS_OK)
			return err_set(err, STATUS_MALFORMED,
				       "join file: upstream %zu is no URL",
				       i + 1);
		join->upstreams++;
	}
	return STATUS_OK;
}

static enum status read_notes(struct join *join, const json_t *roots,
			      const json_t *trust, struct err *err)
{
	size_t count = json_array_size(roots);

	if (count == 0 || count > JOIN_ROOTS_MAX || !json_is_string(trust) ||
	    json_string_length(trust) > JOIN_NOTE_MAX)
		return err_set(err, STATUS_MALFORMED,
			       "join file: 'roots' or 'trust' is missing or "
			       "too large");
	for (size_t i = 0; i < count; i++) {
		const json_t *note = json_array_get(roots, i);

		if (!json_is_string(note) ||
		    json_string_length(note) > JOIN_NOTE_MAX)
			return err_set(err, STATUS_MALFORMED,
				       "join file: root %zu is no note",
				       i + 1);
		if (join_add_root(join, json_bytes(note)) != STATUS_OK)
			return err_set(err, STATUS_NO_MEMORY, "join file");
	}
	buf_put_bytes(&join->trust, json_bytes(trust));
	if (buf_status(&join->trust) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "join file");
	return STATUS_OK;
}

enum status join_parse(struct join *out, struct bytes text, struct err *err)
{
	struct join join = JOIN_INIT;
	const char *kind;
	enum status status;
	json_t *root;

	if (text.size > JOIN_SIZE_MAX)
		return err_set(err, STATUS_MALFORMED, "join file: too long");
	root = json_loadb((const char *)text.data, text.size,
			  JSON_REJECT_DUPLICATES, NULL);
	kind = json_string_value(json_object_get(root, "xiangtu"));
	if (kind == NULL || strcmp(kind, "join/v1") != 0) {
		json_decref(root);
		return err_set(err, STATUS_MALFORMED,
			       "this is not a join file (made by 'xiangtu "
			       "trust join-file')");
	}
	status = read_upstreams(&join, json_object_get(root, "upstream"), err);
	if (status == STATUS_OK)
		status = read_notes(&join, json_object_get(root, "roots"),
				    json_object_get(root, "trust"), err);
	json_decref(root);
	if (status != STATUS_OK) {
		join_release(&join);
		return status;
	}
	*out = join;
	return STATUS_OK;
}

enum status join_format(const struct join *join, struct buf *out,
			struct err *err)
{
	json_t *upstream = json_array(), *roots = json_array();
	json_t *root;
	char *text;

	for (unsigned i = 0; i < join->upstreams; i++)
		(void)json_array_append_new(upstream,
					    json_string(join->upstream[i]));
	for (unsigned i = 0; i < join->n_roots; i++)
		(void)json_array_append_new(
			roots, json_string(buf_string(&join->roots[i])));
	root = json_pack("{s:s, s:o, s:o, s:s}", "xiangtu", "join/v1",
			 "upstream", upstream, "roots", roots, "trust",
			 buf_string(&join->trust));
	text = root == NULL ? NULL : json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	if (text == NULL)
		return err_set(err, STATUS_NO_MEMORY, "join file");
	buf_puts(out, text);
	buf_puts(out, "\n");
	free(text);
	return buf_status(out);
}
