/* What ffmpeg adds to a payload. Nothing here can make publishing fail but
 * being cancelled and running out of memory or room. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "node/durable.h"
#include "node/payload_walk.h"
#include "node/prepare_parts.h"
#include "proto/encoding.h"

/* So many files of a folder are asked how long they play. */
enum { PROBES_MAX = 200 };

static bool has_ending(const char *path, const char *const *endings)
{
	const char *dot = strrchr(path, '.');

	if (dot == NULL || strchr(dot, '/') != NULL)
		return false;
	for (; *endings != NULL; endings++)
		if (strcasecmp(dot + 1, *endings) == 0)
			return true;
	return false;
}

static bool is_mp4(const char *path)
{
	static const char *const endings[] = { "mp4", "m4v", "mov", "m4a",
					       "3gp", "f4v", NULL };

	return has_ending(path, endings);
}

static bool is_media(const char *path)
{
	static const char *const endings[] = {
		"mp4", "m4v", "mov",  "m4a", "3gp", "f4v", "mkv", "webm", "avi",
		"flv", "mpg", "mpeg", "ts",  "mts", "m2ts", "vob", "wmv", "asf",
		"rm",  "rmvb", "ogv", "ogg", "oga", "opus", "mp3", "aac", "flac",
		"wav", "wma", "amr",  "ape", "dat", NULL
	};

	return has_ending(path, endings);
}

/* Is it over, whatever else there would be to do? */
static bool is_fatal(enum status status)
{
	return status == STATUS_CANCELLED || status == STATUS_NO_MEMORY;
}

static bool plays_only_whole(const struct prepare_source *s, size_t index)
{
	enum media_layout layout;
	struct err err = ERR_INIT;
	int fd;

	if (!is_mp4(s->files[index].path) ||
	    prepare_source_open(s, index, &fd, &err) != STATUS_OK)
		return false;
	layout = media_layout(fd);
	(void)close(fd);
	return layout == MEDIA_INDEX_LAST;
}

/* Make the folders a staged file is to lie in. */
static bool make_folders(struct preparation *p, const char *inner)
{
	const char *name;
	int fd = payload_walk_folder(p->top, inner, true, &name);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

static enum status rewrite_file(struct preparation *p, size_t index,
				struct err *err)
{
	struct prepare_source_file *file = &p->source.files[index];
	char from[PATH_MAX], to[PATH_MAX], inner[SAFENAME_PATH_MAX + 1];
	enum status status;
	struct stat st;
	int fd;

	if (!prepare_source_full_path(&p->source, index, from, sizeof(from)) ||
	    !prepare_staged_path(p, index, to, sizeof(to)) ||
	    !prepare_inner_path(p, index, inner, sizeof(inner)) ||
	    !make_folders(p, inner))
		return err_set(err, STATUS_IO, "its path is too long");
	status = media_faststart(&p->options->tools, from, to, err);
	if (status != STATUS_OK)
		return status;
	status = prepare_source_open(&p->source, index, &fd, err);
	if (status == STATUS_OK)
		(void)close(fd);
	if (status == STATUS_OK && stat(to, &st) != 0)
		status = err_set(err, STATUS_IO, "it was not written");
	if (status != STATUS_OK) {
		(void)unlink(to);
		return status;
	}
	p->source.total += (uint64_t)st.st_size - file->size;
	file->size = (uint64_t)st.st_size;
	p->rewritten[index] = true;
	p->out.rewrote = true;
	return STATUS_OK;
}

enum status prepare_rewrite(struct preparation *p, struct err *err)
{
	for (size_t i = 0; i < p->source.count; i++) {
		enum status status;

		if (!plays_only_whole(&p->source, i))
			continue;
		prepare_tell(p, PREPARE_REWRITING, i, p->source.count);
		status = rewrite_file(p, i, err);
		if (is_fatal(status))
			return status;
		if (status != STATUS_OK)
			prepare_note(p,
				     "'%s' has its index at the end and was "
				     "left so: it plays only when it has come "
				     "whole (%s).",
				     p->source.files[i].path, err->text);
	}
	return STATUS_OK;
}

static enum status keep_poster(struct preparation *p, struct bytes jpeg,
			       struct err *err)
{
	char hex[HEX_SIZE(32) + 1], path[PATH_MAX];
	uint8_t hash[32];
	enum status status;

	if (EVP_Digest(jpeg.data, jpeg.size, hash, NULL, EVP_sha256(), NULL) !=
	    1)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	hex_encode((struct bytes){ hash, sizeof(hash) }, hex);
	if (snprintf(path, sizeof(path), "%s/%s", p->options->blob_dir, hex) >=
	    (int)sizeof(path))
		return err_set(err, STATUS_IO, "the path is too long");
	status = durable_write(path, jpeg, 0644, err);
	if (status != STATUS_OK)
		return status;
	memcpy(p->out.poster, hash, sizeof(hash));
	p->out.has_poster = true;
	return STATUS_OK;
}

static enum status take_poster(struct preparation *p, const char *path,
			       const struct media_info *info, struct err *err)
{
	struct buf jpeg = BUF_INIT;
	enum status status = media_poster(&p->options->tools, path, info, &jpeg,
					  err);

	if (status == STATUS_OK)
		status = keep_poster(p, buf_bytes(&jpeg), err);
	else if (!is_fatal(status))
		prepare_note(p, "No poster: %s.", err->text);
	buf_release(&jpeg);
	return is_fatal(status) || status == STATUS_NO_ROOM ? status :
							      STATUS_OK;
}

enum status prepare_look(struct preparation *p, struct err *err)
{
	double seconds = 0;
	unsigned probes = 0;
	bool tried_poster = false, said = false;

	prepare_tell(p, PREPARE_POSTER, 0, 1);
	for (size_t i = 0; i < p->source.count && probes < PROBES_MAX; i++) {
		struct media_info info;
		char path[PATH_MAX];
		enum status status;

		if ((p->source.folder && !is_media(p->source.files[i].path)) ||
		    p->source.files[i].size == 0 ||
		    !prepare_staged_path(p, i, path, sizeof(path)))
			continue;
		probes++;
		status = media_probe(&p->options->tools, path, &info, err);
		if (is_fatal(status))
			return status;
		if (status == STATUS_OK) {
			said = true;
			seconds += info.seconds;
			if (info.video && !tried_poster) {
				tried_poster = true;
				status = take_poster(p, path, &info, err);
				if (status != STATUS_OK)
					return status;
			}
			continue;
		}
		if (status != STATUS_MALFORMED ||
		    is_media(p->source.files[i].path)) {
			said = true;
			prepare_note(p, "No duration and no poster of '%s': %s.",
				     p->source.files[i].path, err->text);
		}
		if (status == STATUS_NOT_FOUND)
			break;
	}
	if (!said)
		prepare_note(p, "No duration and no poster: there is neither "
				"video nor sound in it.");
	if (seconds > 0) {
		p->out.has_seconds = true;
		p->out.seconds = (uint32_t)(seconds + 0.5);
	}
	prepare_tell(p, PREPARE_POSTER, 1, 1);
	return STATUS_OK;
}
