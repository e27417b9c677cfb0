/* Where a lesson can be played: from this node's disk, or from a drive that is
 * plugged in. */
#include <stdio.h>
#include <string.h>

#include "node/drive/ondrive.h"
#include "node/node_inside.h"
#include "node/serve_file.h"
#include "proto/encoding.h"
#include "proto/url.h"

enum status node_drive_here(void *node, const char *path, pid_t pid,
			    struct err *err)
{
	return ondrive_here(((struct node *)node)->ondrive, path, pid, err);
}

enum status node_drive_gone(void *node, const char *path, struct err *err)
{
	return ondrive_gone(((struct node *)node)->ondrive, path, err);
}

/* What somebody would play: the first film or sound, else the first file. */
static const char *main_file(const struct metainfo *mi)
{
	for (uint32_t i = 0; i < mi->file_count; i++) {
		const char *type = content_type_of(mi->files[i].path);

		if (strncmp(type, "video/", 6) == 0 ||
		    strncmp(type, "audio/", 6) == 0)
			return mi->files[i].path;
	}
	return mi->file_count == 0 ? "" : mi->files[0].path;
}

/* The address to listen on, if it is a certain one; else this machine's. */
static void put_base(const struct node *n, struct buf *url)
{
	char host[URL_HOST_MAX + 1];

	if (!node_one_address(n->house.conf.http, host))
		(void)snprintf(host, sizeof(host), "127.0.0.1");
	buf_printf(url, strchr(host, ':') == NULL ? "http://%s:%u" :
						    "http://[%s]:%u",
		   host, http_server_port(n->server));
}

void node_tell_where(void *node, const uint8_t *btmh, bool held,
		     json_t *lesson)
{
	struct node *n = node;
	struct torrentfile *tf = NULL;
	struct buf url = BUF_INIT;
	struct err err = ERR_INIT;
	char hex[65];

	if (held)
		(void)house_open_torrent(&n->house, btmh, &tf, &err);
	else
		tf = ondrive_find(n->ondrive, btmh);
	if (tf == NULL)
		return;
	hex_encode((struct bytes){ btmh, 32 }, hex);
	put_base(n, &url);
	buf_printf(&url, "/payload/%s/", hex);
	url_put_path(&url, main_file(&tf->mi));
	if (buf_status(&url) == STATUS_OK)
		(void)json_object_set_new(lesson, "url",
					  json_string(buf_string(&url)));
	if (!held)
		(void)json_object_set_new(lesson, "on_drive", json_true());
	buf_release(&url);
	torrentfile_free(tf);
}
