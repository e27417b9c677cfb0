#include "node/own_log.h"

/* Have enough shown that they hold no more than is here? */
static bool is_confirmed(const struct own_log_facts *f)
{
	unsigned enough = f->holders < OWN_LOG_QUORUM ? f->holders :
							OWN_LOG_QUORUM;

	if (enough > 0 && f->confirmed >= enough)
		return true;
	return f->shown_ms >= OWN_LOG_SETTLE_MS;
}

enum own_log_verdict own_log_decide(const struct own_log_facts *f)
{
	if (f->forked)
		return OWN_LOG_FORKED;
	/* Proven, and so beyond what an operator may answer for. */
	if (f->seen > f->size)
		return OWN_LOG_BEHIND;
	if (f->alone || f->continues)
		return OWN_LOG_SIGN;
	if (!f->elsewhere)
		return f->run_ms >= 0 && f->run_ms < OWN_LOG_LISTEN_MS ?
			       OWN_LOG_WAIT :
			       OWN_LOG_SIGN;
	if (f->run_ms < 0)
		return OWN_LOG_NOBODY;
	/* A word without proof buys time to bring the proof, once. */
	if (f->claimed_ms >= 0 && f->claimed_ms < OWN_LOG_ASK_MS)
		return OWN_LOG_WAIT;
	if (is_confirmed(f))
		return OWN_LOG_SIGN;
	if (f->shown_ms >= 0 || f->run_ms < OWN_LOG_ASK_MS)
		return OWN_LOG_WAIT;
	return OWN_LOG_NOBODY;
}

static enum status wait_text(const struct own_log_facts *f, struct err *err)
{
	if (f->claimed_ms >= 0)
		return err_set(err, STATUS_BUSY,
			       "somebody says to hold more of this office's "
			       "log than is here; it is being asked for");
	if (f->holders > 0)
		return err_set(err, STATUS_BUSY,
			       "those who hold this office's log are being "
			       "asked whether they have more of it: %u of %u "
			       "have answered",
			       f->confirmed, f->holders);
	return err_set(err, STATUS_BUSY,
		       "waiting a moment for anybody who may hold more of this "
		       "office's log than is here");
}

enum status own_log_may_sign(const struct own_log_facts *f, struct err *err)
{
	switch (own_log_decide(f)) {
	case OWN_LOG_SIGN:
		return STATUS_OK;
	case OWN_LOG_WAIT:
		return wait_text(f, err);
	case OWN_LOG_BEHIND:
		return err_set(err, STATUS_OLD,
			       "this disk has %llu entries of the office's "
			       "log, but %llu were signed: it is not the disk "
			       "used last. The others are taken in from "
			       "whoever has them, a station or a drive; then "
			       "publishing works again",
			       (unsigned long long)f->size,
			       (unsigned long long)f->seen);
	case OWN_LOG_FORKED:
		return err_set(err, STATUS_FORKED,
			       "the office's log is forked: it ends here for "
			       "ever");
	case OWN_LOG_NOBODY:
		break;
	}
	return err_set(err, STATUS_UNREACHABLE,
		       "nobody who holds this office's log could be asked "
		       "since this computer was started, and an old disk would "
		       "sign a second history. %s, or plug in a drive that has "
		       "been round ('xiangtu drive sync'). Only when this is "
		       "surely the disk used last: --alone",
		       f->run_ms < 0 ? "Start the node ('xiangtu run') and "
				       "wait for a station" :
				       "Wait for a station");
}
