/* PINs and passwords of the desks, set by the command line, and the code with
 * which an office lets a station's operator set one anew. What arrives here is
 * a hash, never the secret. */
#include <stdio.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/own_statement.h"
#include "node/page/reset_office.h"
#include "node/page/secrets.h"
#include "node/requests_internal.h"
#include "proto/encoding.h"
#include "signing/resetcode.h"

/* --- secret-set, secrets --- */

static enum status set_alone(struct requests *r, const char *who,
			     const char *hash, struct err *err)
{
	struct secrets *secrets;
	enum status status = secrets_open(&secrets, r->house->dir, 0, err);

	if (status != STATUS_OK)
		return status;
	status = secrets_set(secrets, who, hash, 0, err);
	secrets_free(secrets);
	return status;
}

enum status request_secret_set(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err)
{
	const char *who = request_text(request, "who");
	const char *hash = request_text(request, "hash");
	bool off = json_is_true(json_object_get(request, "off"));
	enum status status;

	if (who == NULL || off == (hash != NULL))
		return err_set(err, STATUS_USAGE,
			       "who, and a hash or that it goes");
	status = r->live != NULL && r->live->secret_set != NULL ?
			 r->live->secret_set(r->live->node, who, hash, err) :
			 set_alone(r, who, hash, err);
	if (status == STATUS_OK)
		*answer = json_pack("{s:s, s:b}", "who", who, "set", !off);
	return status;
}

enum status request_secrets(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err)
{
	struct secrets *secrets;
	enum status status;

	(void)request;
	if (r->live != NULL && r->live->secret_names != NULL) {
		*answer = r->live->secret_names(r->live->node, err);
		return *answer != NULL ? STATUS_OK : err->status;
	}
	status = secrets_open(&secrets, r->house->dir, 0, err);
	if (status != STATUS_OK)
		return status;
	*answer = secrets_names(secrets);
	secrets_free(secrets);
	return STATUS_OK;
}

/* --- reset-code --- */

/* A station by the code it shows: enrolled, or only heard of. */
struct coded {
	uint8_t code[5];
	bool found;
	uint8_t key[PUBLIC_KEY_SIZE];
	char region[REGION_MAX + 1];
	char name[ENTRY_NAME_MAX + 1];
};

static bool is_coded(const struct coded *c, const uint8_t *key)
{
	char text[KEY_CODE_SIZE + 1];
	uint8_t code[5];

	key_code(key, text);
	return base32_decode(bytes_of(text), code, sizeof(code)) ==
		       STATUS_OK &&
	       memcmp(code, c->code, sizeof(code)) == 0;
}

static void found(struct coded *c, const uint8_t *key, const char *region,
		  const char *name)
{
	c->found = true;
	memcpy(c->key, key, sizeof(c->key));
	(void)snprintf(c->region, sizeof(c->region), "%s", region);
	(void)snprintf(c->name, sizeof(c->name), "%s", name);
}

static bool look_at_station(void *context, const struct station *station)
{
	struct coded *c = context;

	if (is_coded(c, station->key.bytes))
		found(c, station->key.bytes, station->region, station->name);
	return !c->found;
}

static bool look_at_statement(void *context, const struct statement_row *row)
{
	struct coded *c = context;
	struct statement st;

	if (is_coded(c, row->key) &&
	    statement_open(row->note, &st) == STATUS_OK)
		found(c, row->key, st.region, st.name);
	return !c->found;
}

static enum status find_coded(struct requests *r, const char *code,
			      struct coded *c, struct err *err)
{
	enum status status;

	memset(c, 0, sizeof(*c));
	if (code == NULL || base32_decode(bytes_of(code), c->code,
					  sizeof(c->code)) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no code of a station: 8 letters and "
			       "digits, as it shows them",
			       code == NULL ? "" : code);
	status = stations_list(r->house->catalog, false, look_at_station, c,
			       err);
	if (status == STATUS_OK && !c->found)
		status = statements_list(r->house->catalog, look_at_statement,
					 c, err);
	if (status == STATUS_OK && !c->found)
		return err_set(err, STATUS_NOT_FOUND,
			       "no station with the code '%s' is known here",
			       code);
	return status;
}

enum status request_reset_code(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err)
{
	const char *who = request_text(request, "who");
	const char *typed = request_text(request, "challenge");
	uint8_t challenge[RESETCODE_CHALLENGE_SIZE];
	char code[RESETCODE_DIGITS + 1];
	const struct secret_key *key;
	struct coded station;
	enum status status;

	if (who == NULL || secret_role(who) != PAGE_OPERATOR)
		return err_set(err, STATUS_USAGE, "whose PIN? A or B");
	if (typed == NULL ||
	    resetcode_challenge_parse(typed, challenge) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "'%s' is not what a station shows: 8 letters "
			       "and digits like K3F9-W2AA",
			       typed == NULL ? "" : typed);
	status = find_coded(r, request_text(request, "code"), &station, err);
	if (status == STATUS_OK)
		status = reset_office_key(r->house, station.key,
					  station.region, &key, err);
	if (status == STATUS_OK &&
	    resetcode_make(RESETCODE_OFFICE, key, station.key, who, challenge,
			   code) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED,
				 "that station's key makes no code");
	if (status == STATUS_OK)
		*answer = json_pack("{s:s, s:s, s:s, s:s}", "code", code,
				    "who", who, "name", station.name,
				    "region", station.region);
	signing_wipe(code, sizeof(code));
	return status;
}
