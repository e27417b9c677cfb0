/* What a new root or trust changes, for whoever is asked to sign it.
 *
 * A change is what kind it is, what it is of (an origin, a key, a region) and
 * how it is then, in the words of the note. Pure. */
#ifndef NODE_TRUST_DIFF_H
#define NODE_TRUST_DIFF_H

#include "signing/root.h"
#include "signing/trust.h"

/* Each with its name for `--json` and the sentence people read, which the
 * command line translates. */
#define TRUST_CHANGE_MAP(X)						\
	X(ROOT_THRESHOLD, "root_threshold",				\
	  "so many root keys must sign from then on")			\
	X(ROOT_KEY_ADDED, "root_key_added",				\
	  "root key added")						\
	X(ROOT_KEY_REMOVED, "root_key_removed",				\
	  "root key removed")						\
	X(PUBLISHER_ADDED, "publisher_added",				\
	  "may publish from then on")					\
	X(PUBLISHER_REMOVED, "publisher_removed",			\
	  "no longer listed as a publisher")			\
	X(PUBLISHER_KEYS, "publisher_keys",				\
	  "its keys change")						\
	X(PUBLISHER_REGIONS, "publisher_regions",			\
	  "its regions change")						\
	X(PUBLISHER_TOPICS, "publisher_topics",				\
	  "its topics change")						\
	X(PUBLISHER_LIMITS, "publisher_limits",				\
	  "its limits change")						\
	X(PUBLISHER_DELEGATION, "publisher_delegation",			\
	  "whether it may delegate changes")				\
	X(CUTOFF_ADDED, "cutoff_added",					\
	  "its log ends for ever")					\
	X(CUTOFF_CHANGED, "cutoff_changed",				\
	  "the end of its log changes")					\
	X(CUTOFF_REMOVED, "cutoff_removed",				\
	  "its log is no longer ended")					\
	X(RECIPIENT_ADDED, "recipient_added",				\
	  "records of this region go to a key")				\
	X(RECIPIENT_CHANGED, "recipient_changed",			\
	  "records of this region go to another key")			\
	X(RECIPIENT_REMOVED, "recipient_removed",			\
	  "records of this region go to nobody of its own")		\
	X(WITNESS_ADDED, "witness_added",				\
	  "witness added")						\
	X(WITNESS_REMOVED, "witness_removed",				\
	  "witness removed")						\
	X(STATEMENT_ADDED, "statement_added",				\
	  "a statement this program does not know, added")		\
	X(STATEMENT_REMOVED, "statement_removed",			\
	  "a statement this program does not know, removed")

enum trust_change_kind {
#define X(kind, name, text) TRUST_CHANGE_##kind,
	TRUST_CHANGE_MAP(X)
#undef X
};

struct trust_change {
	enum trust_change_kind kind;
	const char *of;	 /* safe to show on one line */
	const char *now; /* likewise; "" where there is nothing to say */
};

/* Never NULL; and the kind as `--json` says it ("publisher_added"). */
const char *trust_change_text(enum trust_change_kind kind);
const char *trust_change_name(enum trust_change_kind kind);

typedef void (*trust_change_cb)(void *owner, const struct trust_change *change);

/* Call back for each change, in the order of the note; what is pointed to is
 * valid until the callback returns. `before` NULL: all is new.
 * STATUS_NO_MEMORY. */
enum status trust_diff(const struct trust *before, const struct trust *after,
		       trust_change_cb each, void *owner);
enum status root_diff(const struct root *before, const struct root *after,
		      trust_change_cb each, void *owner);

/* A key as people are shown it: its vkey, or its id where the name would hide
 * something. */
void trust_key_label(const struct public_key *key,
		     char out[static VKEY_MAX + 1]);

#endif
