/* Poster and duration. Nothing here can make publishing fail but being
 * cancelled and running out of memory or room. */
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

bool prepare_is_mp4(const char *path)
{
	static const char *const endings[] = { "mp4", "m4v", "mov", "m4a",
					       "3gp", "f4v", NULL };

	return has_ending(path, endings);
}

bool prepare_is_media(const char *path)
{
	static const char *const endings[] = {
		"mp4", "m4v", "mov",  "m4a", "3gp", "f4v", "mkv", "webm", "avi",
		"flv", "mpg", "mpeg", "ts",  "mts", "m2ts", "vob", "wmv", "asf",
		"rm",  "rmvb", "ogv", "ogg", "oga", "opus", "mp3", "aac", "flac",
		"wav", "wma", "amr",  "ape", "dat", NULL
	};

	return has_ending(path, endings);
}

bool prepare_is_subtitles(const char *path)
{
	static const char *const endings[] = { "srt", "ass", "ssa", "vtt",
					       NULL };

	return has_ending(path, endings);
}

bool prepare_is_fatal(enum status status)
{
	return status == STATUS_CANCELLED || status == STATUS_NO_MEMORY;
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
	enum status status = media_poster(&p->tools, path, info, &jpeg,
					  err);

	if (status == STATUS_OK)
		status = keep_poster(p, buf_bytes(&jpeg), err);
	else if (!prepare_is_fatal(status))
		prepare_note(p, "No poster: %s.", err->text);
	buf_release(&jpeg);
	return prepare_is_fatal(status) || status == STATUS_NO_ROOM ? status :
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

		if ((p->source.many && !prepare_is_media(p->source.files[i].path)) ||
		    p->source.files[i].size == 0 ||
		    !prepare_staged_path(p, i, path, sizeof(path)))
			continue;
		probes++;
		status = media_probe(&p->tools, path, &info, err);
		if (prepare_is_fatal(status))
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
		    prepare_is_media(p->source.files[i].path)) {
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
