#include "node/heads_news.h"

/* One that is no number, or less than nothing, is 0. */
static uint64_t number_at(const json_t *answer, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(answer, key));

	return value < 0 ? 0 : (uint64_t)value;
}

enum status heads_news_read(struct bytes body, struct heads_news *out)
{
	json_t *answer = json_loadb((const char *)body.data, body.size,
				    JSON_REJECT_DUPLICATES, NULL);
	const json_t *number = json_object_get(answer, "n");
	const json_t *own = json_object_get(answer, "own");

	if (!json_is_integer(number) || json_integer_value(number) < 0 ||
	    !json_is_array(json_object_get(answer, "logs"))) {
		json_decref(answer);
		return STATUS_MALFORMED;
	}
	*out = (struct heads_news){
		.number = (uint64_t)json_integer_value(number),
		.root = number_at(answer, "root"),
		.trust = number_at(answer, "trust"),
		.evidence = json_string_value(json_object_get(answer,
							      "evidence")),
		.own_log = json_string_value(json_object_get(own, "log")),
		.own_size = number_at(own, "size"),
		.own_asks = json_is_true(json_object_get(own, "asks")),
		.answer = answer,
	};
	return STATUS_OK;
}

void heads_news_release(struct heads_news *news)
{
	json_decref(news->answer);
	news->answer = NULL;
}

bool heads_news_next(struct heads_news *news, struct bytes *note)
{
	const json_t *logs = json_object_get(news->answer, "logs");

	while (news->at < json_array_size(logs)) {
		const json_t *text = json_array_get(logs, news->at++);

		if (!json_is_string(text))
			continue;
		*note = (struct bytes){
			(const uint8_t *)json_string_value(text),
			json_string_length(text)
		};
		return true;
	}
	return false;
}
