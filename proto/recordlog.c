#include "proto/recordlog.h"

#include <string.h>

#include "proto/encoding.h"

static const char prefix[] = "xiangtu/records/";

_Static_assert(sizeof(prefix) - 1 + HEX_SIZE(RECORDLOG_KEY_SIZE) ==
		       RECORDLOG_ORIGIN_SIZE,
	       "an origin is the prefix and the key");
_Static_assert((int)RECORDLOG_ORIGIN_SIZE <= (int)ORIGIN_MAX,
	       "it is an origin");

void recordlog_origin(const uint8_t key[static RECORDLOG_KEY_SIZE],
		      char out[static RECORDLOG_ORIGIN_SIZE + 1])
{
	memcpy(out, prefix, sizeof(prefix));
	hex_encode((struct bytes){ key, RECORDLOG_KEY_SIZE },
		   out + sizeof(prefix) - 1);
}

bool recordlog_key(const char *origin, uint8_t key[static RECORDLOG_KEY_SIZE])
{
	struct bytes text = bytes_of(origin);
	uint8_t found[RECORDLOG_KEY_SIZE];

	if (text.size != RECORDLOG_ORIGIN_SIZE ||
	    !bytes_start_with(text, prefix))
		return false;
	text = bytes_of(origin + sizeof(prefix) - 1);
	if (hex_decode(text, found, sizeof(found)) != STATUS_OK)
		return false;
	memcpy(key, found, sizeof(found));
	return true;
}
