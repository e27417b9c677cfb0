#include "node/page/page_parts.h"

#include <string.h>
#include <strings.h>

#include "node/serve_file.h"
#include "proto/encoding.h"
#include "proto/url.h"

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Where the ending of a name begins, at its dot; its end when it has none. */
static const char *ending_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL || dot == name ? name + strlen(name) : dot;
}

static bool is_one_of(const char *ending, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcasecmp(ending, *list) == 0)
			return true;
	return false;
}

const char *page_kind_of(const char *name)
{
	static const char *const subtitles[] = { ".srt", ".vtt", ".ass",
						 ".ssa", NULL };
	static const char *const documents[] = {
		".pdf",	 ".txt",  ".doc", ".docx", ".ppt", ".pptx", ".xls",
		".xlsx", ".epub", ".odt", ".odp",  ".ods", ".wps",  ".md",
		".csv",	 ".htm",  ".html", NULL
	};
	static const char *const films[] = { ".wmv", ".rmvb", ".rm",  ".vob",
					     ".flv", ".avi",  ".mpg", ".mpeg",
					     ".m4v", ".mov",  ".mkv", ".ts",
					     ".3gp", NULL };
	static const char *const sounds[] = { ".wma", ".wav", ".ogg",
					      ".oga", ".aac", ".flac",
					      NULL };
	const char *ending = ending_of(name_of(name));
	const char *type = content_type_of(name);

	if (is_one_of(ending, subtitles))
		return "subtitle";
	if (is_one_of(ending, documents))
		return "document";
	if (strncmp(type, "video/", 6) == 0 || is_one_of(ending, films))
		return "video";
	if (strncmp(type, "audio/", 6) == 0 || is_one_of(ending, sounds))
		return "audio";
	if (strncmp(type, "image/", 6) == 0)
		return "picture";
	return "other";
}

json_t *page_part_json(const struct page_part *part)
{
	const char *name = name_of(part->path);
	struct buf url = BUF_INIT;
	json_t *object = NULL;

	buf_puts(&url, part->base);
	url_put_path(&url, part->path);
	if (buf_status(&url) == STATUS_OK)
		object = json_pack(
			"{s:s, s:s, s:s%, s:I, s:s, s:s, s:s, s:f, s:b}",
			"path", part->path, "name", name, "title", name,
			(size_t)(ending_of(name) - name), "bytes",
			(json_int_t)part->bytes, "kind",
			page_kind_of(part->path), "type",
			content_type_of(part->path), "url", buf_string(&url),
			"available", part->available, "on_drive",
			part->on_drive);
	buf_release(&url);
	return object;
}

/* --- subtitles --- */

static const char *text_at(const json_t *part, const char *key)
{
	return json_string_value(json_object_get(part, key));
}

static bool is_kind(const json_t *part, const char *kind)
{
	return strcmp(text_at(part, "kind"), kind) == 0;
}

/* "zh", "zh-Hans", "chs"; not "01" or "第一集". */
static bool is_language(const char *text, size_t size)
{
	size_t letters = 0;

	for (size_t i = 0; i < size; i++) {
		bool letter = (text[i] >= 'a' && text[i] <= 'z') ||
			      (text[i] >= 'A' && text[i] <= 'Z');

		if (!letter && text[i] != '-' &&
		    (text[i] < '0' || text[i] > '9'))
			return false;
		letters += letter && letters == i;
	}
	return letters >= 2 && letters <= 3 && size <= 12;
}

/* Does the subtitle's path begin as the film's does, up to its ending, and
 * then go on with nothing but a language? */
static bool belongs(const char *subtitle, const char *film, const char **lang,
		    size_t *lang_size)
{
	const char *end = ending_of(name_of(subtitle));
	size_t stem = (size_t)(ending_of(name_of(film)) - film);

	if (strncmp(subtitle, film, stem) != 0)
		return false;
	*lang = subtitle + stem;
	*lang_size = 0;
	if (*lang == end)
		return true;
	if (**lang != '.' || end <= *lang)
		return false;
	++*lang;
	*lang_size = (size_t)(end - *lang);
	return is_language(*lang, *lang_size);
}

static void link_one(json_t *parts, json_t *subtitle)
{
	const char *lang;
	size_t at, size;
	json_t *film;

	json_array_foreach(parts, at, film) {
		if (!is_kind(film, "video") && !is_kind(film, "audio"))
			continue;
		if (!belongs(text_at(subtitle, "path"), text_at(film, "path"),
			     &lang, &size))
			continue;
		(void)json_object_set_new(subtitle, "for",
					  json_string(text_at(film, "path")));
		if (size > 0)
			(void)json_object_set_new(subtitle, "lang",
						  json_stringn(lang, size));
		return;
	}
}

void page_parts_link(json_t *parts)
{
	json_t *part;
	size_t at;

	json_array_foreach(parts, at, part)
		if (is_kind(part, "subtitle"))
			link_one(parts, part);
}

/* --- a payload --- */

static double available(const struct metainfo_file *file, const uint8_t *have,
			bool held)
{
	uint32_t here = 0;

	if (held || file->pieces == 0)
		return 1;
	for (uint32_t i = 0; have != NULL && i < file->pieces; i++)
		here += havemap_has(have, file->first_piece + i);
	return (double)here / file->pieces;
}

json_t *page_parts_json(const struct metainfo *mi, const uint8_t btmh[static 32],
			const uint8_t *have, bool held, bool on_drive)
{
	char base[9 + 64 + 2] = "/payload/";
	json_t *list = json_array();

	hex_encode((struct bytes){ btmh, 32 }, base + 9);
	base[9 + 64] = '/';
	base[9 + 64 + 1] = 0;
	for (uint32_t i = 0; i < mi->file_count; i++) {
		const struct metainfo_file *file = &mi->files[i];
		const struct page_part part = {
			.path = file->path,
			.bytes = file->length,
			.base = base,
			.available = available(file, have, held),
			.on_drive = on_drive,
		};

		(void)json_array_append_new(list, page_part_json(&part));
	}
	page_parts_link(list);
	return list;
}
