#include "node/torrent/cage.h"

#include <sys/prctl.h>

#include "node/torrent/confine.h"
#include "node/torrent/keeper.h"

/* The filter that stops connect() is there before its listener can be given
 * away; nothing connects in between. */
static enum status confine_rest(const struct cage_options *options,
				enum engine_lack *calls,
				enum engine_lack *connections, int *keeper,
				struct err *err)
{
	enum status status;
	int listener;

	*keeper = -1;
	status = keeper_start(&options->rules, keeper, connections, err);
	if (status == STATUS_OK)
		status = confine_calls(*keeper >= 0, &listener, calls, err);
	if (status == STATUS_OK && *calls != ENGINE_LACKS_NOTHING)
		*connections = *calls; /* nothing stops a connect() */
	else if (status == STATUS_OK && *keeper >= 0)
		status = keeper_give(*keeper, listener, err);
	return status;
}

enum status cage_enter(const struct cage_options *options,
		       struct engine_cage *cage, int *keeper,
		       const char **payload_dir, struct err *err)
{
	enum engine_lack files = ENGINE_LACKS_NOTHING, calls = files,
			 connections = files;
	bool apart = options->uid != 0;
	const char *dir = apart ? "/" : options->payload_dir;
	enum status status = confine_to_parent(options->socket_fd, err);

	if (status == STATUS_OK)
		status = confine_user(options->payload_dir, options->uid,
				      options->gid, err);
	if (status == STATUS_OK && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		status = err_set(err, STATUS_IO, "no_new_privs");
	/* With a user of its own it writes what it is given, and makes
	 * nothing. */
	if (status == STATUS_OK)
		status = confine_files(dir, !apart, &files, err);
	if (status == STATUS_OK)
		status = confine_rest(options, &calls, &connections, keeper,
				      err);
	if (status != STATUS_OK)
		return status;
	/* Another root directory and no power to change it does as well. */
	if (apart)
		files = ENGINE_LACKS_NOTHING;
	*cage = (struct engine_cage){ .lack = {
		[ENGINE_LAYER_USER] = apart ? ENGINE_LACKS_NOTHING :
					      ENGINE_LACKS_ROOT,
		[ENGINE_LAYER_FILES] = files,
		[ENGINE_LAYER_CALLS] = calls,
		[ENGINE_LAYER_CONNECTIONS] = connections,
	} };
	*payload_dir = apart ? "" : options->payload_dir;
	return STATUS_OK;
}
