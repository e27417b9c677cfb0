#include "proto/status.h"

const char *status_text(enum status status)
{
	switch (status) {
#define X(name, value, text)    \
	case STATUS_##name:     \
		return text;
		STATUS_MAP(X)
#undef X
	}
	return "unknown status";
}

const char *status_name(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return "ok";
	case STATUS_NO_MEMORY:
		return "no_memory";
	case STATUS_IO:
		return "io";
	case STATUS_NOT_FOUND:
		return "not_found";
	case STATUS_MALFORMED:
		return "malformed";
	case STATUS_UNTRUSTED:
		return "untrusted";
	case STATUS_CANCELLED:
		return "cancelled";
	case STATUS_BUSY:
		return "busy";
	case STATUS_FORKED:
		return "forked";
	case STATUS_NO_ROOM:
		return "no_room";
	case STATUS_OUT_OF_SCOPE:
		return "out_of_scope";
	case STATUS_OLD:
		return "old";
	case STATUS_EXISTS:
		return "exists";
	case STATUS_USAGE:
		return "usage";
	case STATUS_UNREACHABLE:
		return "unreachable";
	case STATUS_DAMAGED:
		return "damaged";
	case STATUS_READ_ONLY:
		return "read_only";
	case STATUS_LIMITED:
		return "limited";
	case STATUS_LOCKED:
		return "locked";
	}
	return "unknown";
}

int status_exit_code(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return 0;
	case STATUS_USAGE:
		return 2;
	case STATUS_MALFORMED:
	case STATUS_UNTRUSTED:
	case STATUS_FORKED:
	case STATUS_OUT_OF_SCOPE:
	case STATUS_DAMAGED:
		return 3;
	default:
		return 1;
	}
}
