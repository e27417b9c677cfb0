#include "node/drive/door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/index.h"
#include "node/control_client.h"
#include "node/durable.h"
#include "node/prepare.h"
#include "node/requests.h"

enum { PATIENCE_S = 120 };

struct door {
	char dir[HOUSE_PATH_MAX];
	struct house house;
	bool has_house;
	unsigned spooled; /* files so far */

	/* of a running node */
	bool live;
	struct control_client *client; /* NULL after it went away */

	unsigned patience; /* seconds; 0: as long as it takes */
	control_progress_cb told;
	void *told_owner;

	/* without one */
	struct index *index;
	struct requests requests;
};

/* --- opening --- */

static enum status bring_up_to_date(struct door *door, struct err *err)
{
	enum status status = index_set_trust(
		door->index, &door->house.trust.trust, NULL, err);
	unsigned did = 1;

	while (status == STATUS_OK && did > 0)
		status = index_step(door->index, 1000, &did, err);
	return status;
}

static enum status open_directory(struct door *door, struct err *err)
{
	char spool[HOUSE_PATH_MAX + 16];
	struct house *h = &door->house;
	enum status status = house_open(h, door->dir, HOUSE_WRITE, err);

	if (status != STATUS_OK)
		return status;
	door->has_house = true;
	house_path(door->dir, HOUSE_SPOOL, spool);
	status = prepare_cleanup(spool, err);
	if (status != STATUS_OK)
		return status;
	status = index_open(&door->index, h->catalog, h->conf.level,
			    h->conf.region, err);
	door->requests = (struct requests){ .house = h,
					    .index = door->index };
	if (status == STATUS_OK)
		status = index_set_rendition(door->index,
					     conf_rendition(&h->conf), err);
	if (status == STATUS_OK)
		status = bring_up_to_date(door, err);
	return status;
}

static enum status connect_or_open(struct door *door, struct err *err)
{
	enum status status = control_connect(door->dir, &door->client, err);
	struct err again = ERR_INIT;

	if (status == STATUS_NOT_FOUND) {
		status = open_directory(door, err);
		/* A node that was starting meanwhile answers by now; else
		 * what is said of the directory counts. */
		if (status == STATUS_BUSY &&
		    control_connect(door->dir, &door->client, &again) ==
			    STATUS_OK)
			status = STATUS_OK;
	}
	door->live = door->client != NULL;
	return status;
}

enum status door_open_to_ask(struct door **out, const char *dir,
			     struct err *err)
{
	struct door *door = calloc(1, sizeof(*door));
	enum status status;

	if (door == NULL)
		return err_set(err, STATUS_NO_MEMORY, "door");
	if (strlen(dir) >= sizeof(door->dir)) {
		free(door);
		return err_set(err, STATUS_IO, "path too long");
	}
	(void)snprintf(door->dir, sizeof(door->dir), "%s", dir);
	status = connect_or_open(door, err);
	if (status != STATUS_OK) {
		door_close(door);
		return status;
	}
	*out = door;
	return STATUS_OK;
}

enum status door_open(struct door **out, const char *dir, struct err *err)
{
	struct door *door = NULL;
	enum status status = door_open_to_ask(&door, dir, err);

	if (status != STATUS_OK)
		return status;
	if (door->live) {
		/* A visit must end, whatever holds the node. */
		door->patience = PATIENCE_S;
		status = house_open(&door->house, dir, HOUSE_READ, err);
		door->has_house = status == STATUS_OK;
	}
	if (status != STATUS_OK) {
		door_close(door);
		return status;
	}
	*out = door;
	return STATUS_OK;
}

void door_close(struct door *door)
{
	if (door == NULL)
		return;
	control_client_free(door->client);
	requests_release(&door->requests);
	index_free(door->index);
	if (door->has_house)
		house_close(&door->house);
	free(door);
}

bool door_is_live(const struct door *door)
{
	return door->live;
}

struct house *door_house(struct door *door)
{
	return door->has_house ? &door->house : NULL;
}

enum status door_refresh(struct door *door, struct err *err)
{
	struct trust_book book;
	enum status status;

	if (!door->live || !door->has_house)
		return STATUS_OK; /* it is the very one that takes notes in */
	status = trust_book_open(&book, door->dir, err);
	if (status != STATUS_OK)
		return status;
	trust_book_release(&door->house.trust);
	door->house.trust = book;
	return STATUS_OK;
}

/* --- asking --- */

/* A node that was started anew since the last request is connected to again. A
 * request that was on its way when the node went away is not repeated: it may
 * have been done. */
static enum status ask_node(struct door *door, json_t *request,
			    json_t **answer, struct err *err)
{
	enum status status;

	if (door->client != NULL && control_client_is_gone(door->client)) {
		control_client_free(door->client);
		door->client = NULL;
	}
	if (door->client == NULL &&
	    control_connect(door->dir, &door->client, err) != STATUS_OK)
		return err_set(err, STATUS_UNREACHABLE, "the node went away");
	control_client_patience(door->client, door->patience);
	status = control_client_call(door->client, request, door->told,
				     door->told_owner, answer, err);
	if (status == STATUS_UNREACHABLE &&
	    control_client_is_gone(door->client)) {
		control_client_free(door->client);
		door->client = NULL;
	}
	return status;
}

static void told_here(void *owner, json_t *progress)
{
	const struct door *door = owner;

	if (progress != NULL)
		(void)door->told(door->told_owner, progress);
	json_decref(progress);
}

void door_watch(struct door *door, control_progress_cb told, void *owner)
{
	door->told = told;
	door->told_owner = owner;
	door->requests.told = told == NULL ? NULL : told_here;
	door->requests.told_owner = door;
}

enum status door_ask(struct door *door, json_t *request, json_t **answer,
		     struct err *err)
{
	enum status status;

	if (request == NULL) /* jansson takes nothing else */
		return err_set(err, STATUS_USAGE,
			       "what was typed is not UTF-8 text");
	status = door->live ? ask_node(door, request, answer, err) :
			      requests_answer(&door->requests, request, answer,
					      err);
	json_decref(request);
	return status;
}

/* --- the spool --- */

static enum status write_all(int fd, struct bytes content, const char *path,
			     struct err *err)
{
	size_t done = 0;

	while (done < content.size) {
		ssize_t n = write(fd, content.data + done,
				  content.size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err,
				       errno == ENOSPC || errno == EDQUOT ?
					       STATUS_NO_ROOM :
					       STATUS_IO,
				       "write '%s': %s", path,
				       strerror(errno));
		done += (size_t)n;
	}
	return STATUS_OK;
}

enum status door_spool(struct door *door, struct bytes content,
		       char name[static 64], struct err *err)
{
	char folder[HOUSE_PATH_MAX + 16], path[HOUSE_PATH_MAX + 96], made[64];
	enum status status;
	int fd;

	house_path(door->dir, HOUSE_SPOOL, folder);
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return err_set(err, STATUS_IO, "make '%s': %s", folder,
			       strerror(errno));
	(void)snprintf(made, sizeof(made), DURABLE_UNFINISHED "%ld-%u",
		       (long)getpid(), ++door->spooled);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, made);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0)
		return err_set(err, STATUS_IO, "make '%s': %s", path,
			       strerror(errno));
	status = write_all(fd, content, path, err);
	if (close(fd) != 0 && status == STATUS_OK)
		status = err_set(err, STATUS_IO, "write '%s': %s", path,
				 strerror(errno));
	if (status != STATUS_OK)
		(void)unlink(path);
	else
		strcpy(name, made);
	return status;
}
