/* The trust in memory: its lists, how they grow, what is looked up in them.
 * How it is written as text is in trust_text.c. */
#include "signing/trust.h"

#include <stdlib.h>
#include <string.h>

void trust_init(struct trust *trust)
{
	memset(trust, 0, sizeof(*trust));
	trust->version = 1;
	trust->root = 1;
}

void trust_release(struct trust *trust)
{
	free(trust->publishers);
	free(trust->recipients);
	free(trust->cutoffs);
	free(trust->witnesses);
	buf_release(&trust->others);
	trust_init(trust);
}

/* Add a copy of `item` behind the `*count` items of `*list`. */
static enum status append(void **list, size_t *count, size_t max,
			  const void *item, size_t size)
{
	char *grown;

	if (*count == max)
		return STATUS_NO_ROOM;
	grown = realloc(*list, (*count + 1) * size);
	if (grown == NULL)
		return STATUS_NO_MEMORY;
	memcpy(grown + *count * size, item, size);
	*list = grown;
	++*count;
	return STATUS_OK;
}

enum status trust_add_publisher(struct trust *trust,
				const struct publisher *publisher)
{
	void *list = trust->publishers;
	enum status status;

	if (publisher_check(publisher) != STATUS_OK)
		return STATUS_MALFORMED;
	if (trust_publisher(trust, publisher->origin) != NULL)
		return STATUS_EXISTS;
	status = append(&list, &trust->publisher_count, TRUST_PUBLISHERS_MAX,
			publisher, sizeof(*publisher));
	trust->publishers = list;
	return status;
}

enum status trust_add_recipient(struct trust *trust,
				const struct recipient *recipient)
{
	void *list = trust->recipients;
	enum status status;

	if (region_check(recipient->region) != STATUS_OK ||
	    recipient->key.type != KEY_SEALING ||
	    (recipient->ack.type != 0 && recipient->ack.type != KEY_COSIGNER))
		return STATUS_MALFORMED;
	for (size_t i = 0; i < trust->recipient_count; i++)
		if (strcmp(trust->recipients[i].region, recipient->region) == 0)
			return STATUS_EXISTS;
	status = append(&list, &trust->recipient_count, TRUST_RECIPIENTS_MAX,
			recipient, sizeof(*recipient));
	trust->recipients = list;
	return status;
}

void cutoff_checkpoint(const struct cutoff *cutoff,
		       struct checkpoint *checkpoint)
{
	strcpy(checkpoint->origin, cutoff->origin);
	checkpoint->size = cutoff->size;
	memcpy(checkpoint->root, cutoff->root, sizeof(checkpoint->root));
}

enum status cutoff_check(const struct cutoff *cutoff)
{
	if (origin_check(cutoff->origin) != STATUS_OK ||
	    cutoff->size > INT64_MAX)
		return STATUS_MALFORMED;
	if (cutoff->size == 0) {
		uint8_t empty[SHA256_SIZE];

		sha256("", 0, empty);
		if (memcmp(cutoff->root, empty, sizeof(empty)) != 0)
			return STATUS_MALFORMED;
	}
	if (cutoff->successor[0] == 0)
		return STATUS_OK;
	return strcmp(cutoff->successor, cutoff->origin) == 0 ?
		       STATUS_MALFORMED :
		       origin_check(cutoff->successor);
}

enum status trust_add_cutoff(struct trust *trust, const struct cutoff *cutoff)
{
	void *list = trust->cutoffs;
	enum status status;

	if (cutoff_check(cutoff) != STATUS_OK)
		return STATUS_MALFORMED;
	if (trust_cutoff(trust, cutoff->origin) != NULL)
		return STATUS_EXISTS;
	status = append(&list, &trust->cutoff_count, TRUST_CUTOFFS_MAX, cutoff,
			sizeof(*cutoff));
	trust->cutoffs = list;
	return status;
}

enum status trust_add_witness(struct trust *trust,
			      const struct public_key *witness)
{
	void *list = trust->witnesses;
	enum status status;

	if (witness->type != KEY_COSIGNER)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < trust->witness_count; i++)
		if (public_key_same(&trust->witnesses[i], witness))
			return STATUS_EXISTS;
	status = append(&list, &trust->witness_count, TRUST_WITNESSES_MAX,
			witness, sizeof(*witness));
	trust->witnesses = list;
	return status;
}

/* Close the gap where item `at` of `*count` was. */
static void take_out(void *list, size_t *count, size_t at, size_t size)
{
	char *gap = (char *)list + at * size;

	--*count;
	memmove(gap, gap + size, (*count - at) * size);
}

enum status trust_remove_publisher(struct trust *trust, const char *origin)
{
	for (size_t i = 0; i < trust->publisher_count; i++) {
		if (strcmp(trust->publishers[i].origin, origin) != 0)
			continue;
		take_out(trust->publishers, &trust->publisher_count, i,
			 sizeof(*trust->publishers));
		return STATUS_OK;
	}
	return STATUS_NOT_FOUND;
}

enum status trust_replace_publisher(struct trust *trust,
				    const struct publisher *publisher)
{
	if (publisher_check(publisher) != STATUS_OK)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < trust->publisher_count; i++) {
		if (strcmp(trust->publishers[i].origin, publisher->origin) !=
		    0)
			continue;
		trust->publishers[i] = *publisher;
		return STATUS_OK;
	}
	return STATUS_NOT_FOUND;
}

enum status trust_remove_recipient(struct trust *trust, const char *region)
{
	for (size_t i = 0; i < trust->recipient_count; i++) {
		if (strcmp(trust->recipients[i].region, region) != 0)
			continue;
		take_out(trust->recipients, &trust->recipient_count, i,
			 sizeof(*trust->recipients));
		return STATUS_OK;
	}
	return STATUS_NOT_FOUND;
}

enum status trust_remove_witness(struct trust *trust,
				 const struct public_key *witness)
{
	for (size_t i = 0; i < trust->witness_count; i++) {
		if (!public_key_same(&trust->witnesses[i], witness))
			continue;
		take_out(trust->witnesses, &trust->witness_count, i,
			 sizeof(*trust->witnesses));
		return STATUS_OK;
	}
	return STATUS_NOT_FOUND;
}

const struct publisher *trust_publisher(const struct trust *trust,
					const char *origin)
{
	for (size_t i = 0; i < trust->publisher_count; i++)
		if (strcmp(trust->publishers[i].origin, origin) == 0)
			return &trust->publishers[i];
	return NULL;
}

const struct cutoff *trust_cutoff(const struct trust *trust,
				  const char *origin)
{
	for (size_t i = 0; i < trust->cutoff_count; i++)
		if (strcmp(trust->cutoffs[i].origin, origin) == 0)
			return &trust->cutoffs[i];
	return NULL;
}

const struct recipient *trust_recipient(const struct trust *trust,
					const char *region)
{
	const struct recipient *nearest = NULL;

	for (size_t i = 0; i < trust->recipient_count; i++) {
		const struct recipient *at = &trust->recipients[i];

		if (region_contains(at->region, region) &&
		    (nearest == NULL ||
		     strlen(at->region) > strlen(nearest->region)))
			nearest = at;
	}
	return nearest;
}

size_t trust_recipients(const struct trust *trust, const char *region,
			const struct recipient **out)
{
	size_t count = 0;

	for (size_t i = 0; i < trust->recipient_count; i++) {
		const struct recipient *r = &trust->recipients[i];
		size_t at = count;

		if (!region_contains(r->region, region))
			continue;
		while (at > 0 &&
		       strlen(out[at - 1]->region) < strlen(r->region)) {
			out[at] = out[at - 1];
			at--;
		}
		out[at] = r;
		count++;
	}
	return count;
}

const struct recipient *trust_acknowledger(const struct trust *trust,
					   const char *region)
{
	const struct recipient *containing[TRUST_RECIPIENTS_MAX];
	size_t count = trust_recipients(trust, region, containing);

	while (count-- > 0)
		if (containing[count]->ack.type == KEY_COSIGNER)
			return containing[count];
	return NULL;
}

enum status trust_open(struct bytes whole, const struct root *root,
		       struct trust *trust)
{
	struct trust made;
	struct note note;
	enum status status;

	if (note_parse(whole, TRUST_NOTE_MAX, &note) != STATUS_OK)
		return STATUS_MALFORMED;
	status = trust_parse(note.text, &made);
	if (status != STATUS_OK)
		return status;
	status = made.root > root->version ? STATUS_NOT_FOUND :
					     root_verify(root, &note);
	if (status == STATUS_OK)
		*trust = made;
	else
		trust_release(&made);
	return status;
}
