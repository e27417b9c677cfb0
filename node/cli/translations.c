#include "node/cli/cli.h"

const char *tr(const char *english)
{
	return english;
}

const char *tr_format(const char *english)
{
	return english;
}
